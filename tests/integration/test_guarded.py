"""One rollout guarded end to end: what is done to a bad, a stuck and a healthy ticket, and what never is."""

import json
import pathlib
import subprocess
import sys
import time
import unittest

from harness import PATIENCE, Story, wait_until
from stories import bad_ticket, healthy_ticket, stuck_ticket

VERIFIER = pathlib.Path(__file__).parent / "verify_from_the_design.py"


class Guarded(Story):
    def guard_three(self):
        cloud = self.cloud(healthy_ticket(), bad_ticket(), stuck_ticket())
        # A paused ticket is read at `slowest` only.
        daemon = self.daemon(cloud.url, list(cloud.tickets), slowest="500ms").start()
        wait_until(lambda: cloud.tickets["SCTBAD"].status == "PAUSED", what="the bad ticket's pause")
        for name in ("SCTHEALTHY", "SCTSTUCK"):
            wait_until(lambda: cloud.tickets[name].status == "FINISHED", 30, f"{name} to finish")
        # A few more readings: whatever was done once must not be done again.
        seen = len(cloud.requests("GET", "SCTBAD"))
        wait_until(lambda: len(cloud.requests("GET", "SCTBAD")) > seen + 12, what="more readings")
        return cloud, daemon

    def test_each_ticket_gets_what_it_deserves_and_nothing_else(self):
        cloud, daemon = self.guard_three()
        bodies = [(e["path"].split("/")[5], e["body"], e["effect"]) for e in cloud.puts()]
        self.assertCountEqual(bodies, [
            ("SCTBAD", {"operation_type": "PAUSE_ORDER"}, "paused"),
            ("SCTSTUCK", {"operation_type": "SKIP_BATCH", "batch_index": 2}, "skipped")])
        self.assertEqual(cloud.puts("SCTHEALTHY"), [])
        self.assertEqual(cloud.tickets["SCTHEALTHY"].status, "FINISHED")
        self.assertEqual(daemon.stop(), 0)

        effects = [(r["ticket"], r["effect"]) for r in daemon.records("effect")]
        self.assertIn(("SCTBAD", "confirmed"), effects)
        self.assertIn(("SCTSTUCK", "confirmed"), effects)

    def test_requests_are_what_the_pages_ask_for(self):
        cloud, daemon = self.guard_three()
        log = cloud.requests()
        self.assertTrue(all(e["token"] for e in log))
        details = [e for e in log if e["path"].rsplit("/", 1)[1].isdigit()]
        self.assertTrue(details)
        for entry in details:
            self.assertTrue(1 <= int(entry["query"]["limit"]) <= 50)
            self.assertGreaterEqual(int(entry["query"]["marker"]), 0)
        self.assertLessEqual(len({e["connection"] for e in log}), 16, "connections are reused")
        self.assertGreater(len(log), 60)
        self.assertNotIn("a-token-only-the-tests-know", daemon.logged())

    def test_every_operation_has_an_earlier_durable_intent_and_the_chain_holds(self):
        cloud, daemon = self.guard_three()
        intents = {r["ticket"]: r for r in daemon.records("intent")}
        for entry in cloud.puts():
            intent = intents[entry["path"].split("/")[5]]
            decision = next(r for r in daemon.records("decision") if r["seq"] == intent["decision"])
            self.assertEqual(decision["outcome"], "act")
            at = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(entry["at"]))
            self.assertLessEqual(intent["at"][:19], at)
            self.assertEqual(json.loads(intent["request"]["body"]), entry["body"])
        self.assertEqual(daemon.stop(), 0)
        checked = subprocess.run([sys.executable, VERIFIER, daemon.state / "journal"],
                                 capture_output=True, text=True)
        self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)
        code, out, err = daemon.ctl("verify")
        self.assertEqual(code, 0, out + err)

    def test_the_status_tells_what_is_watched_and_why(self):
        cloud, daemon = self.guard_three()
        code, out, err = daemon.ctl("status")
        self.assertEqual(code, 0, err)
        self.assertIn("SCTBAD", out)
        code, out, err = daemon.ctl("status", "SCTBAD")
        self.assertEqual(code, 0, err)
        self.assertIn("too-many-failures", out)
        code, out, err = daemon.ctl("history", "--ticket", "SCTBAD", "--kind", "decision")
        self.assertEqual(code, 0, err)
        self.assertIn("too-many-failures", out)
        self.assertIn("pause", out)
        self.assertNotIn("SCTSTUCK", out)
        daemon.stop()
        self.assertEqual(daemon.ctl("status")[0], 69, "a daemon that is not there is a code of its own")

    def test_observe_records_and_never_acts(self):
        cloud = self.cloud(bad_ticket())
        daemon = self.daemon(cloud.url, ["SCTBAD"])
        daemon.config.write_text(daemon.config.read_text().replace("mode: enforce", "mode: observe"))
        daemon.start()
        wait_until(lambda: daemon.records("decision"), what="a decision")
        seen = len(cloud.requests("GET"))
        wait_until(lambda: len(cloud.requests("GET")) > seen + 8, what="more readings")
        self.assertEqual(cloud.puts(), [])
        decisions = daemon.records("decision")
        self.assertEqual([d["outcome"] for d in decisions], ["observe"])

    def test_what_passes_a_limit_opens_the_breaker_until_a_person_closes_it(self):
        cloud = self.cloud(stuck_ticket("SCTSTUCK1"), stuck_ticket("SCTSTUCK2"))
        daemon = self.daemon(cloud.url, ["SCTSTUCK1", "SCTSTUCK2"],
                             more="limits: {operations_per_minute: 1}\n").start()
        self.assertEqual(daemon.ctl("breaker", "close", "--reason", "none")[0], 1, "it is not open")
        wait_until(lambda: daemon.metric("rolloutd_breaker_open") == 1, what="the breaker to open")
        self.assertEqual(daemon.metric("rolloutd_limit_trips_total", 'limit="operations_per_minute"'), 1)
        wait_until(lambda: [r for r in daemon.records("breaker") if r["open"]], what="its record")
        wait_until(cloud.puts, what="the one operation that the limit lets through")
        self.assertEqual(daemon.ctl("breaker", "close")[0], 64, "a reason is required")
        code, out, err = daemon.ctl("breaker", "close", "--reason", "the hosts are back")
        self.assertEqual(code, 0, out + err)
        self.assertEqual(daemon.metric("rolloutd_breaker_open"), 0)
        wait_until(lambda: [r for r in daemon.records("breaker") if r.get("reason") == "the hosts are back"],
                   what="the record of who closed it")
        self.assertEqual(len(cloud.puts()), 1)
        self.assertEqual(daemon.stop(), 0)


if __name__ == "__main__":
    unittest.main()
