"""Checks a journal with nothing but what the design's section on the journal says."""
import hashlib, json, pathlib, sys

prev, seq = "0" * 64, 0
for segment in sorted(pathlib.Path(sys.argv[1]).glob("*.jsonl")):
    for line in segment.read_bytes().splitlines(keepends=True):
        record, body, seq = json.loads(line), line[:-76], seq + 1
        assert line[-76:] == b',"hash":"%s"}\n' % record["hash"].encode(), f"record {seq}: its ending"
        assert hashlib.sha256(body).hexdigest() == record["hash"], f"record {seq}: its hash"
        assert (record["seq"], record["prev"]) == (seq, prev), f"record {seq}: its place in the chain"
        prev = record["hash"]
print(f"{seq} records")
