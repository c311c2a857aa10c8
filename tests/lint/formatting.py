"""C++ looks as clang-format 19 writes it. A missing tool is a finding, not a pass."""

import re
import subprocess

from source_tree import Finding

RULE = "format"
TOOL = "clang-format-19"
FILES_A_RUN = 40

_COMPLAINT = re.compile(r"^(?P<path>.+?):(?P<line>\d+):\d+: error: ", re.MULTILINE)


def check(tree, tool=TOOL):
    files = [file.path for file in tree.cpp()]
    for begin in range(0, len(files), FILES_A_RUN):
        batch = files[begin : begin + FILES_A_RUN]
        try:
            run = subprocess.run(
                [tool, "--dry-run", "-Werror", *batch],
                cwd=tree.root,
                capture_output=True,
                text=True,
                check=False,
            )
        except FileNotFoundError:
            yield Finding(batch[0], 1, RULE, f"{tool} is missing: run scripts/setup")
            return
        complaints = {}
        for match in _COMPLAINT.finditer(run.stderr):
            complaints.setdefault(match["path"], int(match["line"]))
        for path, line in complaints.items():
            yield Finding(path, line, RULE, "is not formatted: run scripts/format")
        if run.returncode != 0 and not complaints:
            yield Finding(batch[0], 1, RULE, f"{tool} failed: {run.stderr.strip()[:300]}")
