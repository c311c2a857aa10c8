"""What people do while the daemon runs: freezes and holds in time, their own operations, and those of others."""

import calendar
import json
import os
import pathlib
import resource
import signal
import socket
import subprocess
import threading
import time
import unittest
import urllib.request

from harness import BIN, PATIENCE, Story, wait_until

# Every host hangs, and a rule wants to cancel each of them: more operations than can be sent in the time.
HUNGRY = """version: 1
policy: hungry
match: "true"
mode: enforce
rules:
  - name: give-up
    each: instance
    when: instance.status == "PROCESSING"
    do: cancel_instance
    limit: {cooldown: 1ms}
"""

PAUSER = """version: 1
policy: web
match: "true"
mode: enforce
rules:
  - name: too-many-failures
    needs: judged >= 3
    when: failed > ticket.failure_allowed
    do: pause
  - name: go-on
    when: ticket.status == "PAUSED" && count.abnormal == 0
    do: continue
variables:
  judged: count.finished + count.abnormal
  failed: percent(count.abnormal, judged)
"""

UNLIMITED = """limits: {operations_per_minute: 10000, tickets_per_hour: 10000, cancelled_percent: 100%, spread: 0s}
"""

# From the request's last byte to the last operation sent (issue 5); sanitized programs are slower.
IN_TIME = 0.1 * PATIENCE


class Machine:
    """How late the machine itself is while something is measured: a thread that only wants to wake in time."""

    def __enter__(self):
        self.late = 0.0
        self.ending = threading.Event()
        self.thread = threading.Thread(target=self.watch)
        self.thread.start()
        return self

    def watch(self):
        while not self.ending.is_set():
            began = time.monotonic()
            time.sleep(0.002)
            self.late = max(self.late, time.monotonic() - began - 0.002)

    def __exit__(self, *_):
        self.ending.set()
        self.thread.join()


