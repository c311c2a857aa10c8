#!/usr/bin/env python3
# Checks a journal folder; written from DESIGN §9 alone, shares nothing with the daemon.
import hashlib, json, pathlib, subprocess, sys
seq, prev, tseq = 0, "0" * 64, {}
for path in sorted(pathlib.Path(sys.argv[1]).iterdir()):
    packed = path.suffix == ".zst"
    if packed and path.with_suffix("").exists(): continue  # a crash left both
    data = subprocess.check_output(["zstd", "-dcq", path]) if packed else path.read_bytes()
    assert path.name == f"{seq + 1:012}.jsonl" + ".zst" * packed and data.endswith(b"\n"), path
    for number, line in enumerate(data.split(b"\n")[:-1]):
        record, seq = json.loads(line.decode("utf-8")), seq + 1
        where = f"{path.name}: record {seq}"
        assert len(line) < 1 << 20 and record["v"] == 1 and record["seq"] == seq, where
        assert list(record)[:4] == ["v", "seq", "at", "kind"], where
        assert number or record["kind"] == "checkpoint", where
        assert json.dumps(record, separators=(",", ":"), ensure_ascii=False).encode() == line, where
        assert line[-75:] == b',"hash":"%s"}' % record["hash"].encode(), where
        assert hashlib.sha256(line[:-75]).hexdigest() == record["hash"] and record["prev"] == prev, where
        prev = record["hash"]
        if "ticket" in record:
            assert record["tseq"] == tseq.get(record["ticket"], 0) + 1, where
            tseq[record["ticket"]] = record["tseq"]
assert seq > 0
print(f"{seq} records, last hash {prev}")
