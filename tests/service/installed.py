"""A machine with the packages on it: a cloud to rehearse with, the service as shipped, and what both have recorded."""

import json
import os
import re
import shutil
import subprocess
import sys
import unittest
from pathlib import Path

from machine import ROOT, CannotRun, Machine, package_file, wait_until

sys.path.insert(0, str(ROOT / "tests/integration"))
from journal_files import journal_lines  # noqa: E402

# Long enough to be looked for in a memory without finding it by chance.
TOKEN = "MIIC-a-token-that-only-the-service-test-knows-0123456789-0123456789"
CLOUD = "http://127.0.0.1:8080"

GUARD = """version: 1
policy: guard
match: true
mode: enforce
variables:
  bad: count.abnormal + count.stuck + count.given_up
  judged: count.finished + bad
rules:
  - name: too-many-failures
    needs: judged >= 4
    when: percent(bad, judged) > ticket.failure_allowed
    do: pause
"""


def failing(name="SCTSERVICEFAILING", **more):
    """A ticket of which 3 of the first 4 hosts fail after a second; the rest would go on for long."""
    batch = {"size": 8, "takes": "1s", "fails": [1, 2, 3], "stagger": "100ms"}
    return {"id": name, "success_rate": 90, "batches": [batch, {"size": 8, "takes": "60s"}], **more}


def running(name="SCTSERVICERUNNING"):
    return {"id": name, "success_rate": 90, "batches": [{"size": 4, "takes": "600s"}]}


class Installed(Machine):
    def install(self):
        folder = self.path("/srv/packages")
        folder.mkdir()
        for name in ("rolloutd", "rolloutd-sim"):
            shutil.copy(package_file(name), folder)
        self.run("apt-get install -y ./packages/*.deb", timeout=120)
        return self

    def play(self, *tickets, faults=(), speed=1):
        """Starts the simulated cloud with these tickets. JSON is YAML, too."""
        self.write("/srv/scenario.yaml", json.dumps({"version": 1, "speed": speed, "tickets": list(tickets),
                                                      "faults": list(faults)}))
        self.write("/srv/token", TOKEN + "\n", 0o600)
        self.path("/srv/cloud.jsonl").unlink(missing_ok=True)
        self.run("systemctl stop coc-sim.service 2>/dev/null; systemctl reset-failed coc-sim.service 2>/dev/null; true")
        self.run("systemd-run", "--quiet", "--unit=coc-sim", "coc-sim", "--scenario", "/srv/scenario.yaml", "--listen",
                 "127.0.0.1:8080", "--token-file", "/srv/token", "--log", "/srv/cloud.jsonl", "--control")
        wait_until(lambda: self.ask("8080", "/-/sim/state")[0] == 200, what="coc-sim to listen")

    def configure(self, tickets, mode="enforce", policy=GUARD, token=TOKEN, more="", folder="/etc/rolloutd"):
        self.write(f"{folder}/token", token + "\n", 0o600)
        self.write(f"{folder}/policies.d/guard.yaml", policy)
        self.write(f"{folder}/rolloutd.yaml", f"""version: 1
cloud:
  endpoint: {CLOUD}
  auth: {{token_file: token}}
  timeout: 8s
policies: policies.d
tickets: {{watch: [{", ".join(tickets)}]}}
poll: {{every: 500ms, fastest: 200ms, slowest: 2s}}
mode: {mode}
{more}""")

    def ask(self, port, path):
        """(status, body) of a GET inside the machine's network; (0, "") when nobody answers."""
        script = ("import sys, urllib.request, urllib.error\n"
                  "try:\n"
                  "    with urllib.request.urlopen(sys.argv[1], timeout=5) as a: print(a.status, a.read().decode())\n"
                  "except urllib.error.HTTPError as e: print(e.code, e.read().decode())\n"
                  "except OSError: print(0)\n")
        done = subprocess.run(["nsenter", "--target", str(self.leader), "--net", sys.executable, "-c", script,
                               f"http://127.0.0.1:{port}{path}"], capture_output=True, text=True, timeout=30,
                              check=True)
        status, _, body = done.stdout.partition(" ")
        return int(status), body

    def ready(self, port=7655):
        return self.ask(port, "/-/ready")[0] == 200

    def pid(self, unit="rolloutd.service"):
        return int(self.shows(unit, "MainPID"))

    def outside(self, pid):
        """The same process, by its number outside of the machine."""
        for status in Path("/proc").glob("[0-9]*/status"):
            try:
                text = status.read_text()
            except OSError:
                continue
            numbers = re.search(r"^NSpid:\s+(.*)$", text, re.MULTILINE).group(1).split()
            inside = Path(f"/proc/{self.leader}/ns/pid").readlink()
            if len(numbers) > 1 and numbers[-1] == str(pid) and (status.parent / "ns/pid").readlink() == inside:
                return int(status.parent.name)
        raise AssertionError(f"no process {pid}")

    def cloud_log(self):
        file = self.path("/srv/cloud.jsonl")
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []

    def operations(self):
        return [entry for entry in self.cloud_log() if entry["method"] == "PUT" and not entry["path"].startswith("/-/")]

    def records(self, kind=None, state="/var/lib/rolloutd"):
        found = [json.loads(line) for line in journal_lines(self.path(state))]
        return [record for record in found if kind is None or record["kind"] == kind]

    def entries(self, *matches):
        """journald's entries of the service, oldest first."""
        self.run("journalctl", "--sync")
        text = self.out("journalctl", "-u", "rolloutd.service", "-o", "json", "--all", *matches, timeout=60)
        return [json.loads(line) for line in text.splitlines()]

    def said(self, unit="rolloutd.service"):
        return self.out("journalctl", "-u", unit, "-o", "cat", "--all", check=False)[-4000:]


class Story(unittest.TestCase):
    """One machine for the stories of a class, with the packages installed."""

    @classmethod
    def setUpClass(cls):
        cls.machine = Installed(cls.__name__.lower())
        try:
            cls.machine.__enter__()
        except CannotRun as problem:
            if os.environ.get("ROLLOUTD_SERVICE_REQUIRED"):
                raise
            raise unittest.SkipTest(str(problem)) from problem
        cls.addClassCleanup(cls.machine.__exit__)
        cls.machine.install()

    def restart(self):
        """A daemon that has never run before, ready."""
        self.machine.run("systemctl stop rolloutd.service rolloutd.socket; systemctl reset-failed rolloutd.service; "
                         "rm -rf /var/lib/rolloutd/*", check=False)
        self.machine.run("systemctl", "start", "rolloutd.service")
        wait_until(self.machine.ready, what=f"the service to be ready: {self.machine.said()}")

    def until_paused(self, ticket="SCTSERVICEFAILING", seconds=30):
        def confirmed():
            return [r for r in self.machine.records("effect") if r["ticket"] == ticket and r["effect"] == "confirmed"]
        wait_until(confirmed, seconds, f"the pause of {ticket}")

    def assert_paused_once(self, ticket="SCTSERVICEFAILING"):
        paused = [entry for entry in self.machine.operations()
                  if entry["ticket"] == ticket and entry["effect"] in ("paused", "pausing")]
        self.assertEqual(len(paused), 1, self.machine.operations())
        code = self.machine.run("rolloutctl", "verify", "/var/lib/rolloutd", check=False)
        self.assertEqual(code.returncode, 0, code.stdout + code.stderr)
