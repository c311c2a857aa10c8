"""Bad input is refused whole, with the place and a hint; a bad reload keeps what was."""

import signal
import unittest

from harness import GUARD, Story, wait_until
from stories import bad_ticket

BAD_POLICY = """version: 1
policy: broken
match: true
mode: enforce
wehn: 1
rules:
  - name: a-tag
    when: !paused
    do: pause
  - name: wrong-type
    when: count.abnormal > "2"
    do: pause
  - name: half
    when: count.abnormal / count.total > 0.5
    do: pause
    for: soon
"""


class Configuration(Story):
    def refused(self, daemon):
        daemon.start("--check", ready=False)
        code = daemon.process.wait(20)
        self.assertEqual(code, 78)
        return daemon.logged()

    def test_every_problem_of_every_file_is_told_at_once_with_place_caret_and_hint(self):
        daemon = self.daemon("http://127.0.0.1:9", ["SCTBAD"], policy=BAD_POLICY, more="pol: 5s\n")
        told = self.refused(daemon)
        for place in ("web-guard.yaml:5:1:", "web-guard.yaml:8:11:", "web-guard.yaml:11:",
                      "web-guard.yaml:14:", "web-guard.yaml:16:10:", "rolloutd.yaml:"):
            self.assertIn(place, told)
        self.assertIn("did you mean", told)
        self.assertIn("^", told)
        self.assertIn("quote", told)
        self.assertIn("percent(", told)
        daemon.start(ready=False)
        self.assertEqual(daemon.process.wait(20), 78, "without --check too")

    def test_check_of_a_good_configuration_says_so(self):
        daemon = self.daemon("http://127.0.0.1:9", ["SCTBAD"])
        daemon.start("--check", ready=False)
        self.assertEqual(daemon.process.wait(20), 0, daemon.logged())
        self.assertEqual(daemon.ctl("check", str(daemon.policies))[0], 0)
        daemon.set_policy(BAD_POLICY)
        code, out, err = daemon.ctl("check", str(daemon.policies))
        self.assertEqual(code, 1)
        self.assertIn("web-guard.yaml:8:11:", out + err)

    def test_usage_errors_have_a_code_of_their_own(self):
        daemon = self.daemon("http://127.0.0.1:9", ["SCTBAD"])
        self.assertEqual(daemon.ctl("no-such-command")[0], 64)
        daemon.start("--no-such-option", ready=False)
        self.assertEqual(daemon.process.wait(20), 64)

    def test_plain_http_to_another_machine_is_refused(self):
        daemon = self.daemon("http://coc.example.org", ["SCTBAD"])
        self.assertIn("loopback", self.refused(daemon))

    def test_a_bad_reload_keeps_the_old_set_and_says_so_everywhere(self):
        cloud = self.cloud(bad_ticket())
        daemon = self.daemon(cloud.url, ["SCTBAD"]).start()
        self.assertEqual(daemon.metric("rolloutd_config_last_reload_successful"), 1)
        daemon.set_policy(BAD_POLICY)
        daemon.signal(signal.SIGHUP)
        wait_until(lambda: daemon.metric("rolloutd_config_last_reload_successful") == 0,
                   what="the failed reload in the metrics")
        wait_until(lambda: "web-guard.yaml:8:11" in daemon.logged(), what="the problem in the log")
        wait_until(lambda: daemon.records("reload"), what="the failed reload in the journal")
        wait_until(lambda: cloud.tickets["SCTBAD"].status == "PAUSED", what="the old policy to act")
        daemon.set_policy(GUARD.replace("3s", "4s"))
        daemon.signal(signal.SIGHUP)
        wait_until(lambda: daemon.metric("rolloutd_config_last_reload_successful") == 1,
                   what="the good reload in the metrics")
        self.assertEqual(daemon.stop(), 0)
        self.assertEqual(len(cloud.puts()), 1)

    def test_a_reload_takes_up_and_lets_go_of_tickets(self):
        cloud = self.cloud(bad_ticket(), bad_ticket("SCTOTHER"))
        daemon = self.daemon(cloud.url, ["SCTBAD"]).start()
        wait_until(lambda: cloud.requests("GET", "SCTBAD"), what="the first readings")
        self.assertEqual(cloud.requests("GET", "SCTOTHER"), [])
        daemon.config.write_text(daemon.config.read_text().replace("[SCTBAD]", "[SCTOTHER]"))
        daemon.signal(signal.SIGHUP)
        wait_until(lambda: cloud.tickets["SCTOTHER"].status == "PAUSED", what="the new ticket's pause")
        wait_until(lambda: daemon.records("unwatch"), what="the end of the watch in the journal")


if __name__ == "__main__":
    unittest.main()
