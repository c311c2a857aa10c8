"""Parses what `rolloutctl test --junit` writes with a parser that is not ours, whatever the tests are named."""

import pathlib
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as tree

ROLLOUTCTL = sys.argv.pop(1) if len(sys.argv) > 1 else "rolloutctl"

POLICY = """version: 1
policy: p
match: true
mode: enforce
rules:
  - {name: failing, when: count.abnormal >= 2, do: pause}
"""

TESTS = """version: 1
policies: [p.yaml]
ticket: {batches: [10]}
tests:
  - name: pauses
    timeline: [{at: 10s, batch 1: {abnormal: 2}}]
    expect: [{rule: failing, do: pause, at: 10s}]
  - name: 'is "wrong" & <late> ]]> é'
    timeline: [{at: 10s, batch 1: {abnormal: 2}}]
    expect: [{rule: failing, do: pause, at: 20s}]
"""


class Junit(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        (self.folder / "p.yaml").write_text(POLICY)

    def run_tests(self, files, code):
        for name, text in files.items():
            (self.folder / name).write_text(text)
        report = self.folder / "results.xml"
        paths = [str(self.folder / name) for name in files]
        command = [ROLLOUTCTL, "test", "--junit", report, *paths]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return tree.parse(report).getroot(), done.stdout

    def test_counts_names_and_failures_are_those_of_the_run(self):
        root, shown = self.run_tests({"a.test.yaml": TESTS}, 1)
        self.assertEqual(root.tag, "testsuites")
        (suite,) = root.findall("testsuite")
        self.assertEqual([suite.get(key) for key in ("tests", "failures", "errors")], ["2", "1", "0"])
        good, bad = suite.findall("testcase")
        self.assertEqual(good.get("name"), "pauses")
        self.assertIsNone(good.find("failure"))
        self.assertEqual(bad.get("name"), 'is "wrong" & <late> ]]> é')
        self.assertIn("it happened at 10s", bad.find("failure").get("message"))
        self.assertIn("1 passed, 1 failed", shown)

    def test_a_difference_over_time_shows_what_was_expected_and_what_happened(self):
        _, shown = self.run_tests({"a.test.yaml": TESTS}, 1)
        lines = [line.split() for line in shown.splitlines()]
        self.assertIn(["+", "10s", "pause", "failing", "happened", "at", "10s"], lines)
        self.assertIn(["-", "20s", "pause", "failing", "expected", "at", "20s"], lines)

    def test_a_file_with_mistakes_is_an_error_beside_the_others(self):
        broken = TESTS.replace("timeline", "timelime")
        root, _ = self.run_tests({"a.test.yaml": TESTS, "b.test.yaml": broken}, 1)
        first, second = root.findall("testsuite")
        self.assertEqual(first.get("errors"), "0")
        self.assertEqual(second.get("errors"), "1")
        self.assertIn("timelime", second.find("testcase/error").text)


if __name__ == "__main__":
    unittest.main()
