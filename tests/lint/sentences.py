#!/usr/bin/env python3
"""Every sentence of the list has tests, each test that it names exists, and no sentence is missing."""

import argparse
import pathlib
import re
import sys

TEST = re.compile(r"^TEST(?:_F|_P)?\(\s*(\w+)\s*,\s*(\w+)\s*\)", re.MULTILINE)
NAME = re.compile(r"[a-z]\w*\.[a-z]\w*")
HEADING = re.compile(r"## (.+): (\d+)")

# The paragraphs of DESIGN §6, then those of §7 and of the acceptance of the engine.
PARAGRAPHS = [
    "Policies", "Steps", "A whole reading", "Verdicts", "for", "Episodes", "Legal", "Precedence",
    "Suppression reasons", "Limits", "Windows", "Ladders", "Proposals", "Sending", "Answers",
    "Effects", "People", "pause_cause", "Facts", "Reads", "Acceptance",
]


def split(line):
    """The sentence and the names of its tests."""
    words = line.split()
    names = []
    while words and NAME.fullmatch(words[-1]):
        names.insert(0, words.pop())
    return " ".join(words).removesuffix(":"), names


def existing_tests(root):
    found = set()
    for file in sorted(root.glob("tests/**/*_test.cpp")):
        found.update(".".join(each) for each in TEST.findall(file.read_text()))
    return found


def line_problems(line, known):
    sentence, names = split(line)
    if not names:
        yield f"'{sentence}' names no test"
    for name in names:
        if name not in known:
            yield f"'{sentence}': there is no test {name}"


def problems(text, known):
    """(line number, what is wrong) of everything that is."""
    counts = {}  # paragraph -> [line of its heading, sentences that it says, sentences listed]
    paragraph = None
    sentences = set()
    for number, line in enumerate(text.splitlines(), start=1):
        heading = HEADING.fullmatch(line)
        if heading:
            paragraph = heading.group(1)
            counts[paragraph] = [number, int(heading.group(2)), 0]
        elif line.startswith("##"):
            yield number, f"'{line}' does not say how many sentences follow"
        elif line.strip() and not line.startswith("#"):
            if paragraph is None:
                yield number, "a sentence stands before the first paragraph"
                continue
            counts[paragraph][2] += 1
            sentence, _ = split(line)
            if (paragraph, sentence) in sentences:
                yield number, f"'{sentence}' stands here a second time"
            sentences.add((paragraph, sentence))
            yield from ((number, what) for what in line_problems(line, known))
    for name, (number, said, listed) in counts.items():
        if said != listed:
            yield number, f"'{name}' has {listed} sentences and says {said}"
    for name in PARAGRAPHS:
        if name not in counts:
            yield 1, f"the paragraph '{name}' is missing"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=pathlib.Path, required=True)
    root = parser.parse_args().root
    listed = root / "tests/policies/sentences.txt"
    found = sorted(problems(listed.read_text(), existing_tests(root)))
    for number, what in found:
        print(f"{listed.relative_to(root)}:{number}: {what}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
