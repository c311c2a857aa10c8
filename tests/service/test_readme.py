"""The README's way from the packages to a rollout that is guarded, typed as it stands there."""

import re
import unittest

from machine import ROOT
from installed import Story, wait_until

HEADING = "### From the packages to a rollout that is guarded"


def commands():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    section = text.split(HEADING, 1)[1].split("\n### ", 1)[0].split("\n## ", 1)[0]
    return re.findall(r"^```sh\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)


class Readme(Story):
    def test_what_the_readme_says_works_as_it_stands_there(self):
        machine = self.machine
        machine.run("apt-get purge -y rolloutd rolloutd-sim", timeout=120)
        blocks = commands()
        self.assertEqual(len(blocks), 2, "building, and everything behind it")
        self.assertIn("scripts/package", blocks[0])
        machine.run("mkdir -p /srv/build && mv /srv/packages /srv/build/packages")
        done = machine.run("bash", "-euxc", blocks[1], timeout=180)
        self.assertIn("SCTDEMOFAILING", done.stdout)

        def statuses():
            return machine.run("rolloutctl -o json status", check=False).stdout
        wait_until(lambda: "PAUSED" in statuses(), 60, "the failing rollout to be paused")
        wait_until(lambda: [r for r in machine.records("effect") if r["effect"] == "confirmed"], what="the effect")
        history = machine.out("rolloutctl history --kind decision")
        self.assertRegex(history, r"SCTDEMOFAILING\d+ .*web-fleet/too-many-failures ticket: act pause")
        self.assertEqual(machine.run("rolloutctl verify", check=False).returncode, 0)


if __name__ == "__main__":
    unittest.main()
