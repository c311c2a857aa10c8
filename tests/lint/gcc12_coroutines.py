#!/usr/bin/env python3
"""Looks for the coroutine expressions that GCC 12.2 miscompiles, in every file that awaits.

gcc12_coroutines.py --build-dir build/dev [--root FOLDER] [--jobs N]

Takes the flags from the build's compile_commands.json and asks clang-query-19. What could not be
asked is a failure: a missing tool, a file that does not parse, or no file to look at. A clean file
is remembered in the build folder by the hash of its text, of all project headers that it reaches, of
its flags and of the query, so that a second run asks about changed files only. Files of one folder
with the same flags are asked about together, as most of the time goes into what they all include; only
where something is wrong each is asked about by itself.

Exit 0: clean. Exit 1: matches, or something could not be checked.
"""

import argparse
import hashlib
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby
from pathlib import Path
from types import SimpleNamespace

from translation_units import units_of

TOOL = "clang-query-19"
QUERY = Path(__file__).resolve().parent / "gcc12_coroutines.query"
SECONDS_A_FILE = 300
FILES_AT_ONCE = 12

_COUNT = re.compile(r"^(\d+) match(?:es)?\.$", re.MULTILINE)


def ask(unit, query, tool):
    """The complaint about one unit, or None when it is clean."""
    command = [tool, "-f", str(query), str(unit.path), "--", *unit.flags]
    try:
        run = subprocess.run(
            command,
            cwd=unit.folder,
            capture_output=True,
            text=True,
            timeout=SECONDS_A_FILE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"{unit.name}: {tool} gave no answer within {SECONDS_A_FILE} s"
    if run.returncode != 0 or "error:" in run.stderr:
        return f"{unit.name}: cannot be parsed by {tool}\n{run.stderr.strip()[:2000]}"
    counts = [int(count) for count in _COUNT.findall(run.stdout)]
    asked = sum(line.startswith("match ") for line in query.read_text().splitlines())
    if len(counts) != asked:
        return f"{unit.name}: {len(counts)} of {asked} questions were answered\n{run.stdout[:2000]}"
    if any(counts):
        return f"{unit.name}: name it first, then co_await the call\n{run.stdout.strip()}"
    return None


def together(units):
    """The units in groups that one question can be asked about: same folder, same flags."""

    def alike(unit):
        return str(unit.path.parent), unit.flags

    groups = []
    for _, members in groupby(sorted(units, key=alike), key=alike):
        members = list(members)
        groups += [members[at : at + FILES_AT_ONCE] for at in range(0, len(members), FILES_AT_ONCE)]
    return groups


def ask_together(units, query, tool, scratch):
    """The complaint about each of the units, in their order; None for a clean one."""
    if len(units) > 1:
        text = "".join(f'#include "{unit.path}"\n' for unit in units)
        path = scratch / (hashlib.sha256(text.encode()).hexdigest() + ".cxx")
        path.write_text(text, encoding="utf-8")
        first = units[0]
        whole = SimpleNamespace(path=path, name=path.name, folder=first.folder, flags=first.flags)
        complaint = ask(whole, query, tool)
        path.unlink()
        if complaint is None:
            return [None] * len(units)
    return [ask(unit, query, tool) for unit in units]


def check(build_dir, root, jobs, tool=TOOL):
    """(complaints, units looked at, units that were asked about)."""
    if shutil.which(tool) is None:
        return [f"{tool} is missing: run scripts/setup"], 0, 0
    if not (build_dir / "compile_commands.json").is_file():
        return [f"{build_dir} has no compile_commands.json: configure it first"], 0, 0
    units = [unit for unit in units_of(build_dir, root) if unit.awaits]
    if not units:
        return [f"no file under {root} awaits anything: nothing was checked"], 0, 0
    cache = build_dir / "lint-cache"
    cache.mkdir(exist_ok=True)
    query = QUERY.read_text(encoding="utf-8")
    marks = {unit.path: cache / unit.digest(query) for unit in units}
    due = [unit for unit in units if not marks[unit.path].exists()]

    def look(group):
        found = ask_together(group, QUERY, tool, cache)
        for unit, complaint in zip(group, found):
            if complaint is None:
                marks[unit.path].touch()
        return [complaint for complaint in found if complaint]

    with ThreadPoolExecutor(jobs) as pool:
        complaints = [complaint for found in pool.map(look, together(due)) for complaint in found]
    for old in set(cache.iterdir()) - set(marks.values()):
        old.unlink(missing_ok=True)
    return complaints, len(units), len(due)


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build-dir", required=True, type=Path)
    parser.add_argument("--root", default=Path(__file__).resolve().parents[2], type=Path)
    parser.add_argument("--jobs", default=2, type=int)
    options = parser.parse_args(arguments)
    complaints, looked_at, asked = check(
        options.build_dir.resolve(), options.root.resolve(), options.jobs
    )
    for complaint in complaints:
        print(complaint)
    print(f"gcc12_coroutines: {len(complaints)} complaints; {looked_at} files await, {asked} asked")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
