"""Runs the real programs against a real socket, each daemon in a folder of its own."""

import json
import os
import pathlib
import re
import signal
import subprocess
import tempfile
import time
import unittest
import urllib.error
import urllib.request

import seed_server
from journal_files import journal_lines

BIN = pathlib.Path(os.environ["ROLLOUTD_BIN"])
# Sanitized programs are several times slower; what they are waited for stretches with them.
PATIENCE = float(os.environ.get("ROLLOUTD_PATIENCE", "1"))

GUARD = """version: 1
policy: web-guard
match: ticket.name.startsWith("deploy-")
mode: enforce
variables:
  judged: count.finished + count.abnormal + count.stuck + count.given_up
  failed: percent(count.abnormal + count.stuck + count.given_up, judged)
rules:
  - name: too-many-failures
    needs: judged >= 3
    when: failed > ticket.failure_allowed
    do: pause
  - name: stuck-batch
    each: batch
    when: batch.current && batch.unchanged_for > duration("3s")
    do: skip_batch
"""


def wait_until(question, seconds=20, what="it"):
    """Asks again and again until the answer is true, and returns it; fails the test when it never is."""
    end = time.monotonic() + seconds * PATIENCE
    while True:
        answer = question()
        if answer:
            return answer
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds * PATIENCE:.0f} s for {what}")
        time.sleep(0.05)


class Daemon:
    """One installation: configuration, policies, token, state and, while it runs, the process."""

    def __init__(self, folder, endpoint, tickets, policy=GUARD, every="500ms", slowest="60s",
                 more="", cloud_more=""):
        self.folder = pathlib.Path(folder)
        self.state = self.folder / "state"
        self.socket = self.folder / "rolloutd.sock"
        self.config = self.folder / "rolloutd.yaml"
        self.policies = self.folder / "policies.d"
        self.policies.mkdir(exist_ok=True)
        self.every = every
        self.process = None
        self.log = self.folder / "rolloutd.log"
        self.listen = None
        self.environment = {}
        (self.folder / "token").write_text(seed_server.TOKEN + "\n")
        self.set_policy(policy)
        fastest = "100ms"
        self.config.write_text(f"""version: 1
cloud:
  endpoint: {endpoint}
  auth: {{token_file: token}}
  timeout: 3s
  rate: {{per_second: 2000, burst: 2000}}
{cloud_more}policies: policies.d
tickets: {{watch: [{", ".join(tickets)}]}}
poll: {{every: {every}, fastest: {fastest}, slowest: {slowest}}}
mode: enforce
state: state
api: {{socket: rolloutd.sock, listen: "127.0.0.1:0"}}
{more}""")

    def set_policy(self, text, name="web-guard.yaml"):
        (self.policies / name).write_text(text)

    def start(self, *options, ready=True):
        environment = dict(os.environ, **self.environment)
        environment.pop("NOTIFY_SOCKET", None)
        with open(self.log, "ab") as output:
            self.process = subprocess.Popen([BIN / "rolloutd", "--config", self.config, *options],
                                            stdout=output, stderr=output, env=environment)
        if ready:
            wait_until(self.is_ready, what="the daemon to become ready")
        return self

    def is_ready(self):
        if self.process.poll() is not None:
            raise AssertionError(f"rolloutd ended with {self.process.returncode}:\n{self.logged()}")
        return self.get("/-/ready")[0] == 200

    def logged(self):
        return self.log.read_text(errors="replace")

    def address(self):
        """Where it listens: port 0 was asked for, and the log says which one it became."""
        found = re.findall(r"event=listening\b.*?address=(127\.0\.0\.1:\d+)", self.logged())
        return found[-1] if found else None

    def get(self, path):
        address = self.address()
        if not address:
            return 0, ""
        try:
            with urllib.request.urlopen(f"http://{address}{path}", timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read().decode()
        except OSError:
            return 0, ""

    def metric(self, name, labels=""):
        """The value of a metric, summed over its series that carry `labels`; None when there is none."""
        text = self.get("/metrics")[1]
        values = [float(line.rsplit(" ", 1)[1]) for line in text.splitlines()
                  if re.match(re.escape(name) + r"[{ ]", line) and labels in line]
        return sum(values) if values else None

    def signal(self, number):
        self.process.send_signal(number)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self, seconds=10):
        self.signal(signal.SIGTERM)
        return self.process.wait(seconds * PATIENCE)

    def records(self, kind=None):
        """All complete records of the journal, read as an outsider would."""
        found = [json.loads(line) for line in journal_lines(self.state)]
        return [r for r in found if kind is None or r["kind"] == kind]

    def ctl(self, *words):
        done = subprocess.run([BIN / "rolloutctl", "--config", self.config, *words],
                              capture_output=True, text=True, timeout=60)
        return done.returncode, done.stdout, done.stderr


class Story(unittest.TestCase):
    """A test with a cloud and a folder; whatever still runs at its end is stopped."""

    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory(prefix="rolloutd-")
        self.folder = pathlib.Path(self.temporary.name)
        self.daemons = []
        self.clouds = []

    def tearDown(self):
        for daemon in self.daemons:
            if daemon.process and daemon.process.poll() is None:
                daemon.kill()
            if daemon.log.exists() and ("Sanitizer" in daemon.logged() or "runtime error" in daemon.logged()):
                self.fail("a sanitizer spoke up:\n" + daemon.logged()[-4000:])
        for state in sorted({daemon.state for daemon in self.daemons if (daemon.state / "journal").is_dir()}):
            self.check_replay(state)
        for cloud in self.clouds:
            cloud.close()
        self.temporary.cleanup()

    def check_replay(self, state):
        """What was recorded follows from the record alone. A journal that a story has damaged is not read."""
        done = subprocess.run([BIN / "rolloutctl", "replay", "--all", state], capture_output=True, text=True,
                              timeout=120)
        if done.returncode != 0 and "differs" in done.stdout:
            self.fail("the record does not follow from itself:\n" + done.stdout[:8000])

    def cloud(self, *tickets, **options):
        made = seed_server.Cloud(tickets, **options)
        self.clouds.append(made)
        return made

    def daemon(self, endpoint, tickets, **options):
        made = Daemon(self.folder, endpoint, tickets, **options)
        self.daemons.append(made)
        return made
