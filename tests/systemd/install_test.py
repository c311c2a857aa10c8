#!/usr/bin/env python3
"""Installs the build into an empty folder, and asks systemd about the unit that it finds there.

install_test.py --build-dir build/dev --source-dir . [--cmake cmake]

Goal: a package made of the install step has everything in its place, and its unit starts only what is
there, as confined as it was measured to be. Method: DESTDIR, `systemd-analyze verify`, `systemd-analyze
security` with a threshold, and a dry run of sysusers.
"""

import argparse
import gzip
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
UNITS = ["rolloutd.service", "rolloutd.socket", "rolloutd@.service", "rolloutd@.socket"]
PAGES = ["man1/rolloutctl.1", "man5/rolloutd.yaml.5", "man7/rolloutd-policies.7", "man8/rolloutd.8"]
FILES = EXECUTABLES | {f"/usr/lib/systemd/system/{unit}" for unit in UNITS} | {
    f"/usr/share/man/{page}.gz" for page in PAGES} | {
    "/usr/lib/sysusers.d/rolloutd.conf",
    "/usr/lib/tmpfiles.d/rolloutd.conf",
    "/usr/lib/systemd/catalog/rolloutd.catalog",
    "/usr/share/bash-completion/completions/rolloutctl",
    "/usr/share/zsh/vendor-completions/_rolloutctl",
    "/usr/share/fish/vendor_completions.d/rolloutctl.fish",
    "/usr/share/doc/rolloutd/changelog.Debian.gz",
    "/usr/share/doc/rolloutd/changelog.gz",
    "/usr/share/doc/rolloutd/copyright",
}
# Installed from what the source tree has: (source, where its copy stands).
COPIES = [
    ("config/rolloutd.yaml", "/etc/rolloutd/rolloutd.yaml"),
    ("config/rolloutd.yaml", "/usr/share/doc/rolloutd/examples/rolloutd.yaml"),
    ("systemd/examples/address-filter.conf", "/usr/share/doc/rolloutd/examples/address-filter.conf"),
    ("systemd/examples/aksk.conf", "/usr/share/doc/rolloutd/examples/aksk.conf"),
    ("systemd/examples/encrypted-token.conf", "/usr/share/doc/rolloutd/examples/encrypted-token.conf"),
    ("README.md", "/usr/share/doc/rolloutd/README.md"),
    ("docs/policies.md", "/usr/share/doc/rolloutd/policies.md"),
    ("docs/policy-tests.md", "/usr/share/doc/rolloutd/policy-tests.md"),
    ("docs/library.md", "/usr/share/doc/rolloutd/library.md"),
    ("docs/operating.md", "/usr/share/doc/rolloutd/operating.md"),
    ("docs/journal.md", "/usr/share/doc/rolloutd/journal.md"),
    ("docs/replay.md", "/usr/share/doc/rolloutd/replay.md"),
    ("docs/security.md", "/usr/share/doc/rolloutd/security.md"),
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
        cls.install()
        files = (path for path in cls.root.rglob("*") if path.is_file())
        cls.files = {"/" + str(path.relative_to(cls.root)) for path in files}
        cls.unit = cls.root / "usr/lib/systemd/system/rolloutd.service"

    @classmethod
    def install(cls):
        done = run(options.cmake, "--install", str(options.build_dir), "--prefix", "/usr", "--component", "rolloutd",
                   DESTDIR=str(cls.root))
        if done.returncode != 0:
            raise AssertionError(f"cmake --install failed:\n{done.stdout}{done.stderr}")

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
        written = self.root / "etc/rolloutd/rolloutd.yaml"
        shipped = written.read_bytes()
        self.addCleanup(written.write_bytes, shipped)
        written.write_text("version: 1  # by hand\n", encoding="utf-8")
        self.install()
        self.assertEqual(written.read_text(encoding="utf-8"), "version: 1  # by hand\n")
        self.assertNotIn("/etc/rolloutd/token", self.files)

    def test_the_unit_names_what_is_installed(self):
        text = self.unit.read_text(encoding="utf-8")
        self.assertNotRegex(text, r"@\w+@")
        program = re.search(r"^ExecStart=(\S+)", text, re.MULTILINE).group(1)
        self.assertIn(program, self.files)

    def test_systemd_accepts_the_units(self):
        # verify looks for programs and pages on this machine, where they stand in the build folder.
        folder = Path(self.folder.name) / "units"
        folder.mkdir()
        for unit in UNITS:
            text = (self.unit.parent / unit).read_text(encoding="utf-8")
            self.assertNotRegex(text, r"@\w+@")
            text = re.sub(r"^ExecStart=(/usr/bin/rolloutd)", f'ExecStart="{self.root}\\1"', text, flags=re.MULTILINE)
            text = re.sub(r"^Documentation=.*\n", "", text, flags=re.MULTILINE)
            (folder / unit.replace("@.", "@second.")).write_text(text, encoding="utf-8")
        verified = run("systemd-analyze", "verify", "--man=no", *map(str, sorted(folder.iterdir())))
        self.assertEqual((verified.returncode, verified.stdout + verified.stderr), (0, ""))

    def test_an_instance_differs_in_its_folders_alone(self):
        one = self.unit.read_text(encoding="utf-8")
        many = (self.unit.parent / "rolloutd@.service").read_text(encoding="utf-8")
        changed = [line for line in many.splitlines() if line not in one.splitlines()]
        self.assertEqual([line.split("=")[0] for line in changed],
                         ["Description", "ExecStart", "LoadCredential", "ConfigurationDirectory", "StateDirectory",
                          "RuntimeDirectory"])
        self.assertTrue(all("%i" in line for line in changed), changed)

    def test_the_pages_are_written_without_a_warning(self):
        for page in PAGES:
            source = self.root / f"usr/share/man/{page}.gz"
            text = gzip.decompress(source.read_bytes())
            shown = subprocess.run(["groff", "-man", "-ww", "-K", "utf8", "-T", "utf8"], input=text,
                                   capture_output=True, timeout=60, check=False)
            self.assertEqual((shown.returncode, shown.stderr.decode()), (0, ""), page)
            self.assertIn(b"\n.SH SEE ALSO\n", text, page)

    def test_the_completions_know_every_command_and_no_other(self):
        told = run(str(self.root / "usr/bin/rolloutctl"), "--help").stdout
        commands = set(re.findall(r"^  ([a-z-]+) {3,}", told.split("Subcommands:")[1], re.MULTILINE))
        self.assertGreater(len(commands), 20)
        script = "source \"$0\"; COMP_WORDS=(rolloutctl ''); COMP_CWORD=1; _rolloutctl; echo \"${COMPREPLY[@]}\""
        bash = self.root / "usr/share/bash-completion/completions/rolloutctl"
        self.assertEqual(set(run("bash", "-c", script, str(bash)).stdout.split()), commands)
        for file in ("zsh/vendor-completions/_rolloutctl", "fish/vendor_completions.d/rolloutctl.fish"):
            text = (self.root / "usr/share" / file).read_text(encoding="utf-8")
            for command in sorted(commands):
                self.assertRegex(text, rf"['\s]{command}[:\s]", (file, command))

    def test_a_wrong_unit_is_not_accepted(self):
        copy = Path(self.folder.name) / "wrong.service"
        copy.write_text("[Service]\nType=notify\nExecStart=/usr/bin/rolloutd-that-is-not-there\n", encoding="utf-8")
        self.assertNotEqual(run("systemd-analyze", "verify", "--man=no", str(copy)).returncode, 0)

    def test_the_sandbox_is_as_tight_as_it_was_measured(self):
        command = ("systemd-analyze", "security", "--offline=yes", "--no-pager")
        judged = run(*command, f"--threshold={EXPOSURE_TENTHS}", str(self.unit))
        self.assertIn("Overall exposure level", judged.stdout)
        self.assertEqual(judged.returncode, 0, judged.stdout)
        filtered = Path(self.folder.name) / "filtered.service"
        drop_in = (self.root / "usr/share/doc/rolloutd/examples/address-filter.conf").read_text(encoding="utf-8")
        filtered.write_text(self.unit.read_text(encoding="utf-8") + drop_in, encoding="utf-8")
        self.assertEqual(run(*command, f"--threshold={EXPOSURE_TENTHS - 1}", str(filtered)).returncode, 0)
        # The threshold is in force: what a unit without any of it reaches is far above.
        bare = Path(self.folder.name) / "bare.service"
        bare.write_text("[Service]\nExecStart=/usr/bin/rolloutd\n", encoding="utf-8")
        self.assertNotEqual(run(*command, f"--threshold={EXPOSURE_TENTHS}", str(bare)).returncode, 0)

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
