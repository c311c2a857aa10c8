#!/usr/bin/env python3
"""The script in docs/journal.md accepts a journal, and finds what was changed in it."""
import pathlib, re, shutil, subprocess, sys, tempfile

page, journal = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
script = re.search(r"```bash\n(.*?)```", page.read_text(), re.S).group(1)
assert len(script.splitlines()) <= 12, "ten lines or so"


def verdict(folder):
    run = subprocess.run(["bash", "-c", script, "bash", folder], capture_output=True, text=True)
    return run.returncode, run.stdout


assert verdict(journal) == (0, ""), verdict(journal)
assert any(each.suffix == ".zst" for each in journal.iterdir()), "a compressed file is among them"
with tempfile.TemporaryDirectory() as scratch:
    copy = pathlib.Path(scratch) / "journal"
    shutil.copytree(journal, copy)
    for packed in list(copy.glob("*.zst"))[:2]:
        packed.with_suffix("").write_bytes(subprocess.check_output(["zstd", "-dcq", packed]))
    assert verdict(copy) == (0, ""), "a crash may leave both forms: " + verdict(copy)[1]
    newest = sorted(copy.iterdir())[-1]
    whole = newest.read_bytes()
    lines = whole.splitlines(keepends=True)
    assert len(lines) > 2
    newest.write_bytes(whole.replace(b"deploy-web", b"deploy-wob", 1))
    assert verdict(copy)[0] == 1 and verdict(copy)[1].startswith("changed: ")
    for changed in (lines[:1] + lines[2:], lines[:2] + lines[1:], [lines[1], lines[0]] + lines[2:]):
        newest.write_bytes(b"".join(changed))
        assert verdict(copy)[0] == 1 and verdict(copy)[1].startswith("out of place: "), changed
print("the script is true")
