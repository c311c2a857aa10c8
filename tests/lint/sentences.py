#!/usr/bin/env python3
"""Every sentence of the list has tests, and each test that it names exists."""

import argparse
import pathlib
import re
import sys

TEST = re.compile(r"^TEST(?:_F|_P)?\(\s*(\w+)\s*,\s*(\w+)\s*\)", re.MULTILINE)
NAME = re.compile(r"\b([a-z]\w*\.[a-z]\w*)$")


def named_tests(text):
    """(line number, sentence, names) of each line that is neither empty, comment nor heading."""
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        words = line.split()
        names = []
        while words and NAME.fullmatch(words[-1]):
            names.insert(0, words.pop())
        yield number, " ".join(words).rstrip(":"), names


def existing_tests(root):
    found = set()
    for file in sorted(root.glob("tests/**/*_test.cpp")):
        found.update(".".join(each) for each in TEST.findall(file.read_text()))
    return found


def problems(text, known):
    for number, sentence, names in named_tests(text):
        if not names:
            yield f"{number}: '{sentence}' names no test"
        for name in names:
            if name not in known:
                yield f"{number}: '{sentence}': there is no test {name}"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=pathlib.Path, required=True)
    root = parser.parse_args().root
    listed = root / "tests/policies/sentences.txt"
    found = list(problems(listed.read_text(), existing_tests(root)))
    for each in found:
        print(f"{listed.relative_to(root)}:{each}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
