"""Each way to authenticate, against coc-sim, which checks it with code of its own."""

import json
import subprocess
import time
import unittest

from harness import BIN, Story, wait_until

SCENARIO = """
tickets:
- id: SCTAUTH
  name: deploy-web
  success_rate: 90
  batches: [{size: 4, fails: [1, 2], takes: 1s}, {size: 4, hangs: [1]}]
"""
ACCESS, SECRET, PASSWORD = "ACCESSKEY00000000001", "a-secret/key+only-the-tests=know", 'a "pass" word\\'


class Authentication(Story):
    def setUp(self):
        super().setUp()
        self.programs = []
        self.requests = self.folder / "requests.jsonl"
        for name, text in (("ak", ACCESS), ("sk", SECRET), ("st", "a-security-token"), ("pw", PASSWORD)):
            (self.folder / ("sim-" + name)).write_text(text)
            (self.folder / name).write_text(text + "\n")

    def tearDown(self):
        for program in self.programs:
            program.kill()
            program.wait()
        super().tearDown()

    def simulate(self, *options):
        """coc-sim with these conditions for being let in; gives its address."""
        (self.folder / "scenario.yaml").write_text(SCENARIO)
        port = self.folder / "port"
        self.programs.append(subprocess.Popen(
            [BIN / "coc-sim", "--scenario", self.folder / "scenario.yaml", "--port-file", port,
             "--log", self.requests, *options], stdout=subprocess.DEVNULL))
        wait_until(port.exists, what="coc-sim to listen")
        return f"http://127.0.0.1:{port.read_text().strip()}"

    def sim_file(self, name):
        return str(self.folder / ("sim-" + name))

    def simulate_keys(self, *options):
        return self.simulate("--access-key-file", self.sim_file("ak"), "--secret-key-file", self.sim_file("sk"),
                             *options)

    def simulate_iam(self, *options):
        return self.simulate("--iam-user", "acme/ops", "--password-file", self.sim_file("pw"), *options)

    def start(self, endpoint, auth, **options):
        daemon = self.daemon(endpoint, ["SCTAUTH"])
        text = daemon.config.read_text()
        daemon.config.write_text(text.replace("auth: {token_file: token}", f"auth: {{{auth}}}"))
        return daemon.start(**options)

    def seen(self):
        if not self.requests.exists():
            return []
        return [json.loads(line) for line in self.requests.read_text().splitlines()]

    def effects(self):
        return [entry["effect"] for entry in self.seen()]

    def paused(self):
        return "paused" in self.effects()

    def refused(self):
        return [entry for entry in self.seen() if entry["status"] == 401]

    def check_secrecy(self, daemon):
        journal = "".join(path.read_text() for path in (daemon.state / "journal").glob("*.jsonl"))
        for secret in (SECRET, PASSWORD, json.dumps(PASSWORD), "a-security-token"):
            self.assertNotIn(secret, daemon.logged() + journal + self.requests.read_text())

    def iam(self, endpoint, scope=", project: cn-north-4"):
        return f"iam: {{endpoint: '{endpoint}', domain: acme, user: ops, password_file: pw{scope}}}"

    def test_signed_requests_read_and_pause(self):
        daemon = self.start(self.simulate_keys(), "aksk: {access_key_file: ak, secret_key_file: sk}")
        wait_until(self.paused, what="the pause")
        self.assertEqual(self.refused(), [])
        self.check_secrecy(daemon)

    def test_temporary_keys_bring_their_token(self):
        endpoint = self.simulate_keys("--security-token-file", self.sim_file("st"))
        daemon = self.start(endpoint, "aksk: {access_key_file: ak, secret_key_file: sk, security_token_file: st}")
        wait_until(self.paused, what="the pause")
        self.assertEqual(self.refused(), [])
        self.check_secrecy(daemon)

    def test_wrong_keys_are_left_alone_and_right_ones_taken_up(self):
        (self.folder / "sk").write_text("wrong\n")
        daemon = self.start(self.simulate_keys(), "aksk: {access_key_file: ak, secret_key_file: sk}", ready=False)
        wait_until(lambda: "nothing is signed" in daemon.get("/-/ready")[1], what="the daemon to give up")
        time.sleep(2)
        self.assertEqual(len(self.refused()), 3)
        (self.folder / "sk").write_text(SECRET + "\n")
        wait_until(self.paused, what="the pause")
        self.assertEqual(len(self.refused()), 3)
        self.check_secrecy(daemon)

    def test_a_password_gets_tokens_and_their_end_is_not_noticed(self):
        endpoint = self.simulate_iam("--token-lifetime", "4")
        daemon = self.start(endpoint, self.iam(endpoint))
        wait_until(lambda: self.effects().count("token") >= 3, what="three tokens")
        self.assertTrue(self.paused())
        self.assertEqual(self.refused(), [])
        self.check_secrecy(daemon)

    def test_a_token_of_the_domain_does_as_well(self):
        endpoint = self.simulate_iam()
        self.start(endpoint, self.iam(endpoint, scope=""))
        wait_until(self.paused, what="the pause")
        self.assertEqual(self.effects().count("token"), 1)

    def test_a_wrong_password_is_sent_once_and_the_right_one_taken_up(self):
        (self.folder / "pw").write_text("wrong\n")
        endpoint = self.simulate_iam()
        daemon = self.start(endpoint, self.iam(endpoint), ready=False)
        wait_until(lambda: "IAM refused the login" in daemon.get("/-/ready")[1], what="the refusal")
        time.sleep(2)
        self.assertEqual(len(self.seen()), 1)
        (self.folder / "pw").write_text(PASSWORD + "\n")
        wait_until(self.paused, what="the pause")
        self.assertEqual(len(self.refused()), 1)
        self.check_secrecy(daemon)


if __name__ == "__main__":
    unittest.main()
