#!/usr/bin/env python3
"""Every test that docs/security.md names exists.

security_test.py --source-dir .
"""

import argparse
import re
import sys
import unittest
from pathlib import Path

options = argparse.Namespace()


def tests_that_exist(root):
    found = set()
    for file in root.glob("tests/**/*_test.cpp"):
        text = file.read_text(encoding="utf-8")
        pairs = re.findall(r"^TEST(?:_F|_P)?\(\s*(\w+)\s*,\s*(\w+)\s*\)", text, re.MULTILINE)
        found |= {".".join(pair) for pair in pairs}
    for file in root.glob("tests/*/test_*.py"):
        names = re.findall(r"^    def (test_\w+)\(", file.read_text(encoding="utf-8"), re.MULTILINE)
        found |= {f"{file.stem}.{name}" for name in names}
    return found


class the_page_on_security(unittest.TestCase):
    def setUp(self):
        self.text = (options.source_dir / "docs/security.md").read_text(encoding="utf-8")
        self.named = set(re.findall(r"`(\w+\.\w{12,})`", self.text))

    def test_names_tests_that_exist(self):
        self.assertGreater(len(self.named), 35)
        self.assertEqual(self.named - tests_that_exist(options.source_dir), set())

    def test_shows_each_defence_by_something(self):
        rows = [line.split(" | ") for line in self.text.splitlines() if line.startswith("| ")]
        rows = [row for row in rows if row[0] != "| against"]
        self.assertGreater(len(rows), 25)
        for row in rows:
            self.assertEqual(len(row), 3, row)
            self.assertRegex(row[2], r"`\w+\.\w+`|not tested here", row)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--source-dir", type=Path, required=True)
    options, rest = parser.parse_known_args()
    unittest.main(argv=[sys.argv[0], *rest])
