#!/usr/bin/env python3
"""Installs the build into an empty folder, and asks systemd about the unit that it finds there.

install_test.py --build-dir build/dev --source-dir . [--cmake cmake]

Goal: a package made of the install step has everything in its place, and its unit starts only what is
there, as confined as it was measured to be. Method: DESTDIR, `systemd-analyze verify`, `systemd-analyze
security` with a threshold, and a dry run of sysusers.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

# systemd's own measure of what a broken-into service could reach, in tenths: 12 is 1.2.
EXPOSURE_TENTHS = 12

EXECUTABLES = {"/usr/bin/rolloutd", "/usr/bin/rolloutctl"}
FILES = EXECUTABLES | {
    "/usr/lib/systemd/system/rolloutd.service",
    "/usr/lib/sysusers.d/rolloutd.conf",
    "/usr/lib/tmpfiles.d/rolloutd.conf",
}
# Installed from what the source tree has: (source, where its copy stands).
COPIES = [
    ("config/rolloutd.yaml", "/etc/rolloutd/rolloutd.yaml.example"),
    ("README.md", "/usr/share/doc/rolloutd/README.md"),
    ("CHANGELOG.md", "/usr/share/doc/rolloutd/CHANGELOG.md"),
    ("LICENSE", "/usr/share/doc/rolloutd/LICENSE"),
    ("docs/policies.md", "/usr/share/doc/rolloutd/policies.md"),
    ("docs/policy-tests.md", "/usr/share/doc/rolloutd/policy-tests.md"),
    ("docs/library.md", "/usr/share/doc/rolloutd/library.md"),
    ("docs/schema/policy.schema.json", "/usr/share/rolloutd/schema/policy.schema.json"),
    ("docs/schema/policy-test.schema.json", "/usr/share/rolloutd/schema/policy-test.schema.json"),
    ("docs/schema/config.schema.json", "/usr/share/rolloutd/schema/config.schema.json"),
]

options = argparse.Namespace()


def run(*command, **environment):
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, "SYSTEMD_COLORS": "0", "SYSTEMD_PAGER": "cat", **environment},
    )


class an_installed_tree(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="rolloutd install ")
        cls.root = Path(cls.folder.name) / "root"
        done = run(
            options.cmake, "--install", str(options.build_dir), "--prefix", "/usr", DESTDIR=str(cls.root)
        )
        if done.returncode != 0:
            raise AssertionError(f"cmake --install failed:\n{done.stdout}{done.stderr}")
        files = (path for path in cls.root.rglob("*") if path.is_file())
        cls.files = {"/" + str(path.relative_to(cls.root)) for path in files}
        cls.unit = cls.root / "usr/lib/systemd/system/rolloutd.service"

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def test_everything_is_in_its_place(self):
        wanted = set(FILES)
        wanted |= {copy for source, copy in COPIES if (options.source_dir / source).exists()}
        for policy in (options.source_dir / "policies/library").glob("*.yaml"):
            wanted.add(f"/usr/share/rolloutd/policies/{policy.name}")
        self.assertEqual(self.files, wanted)
        self.assertTrue((self.root / "etc/rolloutd/policies.d").is_dir())
        for program in EXECUTABLES:
            self.assertTrue(os.access(str(self.root) + program, os.X_OK), program)

    def test_nothing_overwrites_a_configuration_or_a_secret(self):
        self.assertNotIn("/etc/rolloutd/rolloutd.yaml", self.files)
        self.assertNotIn("/etc/rolloutd/token", self.files)

    def test_the_unit_names_what_is_installed(self):
        text = self.unit.read_text(encoding="utf-8")
        self.assertNotRegex(text, r"@\w+@")
        program = re.search(r"^ExecStart=(\S+)", text, re.MULTILINE).group(1)
        self.assertIn(program, self.files)

    def test_systemd_accepts_the_unit(self):
        # verify looks for the program on this machine, where it stands in the build folder.
        text = self.unit.read_text(encoding="utf-8").replace("/usr/bin/", f"{self.root}/usr/bin/")
        text = re.sub(r"^ExecStart=(.*?/usr/bin/rolloutd)", r'ExecStart="\1"', text, flags=re.MULTILINE)
        text = re.sub(r"^Documentation=.*\n", "", text, flags=re.MULTILINE)
        copy = Path(self.folder.name) / "rolloutd.service"
        copy.write_text(text, encoding="utf-8")
        verified = run("systemd-analyze", "verify", "--man=no", str(copy))
        self.assertEqual((verified.returncode, verified.stdout + verified.stderr), (0, ""))

    def test_a_wrong_unit_is_not_accepted(self):
        copy = Path(self.folder.name) / "wrong.service"
        copy.write_text("[Service]\nType=notify\nExecStart=/usr/bin/rolloutd-that-is-not-there\n", encoding="utf-8")
        self.assertNotEqual(run("systemd-analyze", "verify", "--man=no", str(copy)).returncode, 0)

    def test_the_sandbox_is_as_tight_as_it_was_measured(self):
        command = ("systemd-analyze", "security", "--offline=yes", "--no-pager")
        judged = run(*command, f"--threshold={EXPOSURE_TENTHS}", str(self.unit))
        self.assertIn("Overall exposure level", judged.stdout)
        self.assertEqual(judged.returncode, 0, judged.stdout)
        # The threshold is in force: one tenth less is more than the unit reaches.
        self.assertNotEqual(run(*command, "--threshold=1", str(self.unit)).returncode, 0)

    def test_the_users_that_the_unit_names_are_made(self):
        file = self.root / "usr/lib/sysusers.d/rolloutd.conf"
        made = run("systemd-sysusers", "--dry-run", f"--root={self.root}", str(file))
        self.assertEqual(made.returncode, 0, made.stderr)
        text = self.unit.read_text(encoding="utf-8")
        for kind, setting in (("user", "User"), ("group", "Group")):
            name = re.search(rf"^{setting}=(\S+)$", text, re.MULTILINE).group(1)
            self.assertRegex(made.stdout + made.stderr, rf"Creating {kind} '{name}'")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build-dir", type=Path, required=True)
    parser.add_argument("--source-dir", type=Path, required=True)
    parser.add_argument("--cmake", default="cmake")
    options, rest = parser.parse_known_args()
    unittest.main(argv=[sys.argv[0], *rest])
