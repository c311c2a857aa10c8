"""Who is told when a rollout is paused, and that nobody who is told can hold the daemon up."""

import hashlib
import hmac
import http.server
import json
import shutil
import socket
import subprocess
import threading
import time
import unittest
import urllib.error
import urllib.request

from harness import BIN, GUARD, Story, wait_until

SECRET = "a-secret-only-the-tests-know"
# The same guard, which tells people before it pauses.
TELLING = GUARD.replace("    do: pause\n", "    do: [notify, pause]\n")

SCENARIO = """version: 1
tickets:
  - id: SCTBAD
    name: deploy-web
    success_rate: 90
    timeout: 6s
    batches:
      - {size: 10, takes: {min: 300ms, max: 800ms}, fails: [3, 7]}
      - {size: 10, takes: {min: 60s, max: 60s}}
"""


def is_signed(headers, body, secret):
    """What docs/operating.md asks a receiver to do."""
    t, v1 = (part.split("=", 1)[1] for part in headers["Rolloutd-Signature"].split(","))
    expected = hmac.new(secret.encode(), t.encode() + b"." + body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected, v1) and abs(time.time() - int(t)) < 300


class Receiver:
    """A webhook that keeps what it was sent and answers as it is told to."""

    def __init__(self):
        self.messages = []  # (headers, raw body)
        self.tries = 0
        self.answer = lambda handler: self.plain(handler, 204)
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.tries += 1
                if receiver.answer(self):
                    receiver.messages.append((dict(self.headers), body))

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"

    @staticmethod
    def plain(handler, status, *headers):
        handler.send_response(status)
        for name, value in headers:
            handler.send_header(name, value)
        handler.send_header("Content-Length", "0")
        handler.end_headers()
        return status < 300

    def bodies(self):
        return [json.loads(body) for _, body in self.messages]

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Told(Story):
    """A rollout that goes bad in coc-sim, and a guard that tells people."""

    def receiver(self):
        made = Receiver()
        self.addCleanup(made.close)
        return made

    def sim(self):
        scenario, port = self.folder / "scenario.yaml", self.folder / "port"
        scenario.write_text(SCENARIO)
        simulator = subprocess.Popen([BIN / "coc-sim", "--scenario", scenario, "--port-file", port],
                                     stdout=subprocess.DEVNULL)
        self.addCleanup(simulator.wait)
        self.addCleanup(simulator.kill)
        wait_until(lambda: port.exists() and port.read_text().strip(), what="coc-sim to listen")
        return f"http://127.0.0.1:{int(port.read_text())}"

    def guard(self, *targets, policy=TELLING):
        (self.folder / "webhook-secret").write_text(SECRET + "\n")
        (self.folder / "webhook-secret").chmod(0o600)
        return self.daemon(self.sim(), ["SCTBAD"], policy=policy, slowest="500ms",
                           more="notify: [" + ", ".join(targets) + "]\n")


