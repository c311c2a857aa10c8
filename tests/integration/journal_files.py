"""Reads a journal as an outsider would."""

import subprocess


def journal_lines(state):
    """The whole lines of a journal, beside a daemon that goes on: meanwhile it may compress a file that it has
    closed, or take back one that it could not begin. Then what was listed is gone, and is listed again."""
    while True:
        try:
            return listed_lines(state / "journal")
        except FileNotFoundError:
            continue


def listed_lines(folder):
    lines = []
    for number in sorted({path.name.split(".")[0] for path in folder.glob("*.jsonl*")}):
        plain = folder / f"{number}.jsonl"
        try:
            text = plain.read_bytes()
        except FileNotFoundError:
            packed = (folder / f"{number}.jsonl.zst").read_bytes()
            text = subprocess.run(["zstd", "-dcq"], input=packed, check=True, capture_output=True).stdout
        lines += text.split(b"\n")[:-1]
    return lines
