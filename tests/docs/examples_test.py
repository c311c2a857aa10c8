"""Loads every example of the documents with the real rolloutctl: what people copy must work.

Fences: ```yaml is a whole policy, test or configuration; ```cel ticket (or batch, instance) a condition for a
rule of that kind; ```yaml refused or ```cel ticket refused is one that rolloutctl must refuse.
"""

import pathlib
import subprocess
import sys
import tempfile
import unittest

import examples

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGES = ("README.md", "docs/policies.md", "docs/policy-tests.md", "docs/library.md")
ROLLOUTCTL = sys.argv.pop(1) if len(sys.argv) > 1 else "rolloutctl"


def check(text):
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder, "example.yaml")
        file.write_text(text)
        # As often as the demo reads, whose policy the README explains.
        command = [ROLLOUTCTL, "check", "--every", "1s", str(file)]
        return subprocess.run(command, capture_output=True, text=True, timeout=60)


class Examples(unittest.TestCase):
    def blocks(self, language):
        for page in PAGES:
            for line, info, text in examples.fences(ROOT / page):
                words = info.split()
                if words[0] == language:
                    yield f"{page}:{line}", words[1:], text

    def judge(self, text, refused):
        got = check(text)
        self.assertEqual(got.returncode, 1 if refused else 0, got.stdout + got.stderr)

    def test_policies_load_without_a_finding(self):
        seen = 0
        for where, words, text in self.blocks("yaml"):
            refused = "refused" in words
            if not refused and examples.kind_of(text) != "policy":
                continue
            seen += 1
            with self.subTest(where):
                self.judge(text, refused)
        self.assertGreaterEqual(seen, 5)

    def test_conditions_load_in_a_rule_of_their_kind(self):
        seen = 0
        for where, words, text in self.blocks("cel"):
            seen += 1
            with self.subTest(where):
                self.judge(examples.rule_around(text, words[0]), "refused" in words)
        self.assertGreaterEqual(seen, 10)

    def test_messages_are_those_that_rolloutctl_gives(self):
        """```text after a refused example quotes its message; each line must be in the output."""
        blocks = examples.fences(ROOT / "docs/policies.md")
        seen = 0
        for (_, info, text), (line, after, message) in zip(blocks, blocks[1:]):
            words = info.split()
            if "refused" not in words or after != "text":
                continue
            seen += 1
            whole = text if words[0] == "yaml" else examples.rule_around(text, words[1])
            got = check(whole)
            for said in message.splitlines():
                with self.subTest(f"docs/policies.md:{line}"):
                    self.assertIn(said.strip(), got.stdout + got.stderr)
        self.assertGreaterEqual(seen, 3)


if __name__ == "__main__":
    unittest.main()