class Webhooks(Told):
    def test_a_pause_is_told_to_a_webhook_with_a_signature_and_the_record_behind_it(self):
        hook = self.receiver()
        daemon = self.guard(f"{{webhook: '{hook.url}', secret_file: webhook-secret}}").start()
        wait_until(lambda: hook.messages, what="the message")
        headers, raw = hook.messages[0]
        self.assertTrue(is_signed(headers, raw, SECRET))
        self.assertFalse(is_signed(headers, raw + b" ", SECRET))
        self.assertFalse(is_signed(headers, raw, "another"))
        self.assertEqual(headers["Content-Type"], "application/json")
        body = json.loads(raw)
        self.assertEqual((body["version"], body["event"], body["state"]), (1, "rule_holds", "began"))
        self.assertEqual((body["ticket"], body["policy"], body["rule"], body["mode"]),
                         ("SCTBAD", "web-guard", "too-many-failures", "enforce"))
        self.assertIn("failed = ", body["text"])
        self.assertEqual(body["from"]["instance"], socket.gethostname())
        wait_until(lambda: daemon.records("intent"), what="the pause")
        by_seq = {r["seq"]: r for r in daemon.records()}
        self.assertEqual(by_seq[body["journal"]["seq"]]["kind"], "notify")
        self.assertTrue(body["journal"]["durable"])
        newest = body["journal"]["newest"]
        self.assertEqual(by_seq[newest["seq"]]["hash"], newest["hash"], "who keeps it sees a cut-off tail")
        self.assertEqual(daemon.metric("rolloutd_notifications_total", 'result="delivered"'), 1)
        self.assertNotIn(SECRET, daemon.logged() + daemon.get("/api/v1/status")[1])
        self.assertEqual(daemon.stop(), 0)

    def test_a_receiver_that_fails_redirects_and_hangs_is_told_in_the_end_and_holds_up_nothing(self):
        hook, elsewhere = self.receiver(), self.receiver()
        answers = [lambda h: hook.plain(h, 500),
                   lambda h: hook.plain(h, 307, ("Location", elsewhere.url)),
                   lambda h: h.connection.close(),
                   lambda h: hook.plain(h, 200)]
        hook.answer = lambda handler: answers[min(hook.tries, len(answers)) - 1](handler)
        silent = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(silent.close)
        daemon = self.guard(f"{{webhook: 'http://127.0.0.1:{silent.getsockname()[1]}/'}}",
                            f"{{webhook: '{hook.url}'}}").start()
        wait_until(lambda: any(r["effect"] == "confirmed" for r in daemon.records("effect")), what="the pause")
        wait_until(lambda: hook.messages, 40, "the message")
        self.assertEqual(hook.bodies()[0]["ticket"], "SCTBAD")
        self.assertEqual(elsewhere.tries, 0, "redirects are not followed")
        self.assertGreaterEqual(daemon.metric("rolloutd_notifications_total", 'result="failed"'), 3)
        began = time.monotonic()
        self.assertEqual(daemon.stop(), 0)
        self.assertLess(time.monotonic() - began, 6)

    def test_what_could_not_be_told_is_in_the_status_and_a_test_says_why(self):
        hook = self.receiver()
        hook.answer = lambda handler: hook.plain(handler, 503)
        daemon = self.guard(f"{{webhook: '{hook.url}'}}").start()
        wait_until(lambda: hook.tries, what="the first try")
        code, out, err = daemon.ctl("status")
        self.assertEqual(code, 0, err)
        self.assertIn("not told: webhook 127.0.0.1", out)
        code, out, err = daemon.ctl("notify", "test")
        self.assertEqual(code, 1)
        self.assertIn("it answered 503", out + err)
        hook.answer = lambda handler: hook.plain(handler, 200)
        code, out, err = daemon.ctl("notify", "test")
        self.assertEqual(code, 0, err)
        self.assertIn("took it", out)
        wait_until(lambda: {b["event"] for b in hook.bodies()} >= {"test", "rule_holds"}, 70, "what waited")

    def test_a_reload_takes_another_receiver(self):
        first, second = self.receiver(), self.receiver()
        daemon = self.guard(f"{{webhook: '{first.url}'}}", policy=GUARD).start()
        self.assertEqual(daemon.ctl("notify", "test")[0], 0)
        daemon.config.write_text(daemon.config.read_text().replace(first.url, second.url))
        daemon.ctl("status")
        daemon.process.send_signal(1)
        wait_until(lambda: [r for r in daemon.records("reload") if r["accepted"]], what="the reload")
        self.assertEqual(daemon.ctl("notify", "test")[0], 0)
        self.assertEqual((first.tries, second.tries), (1, 1))

    def test_check_refuses_bad_addresses_and_secrets_that_are_not_there(self):
        daemon = self.guard("{webhook: 'https://user@hooks.example.com/'}", "{webhook: 'ftp://h'}",
                            "{alertmanager: 'http://127.0.0.1:9093', secret_file: webhook-secret}")
        daemon.start("--check", ready=False)
        self.assertEqual(daemon.process.wait(20), 78)
        told = daemon.logged()
        self.assertEqual(told.count("is not an address that can be posted to"), 2)
        self.assertIn("an alertmanager checks no signature", told)
        good = self.guard("{webhook: 'https://hooks.example.com/x', secret_file: no-such-file}")
        good.start("--check", ready=False)
        self.assertEqual(good.process.wait(20), 78)
        self.assertIn("no-such-file: cannot be opened", good.logged())


@unittest.skipUnless(shutil.which("prometheus-alertmanager"),
                     "no Alertmanager here: apt-get install prometheus-alertmanager")
class Alertmanager(Told):
    """The same with the real one, as Debian ships it."""

    def alertmanager(self):
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        config = self.folder / "alertmanager.yml"
        config.write_text("route: {receiver: nobody}\nreceivers: [{name: nobody}]\n")
        process = subprocess.Popen(
            ["prometheus-alertmanager", f"--config.file={config}", f"--storage.path={self.folder / 'am'}",
             f"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address="],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        self.alerts_url = f"http://127.0.0.1:{port}/api/v2/alerts"
        wait_until(lambda: self.alerts() is not None, 30, "Alertmanager")
        return f"http://127.0.0.1:{port}"

    def alerts(self):
        try:
            with urllib.request.urlopen(self.alerts_url, timeout=5) as answer:
                return json.load(answer)
        except (urllib.error.URLError, OSError):
            return None

    def test_a_real_alertmanager_shows_the_alert_while_its_condition_lasts(self):
        address = self.alertmanager()
        daemon = self.guard(f"{{alertmanager: '{address}'}}").start()
        shown = wait_until(self.alerts, what="the alert")
        self.assertEqual(shown[0]["labels"], {
            "alertname": "RolloutdRuleHolds", "severity": "warning", "instance": socket.gethostname(),
            "ticket": "SCTBAD", "policy": "web-guard", "rule": "too-many-failures"})
        self.assertIn("failed = ", shown[0]["annotations"]["description"])
        self.assertEqual(daemon.ctl("notify", "test")[0], 0)
        self.assertEqual(daemon.ctl("remove", "SCTBAD", "--reason", "done")[0], 0)
        wait_until(lambda: not [a for a in self.alerts() if a["labels"]["alertname"] == "RolloutdRuleHolds"],
                   what="the end of the alert")
        self.assertEqual(daemon.metric("rolloutd_notifications_total", 'result="failed"'), None)


if __name__ == "__main__":
    unittest.main()
