"""Kills the real daemon at every point where it touches the disk or the cloud, starts it again, and judges the end.

Four short rollouts in coc-sim ask for one operation each: a pause, a skip, a cancelled instance, a continue. A first
run writes down the points (crash_shim.cpp); then each of them is a run of its own:

    python3 crash_points.py --bin DIR --shim FILE [--sample N] [--jobs N] [--first N]

Prints how many points it killed at and what was wrong; ends with 1 if anything was.
"""

import argparse
import collections
import concurrent.futures
import json
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile
import time
import urllib.request

from journal_files import journal_lines

HERE = pathlib.Path(__file__).parent
ENDS = {"SCTPAUSE": "PAUSED", "SCTSKIP": "FINISHED", "SCTCANCEL": "FINISHED", "SCTNEXT": "FINISHED"}
# What the operations of the daemon do to each ticket, and how often at most.
EFFECTS = {"SCTPAUSE": "paused", "SCTSKIP": "skipped", "SCTCANCEL": "instance_canceled", "SCTNEXT": "continued"}
# How a point is died at: the moment, and whether the power goes, too.
WAYS = (("before", False), ("after", False), ("after", True), ("torn", False))

SCENARIO = """version: 1
seed: 3
tickets:
  - {id: SCTPAUSE, success_rate: 50, timeout: 5m, batches: [
      {size: 4, takes: 300ms, fails: [1, 2, 3]}, {size: 2, takes: 10m}]}
  - {id: SCTSKIP, success_rate: 50, timeout: 5m, batches: [
      {size: 3, takes: 200ms, hangs: [2]}, {size: 2, takes: 300ms}]}
  - {id: SCTCANCEL, success_rate: 50, timeout: 5m, batches: [{size: 3, takes: 200ms, hangs: [3]}]}
  - {id: SCTNEXT, success_rate: 50, timeout: 5m, batches: [
      {size: 2, takes: 900ms, rotation: PAUSE}, {size: 2, takes: 300ms}]}
"""

POLICY = """version: 1
policy: crash
match: "true"
mode: enforce
rules:
  - name: failing
    when: ticket.name == "SCTPAUSE" && count.abnormal >= 3
    do: pause
  - name: stuck
    each: batch
    when: ticket.name == "SCTSKIP" && batch.current && batch.unchanged_for > duration("400ms")
    do: skip_batch
    limit: {cooldown: 1s}
  - name: hung
    each: instance
    when: ticket.name == "SCTCANCEL" && instance.status == "PROCESSING" && instance.running_for > duration("500ms")
    do: cancel_instance
    limit: {percent: 50%, cooldown: 1s}
  - name: next
    when: ticket.name == "SCTNEXT" && ticket.status == "PAUSED" && ticket.pause_cause == "rotation"
    for: 200ms
    do: continue
"""

CONFIG = """version: 1
cloud:
  endpoint: http://127.0.0.1:{port}
  auth: {{token_file: token}}
  timeout: 2s
  rate: {{per_second: 500, burst: 500}}
policies: policies.d
tickets: {{watch: [{tickets}]}}
poll: {{every: 200ms, fastest: 100ms, slowest: 400ms}}
operations: {{effect_deadline: 1s}}
limits: {{cancelled_percent: 100%}}
mode: enforce
state: state
api: {{socket: rolloutd.sock, listen: "127.0.0.1:0"}}
"""


