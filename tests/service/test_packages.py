"""Upgrade while an operation is in flight, removal, purge."""

import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from installed import Story, failing, package_file, running, wait_until


class Packages(Story):
    versions = 0

    def newer(self):
        """The same package under a higher version, where the machine finds it."""
        with tempfile.TemporaryDirectory() as folder:
            tree = Path(folder) / "tree"
            subprocess.run(["dpkg-deb", "--raw-extract", package_file("rolloutd"), tree], check=True)
            control = tree / "DEBIAN/control"
            Packages.versions += 1
            version = rf"Version: \1+upgrade{Packages.versions}"
            control.write_text(re.sub(r"^Version: (.*)$", version, control.read_text(), flags=re.MULTILINE))
            subprocess.run(["dpkg-deb", "--root-owner-group", "-Zgzip", "--build", tree, f"{folder}/newer.deb"],
                           check=True, capture_output=True)
            shutil.copy(f"{folder}/newer.deb", self.machine.path("/srv/newer.deb"))

    def test_an_upgrade_settles_what_is_in_flight_and_keeps_the_state(self):
        machine = self.machine
        machine.play(failing(), running(), faults=[{"kind": "delay", "method": "PUT", "delay": "4s"}])
        machine.configure(["SCTSERVICEFAILING", "SCTSERVICERUNNING"])
        self.restart()
        self.newer()
        wait_until(machine.operations, what="the pause to arrive")
        before = machine.pid()
        machine.run("apt-get install -y ./newer.deb", timeout=120)
        self.assertNotEqual(machine.pid(), before)
        wait_until(machine.ready, what="the new one to be ready")
        self.until_paused()
        self.assert_paused_once()
        kinds = [record["kind"] for record in machine.records()]
        self.assertEqual((kinds.count("start"), kinds.count("stop")), (2, 1))
        # The old one heard the answer before it went.
        self.assertLess(kinds.index("result"), kinds.index("stop"))
        self.assertEqual([r["epoch"] for r in machine.records("start")], [1, 2])
        self.assertIn("SCTSERVICEFAILING", machine.path("/etc/rolloutd/rolloutd.yaml").read_text(),
                      "the configuration is the administrator's")

    def test_an_upgrade_leaves_a_stopped_service_stopped(self):
        self.machine.run("systemctl", "stop", "rolloutd.service")
        self.newer()
        self.machine.run("apt-get install -y ./newer.deb", timeout=120)
        self.assertEqual(self.machine.shows("rolloutd.service", "ActiveState"), "inactive")


class Removal(Story):
    def test_removal_keeps_the_journal_and_purge_does_not(self):
        machine = self.machine
        machine.play(running())
        machine.configure(["SCTSERVICERUNNING"])
        self.restart()
        wait_until(lambda: machine.records("observe"), what="something to keep")
        machine.run("apt-get remove -y rolloutd", timeout=120)
        self.assertNotIn("rolloutd", machine.out("cat /proc/[0-9]*/comm 2>/dev/null || true").splitlines())
        self.assertFalse(machine.path("/usr/bin/rolloutd").exists())
        self.assertEqual(machine.records()[-1]["kind"], "stop")
        self.assertTrue(machine.path("/etc/rolloutd/rolloutd.yaml").exists())

        # Installed again, it goes on where it was.
        machine.run("apt-get install -y ./packages/rolloutd_*.deb", timeout=120)
        wait_until(machine.ready, what="the service to be ready")
        self.assertEqual([r["epoch"] for r in machine.records("start")], [1, 2])

        machine.run("apt-get purge -y rolloutd", timeout=120)
        for gone in ("/var/lib/rolloutd", "/etc/rolloutd", "/run/rolloutd", "/usr/share/rolloutd"):
            self.assertNotEqual(machine.run("test", "-e", gone, check=False).returncode, 0, gone)
        left = machine.out("systemctl list-unit-files --no-legend 'rolloutd*' || true")
        self.assertEqual(left, "")
        self.assertIn("rolloutd:", machine.path("/etc/passwd").read_text(), "files elsewhere may be the user's")


if __name__ == "__main__":
    unittest.main()