class People(Story):
    def sim(self, text):
        """coc-sim with this scenario; gives its address."""
        (self.folder / "scenario.yaml").write_text(text)
        port_file = self.folder / "port"
        self.requests_log = self.folder / "requests.jsonl"
        simulator = subprocess.Popen(
            [BIN / "coc-sim", "--scenario", self.folder / "scenario.yaml", "--port-file", port_file,
             "--log", self.requests_log, "--control"], stdout=subprocess.DEVNULL)
        self.addCleanup(simulator.wait)
        self.addCleanup(simulator.kill)
        wait_until(lambda: port_file.exists() and port_file.read_text().strip(), what="coc-sim to listen")
        self.cloud_url = f"http://127.0.0.1:{int(port_file.read_text())}"
        return self.cloud_url

    def puts(self):
        """Operations that reached the cloud."""
        found = []
        for line in self.requests_log.read_bytes().split(b"\n")[:-1]:
            entry = json.loads(line)
            if entry["method"] == "PUT" and "/-/sim/" not in entry["path"]:
                found.append(entry)
        return found

    def person(self, ticket, operation):
        """Somebody acts in the cloud's own console."""
        asked = urllib.request.Request(f"{self.cloud_url}/-/sim/tickets/{ticket}/person", method="PUT",
                                       data=json.dumps({"operation_type": operation}).encode())
        with urllib.request.urlopen(asked, timeout=5) as answer:
            self.assertEqual(answer.status, 200)

    def many_tickets(self, count, **options):
        url = self.sim(f"""version: 1
tickets:
  - id: "SCTMANY{{n}}"
    count: {count}
    batches: [{{size: 40, hangs: [{", ".join(str(n) for n in range(1, 41))}]}}]
""")
        names = [f"SCTMANY{n:06}" for n in range(1, count + 1)]
        daemon = self.daemon(url, names, policy=HUNGRY, more=UNLIMITED, **options)
        return daemon

    @staticmethod
    def post(daemon, path, body=b'{"reason": "INC-1"}'):
        """Asks through the socket; gives when the last byte was handed over, how long it took, and the answer."""
        with socket.socket(socket.AF_UNIX) as link:
            link.settimeout(20)
            link.connect(str(daemon.socket))
            head = (f"POST /api/v1/{path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                    f"Content-Length: {len(body)}\r\n\r\n").encode()
            try:
                link.sendall(head + body)
            except (BrokenPipeError, ConnectionResetError):
                pass  # it may answer before all of it was sent
            at = time.time()
            began = time.monotonic()
            answer = b""
            try:
                while piece := link.recv(65536):
                    answer += piece
            except ConnectionResetError:
                if not answer:
                    return at, time.monotonic() - began, 0, ""
            status = int(answer.split(b" ")[1])
            return at, time.monotonic() - began, status, answer.split(b"\r\n\r\n", 1)[1].decode()

    @staticmethod
    def time_of(entry):
        text = entry["at"]
        if isinstance(text, (int, float)):
            return float(text)
        whole, _, fraction = text.rstrip("Z").partition(".")
        seconds = calendar.timegm(time.strptime(whole, "%Y-%m-%dT%H:%M:%S"))
        return seconds + float("0." + (fraction or "0"))

    def judge_stop(self, at, what, machine):
        """No operation later than it may be; says how late the last one was. What the machine was late by, in giving
        the daemon and then the cloud their turn, is not theirs."""
        allowed = IN_TIME + 2 * machine.late
        late = [self.time_of(entry) - at for entry in self.puts()]
        last = max(late)
        print(f"\n  {what}: {len(late)} operations, the last {last * 1000:+.1f} ms after the request "
              f"(the machine was up to {machine.late * 1000:.1f} ms late)", flush=True)
        self.assertLess(last, allowed, f"{what}: an operation was sent {last * 1000:.0f} ms later")

    def test_a_freeze_stops_a_stream_of_operations_within_100_ms(self):
        daemon = self.many_tickets(100).start()
        wait_until(lambda: len(self.puts()) > 300, 60, "operations to flow")
        with Machine() as machine:
            at, took, status, body = self.post(daemon, "freeze")
            time.sleep(0.5)
        self.assertEqual(status, 200, body)
        self.assertTrue(json.loads(body)["recorded"], body)
        time.sleep(2 * PATIENCE)
        self.judge_stop(at, "freeze", machine)
        self.assertLess(len(self.puts()), 100 * 40, "there was more to do")
        # It survives a restart.
        daemon.kill()
        before = len(self.puts())
        daemon.start(ready=False)
        wait_until(lambda: '"frozen":true' in daemon.get("/api/v1/status")[1], what="the freeze to be remembered")
        time.sleep(1)
        self.assertEqual(len(self.puts()), before)
        code, out, err = daemon.ctl("thaw", "--reason", "it is over")
        self.assertEqual(code, 0, err)
        wait_until(lambda: len(self.puts()) > before, 60, "operations to flow again")
        self.assertEqual(daemon.stop(), 0)
        self.assertEqual([r["reason"] for r in daemon.records("freeze")], ["INC-1"])
        self.assertEqual(daemon.ctl("verify")[0], 0)

    def test_a_hold_stops_one_ticket_within_100_ms_and_no_other(self):
        daemon = self.many_tickets(40).start()
        wait_until(lambda: len(self.puts()) > 100, 60, "operations to flow")
        name = "SCTMANY000007"
        with Machine() as machine:
            at, _, status, body = self.post(daemon, f"tickets/{name}/hold")
            time.sleep(0.5)
        self.assertEqual(status, 200, body)
        time.sleep(2 * PATIENCE)
        mine = [self.time_of(e) - at for e in self.puts() if e["ticket"] == name]
        others = [self.time_of(e) - at for e in self.puts() if e["ticket"] != name]
        self.assertLess(max(mine, default=-1), IN_TIME + 2 * machine.late)
        self.assertGreater(max(others), 0.2, "the others go on")
        self.assertEqual(daemon.stop(), 0)

    def test_a_freeze_works_at_once_with_a_disk_that_takes_nothing(self):
        """No file of the daemon may grow any more (RLIMIT_FSIZE): each write fails as on a full disk."""
        daemon = self.many_tickets(60)
        process_options = {"preexec_fn": lambda: signal.signal(signal.SIGXFSZ, signal.SIG_IGN)}
        with open(daemon.log, "ab") as output:
            daemon.process = subprocess.Popen([BIN / "rolloutd", "--config", daemon.config], stderr=subprocess.STDOUT,
                                              stdout=output, **process_options)
        wait_until(daemon.is_ready, what="the daemon to become ready")
        wait_until(lambda: len(self.puts()) > 100, 60, "operations to flow")
        unlimited = resource.prlimit(daemon.process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(daemon.process.pid, resource.RLIMIT_FSIZE, (1, unlimited[1]))
        with Machine() as machine:
            at, took, status, body = self.post(daemon, "freeze")
            time.sleep(0.5)
        self.assertEqual(status, 200, body)
        self.assertFalse(json.loads(body)["recorded"], body)
        self.assertLess(took, 3 * PATIENCE, "a person is not kept waiting")
        time.sleep(1)
        self.judge_stop(at, "freeze with a full disk", machine)
        wait_until(lambda: daemon.get("/-/ready")[0] == 503, 5, "readiness to fail")
        # Neither a thaw nor an operation without a record.
        self.assertEqual(self.post(daemon, "thaw")[2], 503)
        self.assertEqual(self.post(daemon, "tickets/SCTMANY000001/pause")[2], 503)
        self.assertEqual(self.post(daemon, "tickets/SCTMANY000001/hold")[2], 200)
        # Room returns: the freeze is written, and stands.
        before = len(self.puts())
        resource.prlimit(daemon.process.pid, resource.RLIMIT_FSIZE, unlimited)
        wait_until(lambda: daemon.records("freeze") and daemon.records("hold"), 20, "both to be written")
        wait_until(lambda: daemon.get("/-/ready")[0] == 200, 20, "readiness")
        time.sleep(1)
        self.assertEqual(len(self.puts()), before)
        self.assertEqual(self.post(daemon, "thaw")[2], 200)
        wait_until(lambda: len(self.puts()) > before, 60, "operations to flow again")
        self.assertEqual([e for e in self.puts()[before:] if e["ticket"] == "SCTMANY000001"], [])
        self.assertEqual(daemon.stop(), 0)
        self.assertEqual(daemon.ctl("verify")[0], 0)

    def one_ticket(self, **batch):
        url = self.sim("""version: 1
tickets:
  - id: SCTONE
    name: deploy-web
    success_rate: 90
    batches: [{size: 4, takes: 60s}, {size: 4, takes: 60s}]
""")
        return self.daemon(url, ["SCTONE"], policy=PAUSER, slowest="500ms").start()

    def status(self, daemon):
        code, out, err = daemon.ctl("status", "SCTONE", "-o", "json")
        self.assertEqual(code, 0, err)
        return json.loads(out)

    def test_what_a_person_paused_in_the_console_is_continued_only_when_it_is_released(self):
        daemon = self.one_ticket()
        wait_until(lambda: self.status(daemon)["status"] == "PROCESSING", what="a first reading")
        time.sleep(1)
        self.person("SCTONE", "PAUSE_ORDER")
        wait_until(lambda: daemon.records("foreign"), what="the pause to be recognised")
        self.assertEqual(daemon.records("foreign")[0]["do"], "pause")
        time.sleep(2)
        self.assertEqual(self.puts(), [])
        code, out, err = daemon.ctl("explain", "SCTONE", "--rule", "go-on")
        self.assertEqual(code, 0, err)
        self.assertIn("[human]", out)
        self.assertIn("a person paused it", out)
        code, out, err = daemon.ctl("release", "SCTONE", "--reason", "looked at")
        self.assertEqual(code, 0, err)
        wait_until(lambda: [e["effect"] for e in self.puts()] == ["continued"], what="the rule to continue it")
        self.assertEqual(daemon.stop(), 0)

    def test_a_persons_own_operations_pass_a_freeze_and_a_hold(self):
        daemon = self.one_ticket()
        wait_until(lambda: self.status(daemon)["status"] == "PROCESSING", what="a first reading")
        for words in (["freeze"], ["hold", "SCTONE"], ["pause", "SCTONE"]):
            code, out, err = daemon.ctl(*words, "--reason", "INC-1")
            self.assertEqual(code, 0, err)
        wait_until(lambda: [e["effect"] for e in self.puts()] == ["paused"], what="the pause")
        wait_until(lambda: self.status(daemon)["status"] == "PAUSED", what="the reading of it")
        self.assertEqual(self.status(daemon)["pause_cause"], "operator")
        code, out, err = daemon.ctl("pause", "SCTONE", "--reason", "again")
        self.assertEqual(code, 1)
        self.assertIn("already", err)
        self.assertEqual(daemon.ctl("continue", "SCTONE", "--reason", "on")[0], 0)
        wait_until(lambda: [e["effect"] for e in self.puts()] == ["paused", "continued"], what="the continue")
        order = [r["kind"] for r in daemon.records() if r["kind"] in ("operator", "intent", "result")]
        self.assertEqual(order[:3], ["operator", "intent", "result"])
        self.assertEqual(daemon.stop(), 0)

    def test_bad_requests_change_nothing(self):
        daemon = self.one_ticket()
        wait_until(lambda: self.status(daemon)["status"] == "PROCESSING", what="a first reading")
        # Refused without being read to its end, so that the answer may be lost with the connection.
        self.assertIn(self.post(daemon, "freeze", b'{"reason": "' + b"x" * (1 << 20) + b'"}')[2], (0, 413))
        self.assertEqual(self.post(daemon, "freeze", b'{"reason": "a\\u0007b"}')[2], 400)
        self.assertEqual(self.post(daemon, "freeze", b'\xff\xfe')[2], 400)
        self.assertEqual(daemon.ctl("freeze")[0], 64)
        self.assertEqual(daemon.ctl("freeze", "--reason", " ")[0], 64)
        self.assertEqual(daemon.ctl("freeze", "--reason", "a\x1b[2Jb")[0], 64)
        self.assertEqual(daemon.ctl("hold", "no/ticket", "--reason", "r")[0], 64)
        self.assertEqual(daemon.ctl("approve", "x", "--reason", "r")[0], 64)
        self.assertEqual(daemon.ctl("approve", "99999", "--reason", "r")[0], 1)
        self.assertEqual(daemon.ctl("hold", "SCTNOTHERE", "--reason", "r")[0], 1)
        self.assertEqual(daemon.ctl("explain", "SCTNOTHERE")[0], 1)
        self.assertEqual(daemon.ctl("explain", "SCTONE", "--rule", "none")[0], 1)
        self.assertFalse(self.status(daemon).get("hold"))
        self.assertEqual(daemon.records("freeze") + daemon.records("hold"), [])
        self.assertEqual(daemon.stop(), 0)
        self.assertEqual(daemon.ctl("freeze", "--reason", "r")[0], 69)

    def test_two_operators_at_once_each_get_an_answer_and_the_last_word_counts(self):
        daemon = self.one_ticket()
        answers = []
        def speak(words, times):
            for _ in range(times):
                answers.append(self.post(daemon, words)[2])
        speakers = [threading.Thread(target=speak, args=(words, 20)) for words in ("freeze", "thaw", "freeze", "thaw")]
        for each in speakers:
            each.start()
        for each in speakers:
            each.join()
        self.assertEqual(len(answers), 80)
        self.assertLessEqual(set(answers), {200, 409})
        wait_until(lambda: daemon.records()[-1]["seq"] >= 3, what="the records")
        last = [r["kind"] for r in daemon.records() if r["kind"] in ("freeze", "thaw")][-1]
        frozen = json.loads(daemon.get("/api/v1/status")[1])["frozen"]
        self.assertEqual(frozen, last == "freeze")
        self.assertEqual(daemon.stop(), 0)

    @unittest.skipUnless(os.geteuid() == 0, "only root can become somebody else")
    def test_a_caller_outside_the_group_is_told_what_is_missing(self):
        daemon = self.one_ticket()
        for path in (self.folder, daemon.config, daemon.policies):
            pathlib.Path(path).chmod(0o755)
        words = [BIN / "rolloutctl", "--config", daemon.config, "freeze", "--reason", "r"]
        asked = subprocess.run(words, user="nobody", group="nogroup", extra_groups=[], capture_output=True,
                               text=True, timeout=20)
        self.assertEqual(asked.returncode, 69, asked.stderr)
        self.assertIn("members of the group", asked.stderr)
        self.assertEqual(daemon.records("freeze"), [])
        self.assertEqual(daemon.stop(), 0)


if __name__ == "__main__":
    unittest.main()