class Run:
    """One cloud, one installation, one crash."""

    def __init__(self, programs, shim, folder, patience):
        self.programs = pathlib.Path(programs).resolve()
        self.shim = shim
        self.folder = pathlib.Path(folder)
        self.patience = patience
        self.state = self.folder / "state"
        self.points = self.folder / "points"
        self.wrong = []
        self.cloud = self.daemon = None
        self.logged_before = 0
        self.acts_of_a_person = 0
        self.died_again = 0

    def start_cloud(self):
        (self.folder / "scenario.yaml").write_text(SCENARIO)
        self.cloud = subprocess.Popen(
            [self.programs / "coc-sim", "--scenario", self.folder / "scenario.yaml", "--control",
             "--port-file", self.folder / "port", "--log", self.folder / "requests.jsonl"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + 20 * self.patience
        while not (self.folder / "port").exists():
            if time.monotonic() > end:
                raise AssertionError("coc-sim does not listen")
            time.sleep(0.02)
        self.port = int((self.folder / "port").read_text())
        (self.folder / "policies.d").mkdir()
        (self.folder / "policies.d" / "crash.yaml").write_text(POLICY)
        (self.folder / "token").write_text("t\n")
        (self.folder / "rolloutd.yaml").write_text(CONFIG.format(port=self.port, tickets=", ".join(ENDS)))

    def start_daemon(self, **crash):
        environment = {k: v for k, v in os.environ.items() if k != "NOTIFY_SOCKET"}
        if crash:
            environment.update({"LD_PRELOAD": str(self.shim), "CRASH_STATE": str(self.state),
                                "CRASH_PORT": str(self.port)}, **{k: str(v) for k, v in crash.items()})
        log_file = self.folder / "rolloutd.log"
        self.logged_before = log_file.stat().st_size if log_file.exists() else 0
        with open(log_file, "ab") as log:
            self.daemon = subprocess.Popen([self.programs / "rolloutd", "--config", self.folder / "rolloutd.yaml"],
                                           stdout=log, stderr=log, env=environment)

    def requests(self):
        """The cloud's log."""
        lines = (self.folder / "requests.jsonl").read_bytes().split(b"\n")
        return [json.loads(line) for line in lines[:-1]]

    def records(self):
        """The whole lines of the journal."""
        return journal_lines(self.state)

    def asked(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data=data, method=method)
        request.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.loads(answer.read() or b"{}")

    def statuses(self):
        return {t: self.asked("GET", f"/v1/job/script/orders/{t}")["data"]["status"] for t in ENDS}

    def live(self, until):
        """Waits; true when `until` became so, false when the daemon is dead."""
        end = time.monotonic() + 30 * self.patience
        while time.monotonic() < end:
            if until():
                return True
            if self.daemon.poll() is not None:
                return False
            time.sleep(0.05)
        self.wrong.append(f"not over in time: {self.statuses()}")
        return True

    def is_over(self):
        return self.statuses() == ENDS and self.is_ready()

    def is_ready(self):
        """Whoever stops a daemon before it can hear of that has killed it."""
        with open(self.folder / "rolloutd.log", "rb") as log:
            log.seek(self.logged_before)
            return b"event=ready" in log.read()

    def stop_daemon(self):
        """Its exit code, which is -9 for one that died at its point."""
        self.daemon.terminate()
        try:
            return self.daemon.wait(20 * self.patience)
        except subprocess.TimeoutExpired:
            self.wrong.append("the daemon did not stop")
            self.daemon.kill()
            return self.daemon.wait()

    def stop_all(self):
        if self.daemon and self.daemon.poll() is None:
            self.daemon.kill()
            self.daemon.wait()
        if self.cloud:
            self.cloud.kill()
            self.cloud.wait()

    def finish_rotation(self):
        """What the daemon leaves to a person: a rest that began while nobody looked, a continue that was lost."""
        resting = {}

        def over():
            now = self.statuses()
            if now["SCTNEXT"] == "PAUSED":
                since = resting.setdefault("since", time.monotonic())
                others = {t: s for t, s in now.items() if t != "SCTNEXT"}
                if time.monotonic() - since > 2.5 * self.patience and all(ENDS[t] == s for t, s in others.items()):
                    self.acts_of_a_person += 1
                    resting.clear()
                    self.asked("PUT", "/-/sim/tickets/SCTNEXT/person", {"operation_type": "CONTINUE_ORDER"})
            else:
                resting.clear()
            return now == ENDS and self.is_ready()
        return over

    def judge(self):
        effects = collections.Counter()
        intents = collections.Counter()
        for line in self.records():
            record = json.loads(line)
            if record["kind"] == "intent":
                body = json.dumps(json.loads(record["request"]["body"]), sort_keys=True)
                intents[record["ticket"], body] += 1
        for entry in self.requests():
            if entry["method"] != "PUT" or entry["path"].startswith("/-/"):
                continue
            about = entry["ticket"], json.dumps(entry["body"], sort_keys=True)
            intents[about] -= 1
            if intents[about] < 0:
                self.wrong.append(f"without an intent: {about}")
            if entry["effect"] not in ("none", "illegal", "invalid"):
                effects[entry["ticket"], entry["effect"]] += 1
        for (ticket, effect), times in effects.items():
            if EFFECTS[ticket] != effect or times > 1:
                self.wrong.append(f"{ticket} {effect} {times} times")
        for ticket, effect in EFFECTS.items():
            if effects[ticket, effect] == 0 and not (ticket == "SCTNEXT" and self.acts_of_a_person):
                self.wrong.append(f"{ticket} never {effect}")
        checked = subprocess.run([self.programs / "rolloutctl", "--config", self.folder / "rolloutd.yaml", "verify"],
                                 capture_output=True, text=True)
        if checked.returncode != 0:
            self.wrong.append("verify: " + checked.stdout + checked.stderr)

    def play(self, at=0, how="before", lose=False):
        """The whole story; returns True when the daemon died at the point."""
        died = False
        try:
            self.start_cloud()
            crash = {"CRASH_LOG": self.points} if at == 0 else {"CRASH_AT": at, "CRASH_HOW": how,
                                                               "CRASH_LOSE": int(lose)}
            self.start_daemon(**crash)
            code = self.end_of(self.is_over if at == 0 else self.finish_rotation())
            died = at != 0 and code == -9
            # Where the power was lost, the next one dies, too: in its recovery, or soon after it.
            for again in ([1 + at % 40] if died and lose else []) + ([0] if died else []):
                left = self.records() if self.state.exists() else []
                self.start_daemon(**({"CRASH_AT": again, "CRASH_HOW": "after", "CRASH_LOSE": 1} if again else {}))
                code = self.end_of(self.finish_rotation())
                if self.records()[:len(left)] != left:
                    self.wrong.append("records that were there are gone")
                if code == 0:
                    break
                self.died_again += code == -9 and again > 0
            if code != 0:
                self.wrong.append(f"the daemon ended with {code}")
        except (OSError, KeyError, ValueError, AssertionError) as error:
            self.wrong.append(f"{type(error).__name__}: {error}")
        finally:
            self.stop_all()
        if not self.wrong:
            self.judge()
        return died

    def end_of(self, over):
        """Lets the daemon work until all is over, and stops it; its exit code, whatever it ended by."""
        if not self.live(over):
            return self.daemon.returncode
        # What was done once must not be done again.
        time.sleep(0.4)
        return self.stop_daemon()


def kept(folder, name, wrong):
    """The first line of what is wrong, with what the daemon said last."""
    log = folder / "rolloutd.log"
    tail = log.read_text(errors="replace").splitlines()[-12:] if log.exists() else []
    return name + ": " + "; ".join(wrong) + "".join("\n    " + line for line in tail)


class Points:
    """All runs of one set of programs."""

    def __init__(self, programs, shim, patience=1.0):
        self.programs = programs
        self.shim = pathlib.Path(shim).resolve()
        self.patience = patience
        self.names = []
        self.died = 0
        self.acts = 0
        self.calls = collections.Counter()

    def find(self):
        with tempfile.TemporaryDirectory(prefix="rolloutd-") as folder:
            run = Run(self.programs, self.shim, folder, self.patience)
            run.play()
            if run.wrong:
                raise AssertionError("without a crash: " + kept(run.folder, "", run.wrong))
            self.names = [line.split(" ", 1)[1] for line in run.points.read_text().splitlines()]
        return self.names

    def all(self):
        return [(number, how, lose) for number, name in enumerate(self.names, 1) for how, lose in WAYS
                if how != "torn" or name.startswith("write")]

    def sample(self, count):
        """At least one of each kind of call and each way; the same ones for the same points."""
        groups = collections.defaultdict(list)
        for each in self.all():
            name = self.names[each[0] - 1]
            kind = re.match(r"send PUT|\w+", name).group()
            groups[kind, each[1], each[2]].append(each)
        chance = random.Random(11)
        for group in groups.values():
            chance.shuffle(group)
        chosen = []
        while len(chosen) < count and any(groups.values()):
            for key in sorted(groups):
                if groups[key] and len(chosen) < count:
                    chosen.append(groups[key].pop())
        return chosen

    def kill_at(self, point):
        number, how, lose = point
        with tempfile.TemporaryDirectory(prefix="rolloutd-") as folder:
            run = Run(self.programs, self.shim, folder, self.patience)
            died = run.play(number, how, lose)
            self.died += died + run.died_again
            self.acts += run.acts_of_a_person
            name = self.names[number - 1]
            self.calls[name.split(" ", 1)[0]] += died
            said = f"point {number} ({name[:60]}) {how}{', power lost' if lose else ''}"
            return kept(run.folder, said, run.wrong) if run.wrong else ""

    def kill_at_all(self, chosen, jobs):
        with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
            return [wrong for wrong in pool.map(self.kill_at, chosen) if wrong]


def main():
    line = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    line.add_argument("--bin", required=True, help="the folder of the programs")
    line.add_argument("--shim", required=True, help="the shared object that is preloaded")
    line.add_argument("--sample", type=int, default=0, help="only so many runs")
    line.add_argument("--jobs", type=int, default=2 * (os.cpu_count() or 1), help="runs at once")
    line.add_argument("--patience", type=float, default=1.0, help="stretches every wait")
    line.add_argument("--only", type=int, default=0, help="this point alone")
    given = line.parse_args()
    points = Points(given.bin, given.shim, given.patience)
    names = points.find()
    chosen = points.sample(given.sample) if given.sample else points.all()
    if given.only:
        chosen = [each for each in points.all() if each[0] == given.only]
    began = time.monotonic()
    wrong = points.kill_at_all(chosen, given.jobs)
    for each in wrong:
        print("VIOLATION", each)
    calls = ", ".join(f"{name} {count}" for name, count in sorted(points.calls.items()))
    print(f"{len(names)} points in the run without a crash; {len(chosen)} runs, killed at {points.died} ({calls}); "
          f"{points.acts} continues left to a person; {len(wrong)} violations; {time.monotonic() - began:.0f} s")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
