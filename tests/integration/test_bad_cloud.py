"""A cloud that answers 500, resets, truncates, sends garbage or never answers: blind meanwhile, guarding after."""

import time
import unittest

from harness import Story, wait_until
from stories import bad_ticket, healthy_ticket

FAULTS = {
    "answers 500": ("status", 500),
    "answers 400 with its internal error": ("status", 400),
    "throttles": ("status", 429),
    "resets": ("reset",),
    "truncates": ("truncate",),
    "sends garbage": ("garbage",),
}


class BadCloud(Story):
    def undetermined(self, daemon, tickets):
        return daemon.metric("rolloutd_tickets_undetermined") == tickets

    def test_blind_while_the_cloud_misbehaves_and_guarding_within_two_polls_after(self):
        for name, fault in FAULTS.items():
            with self.subTest(name):
                self.tearDown()
                self.setUp()
                cloud = self.cloud(bad_ticket())
                cloud.fault = lambda e: fault
                daemon = self.daemon(cloud.url, ["SCTBAD"], every="1s").start()
                wait_until(lambda: daemon.records("blind"), what="the failed reading in the journal")
                self.assertTrue(self.undetermined(daemon, 1))
                time.sleep(3)  # the failures that should pause it happen unseen
                self.assertEqual(cloud.puts(), [])
                self.assertIn("SCTBAD", daemon.ctl("status")[1])
                cloud.fault = None
                recovered = time.time()
                wait_until(lambda: cloud.puts(), what="the pause")
                patience = 2.6  # two polls and a little
                if name == "throttles":
                    patience += 5.0  # the longest that everything rests when there are too many requests
                self.assertLess(cloud.puts()[0]["at"] - recovered, patience)
                wait_until(lambda: cloud.tickets["SCTBAD"].status == "PAUSED", what="the effect")
                self.assertEqual(daemon.stop(), 0)
                self.assertEqual(daemon.ctl("verify")[0], 0)

    def test_a_cloud_that_never_answers_is_waited_for_under_a_deadline(self):
        cloud = self.cloud(bad_ticket(), healthy_ticket())
        cloud.fault = lambda e: ("hang", 60)
        daemon = self.daemon(cloud.url, list(cloud.tickets), every="1s").start()
        wait_until(lambda: self.undetermined(daemon, 2), what="the tickets to be undetermined")
        self.assertEqual(daemon.get("/-/healthy")[0], 200, "the loop lives while the cloud does not")
        time.sleep(3)
        cloud.fault = None
        cloud.released.set()
        wait_until(lambda: cloud.tickets["SCTBAD"].status == "PAUSED", what="the pause")
        self.assertEqual([e["body"] for e in cloud.puts()], [{"operation_type": "PAUSE_ORDER"}])
        self.assertEqual(daemon.stop(), 0)

    def test_a_read_that_fails_now_and_then_blinds_nobody(self):
        """Every third answer is a 502: reads are tried again at once, so no reading fails."""
        cloud = self.cloud(bad_ticket())
        count = iter(range(10**6))
        cloud.fault = lambda e: ("status", 502) if e["method"] == "GET" and next(count) % 3 == 2 else None
        daemon = self.daemon(cloud.url, ["SCTBAD"], every="1s").start()
        wait_until(lambda: cloud.tickets["SCTBAD"].status == "PAUSED", what="the pause")
        self.assertEqual(daemon.records("blind"), [])
        self.assertEqual(len(cloud.puts()), 1)

    def test_a_cloud_that_is_down_is_left_alone_but_for_probes_and_guarded_again_after(self):
        cloud = self.cloud(bad_ticket())
        cloud.fault = lambda e: ("status", 503)
        daemon = self.daemon(cloud.url, ["SCTBAD"], every="1s").start()
        wait_until(lambda: daemon.metric("rolloutd_cloud_breaker_open") == 1, seconds=40, what="the breaker")
        before = len(cloud.requests("GET"))
        time.sleep(4)
        self.assertLess(len(cloud.requests("GET")) - before, 4, "probes after 1 s and 2 s")
        cloud.fault = None
        wait_until(lambda: cloud.tickets["SCTBAD"].status == "PAUSED", what="the pause")
        self.assertEqual(daemon.metric("rolloutd_cloud_breaker_open"), 0)

    def test_a_lost_answer_is_followed_by_a_reading_not_by_a_second_pause(self):
        """The pause takes effect, then the connection breaks."""
        cloud = self.cloud(bad_ticket())
        cloud.fault = lambda e: ("after", ("reset",)) if e["method"] == "PUT" else None
        daemon = self.daemon(cloud.url, ["SCTBAD"]).start()
        wait_until(lambda: [r for r in daemon.records("effect") if r["effect"] == "confirmed"],
                   what="the effect to be recognised")
        self.assertEqual(len(cloud.puts()), 1)
        self.assertEqual(len(daemon.records("intent")), 1)
        self.assertEqual(daemon.records("result")[0]["outcome"], "unknown")

    def test_an_operation_that_was_lost_on_the_way_is_sent_again(self):
        """The first call is reset before it takes effect: a reading shows so, and the pause is sent again."""
        cloud = self.cloud(bad_ticket())
        cloud.fault = lambda e: ("reset",) if e["method"] == "PUT" and not cloud.puts() else None
        daemon = self.daemon(cloud.url, ["SCTBAD"]).start()
        wait_until(lambda: cloud.tickets["SCTBAD"].status == "PAUSED", what="the pause")
        wait_until(lambda: [r for r in daemon.records("effect") if r["effect"] == "confirmed"],
                   what="the effect to be recognised")
        self.assertEqual([e.get("effect") for e in cloud.puts()], [None, "paused"])
        self.assertEqual(len(daemon.records("intent")), 2, "each try has its own intent")

    def test_a_refused_operation_is_not_hammered(self):
        cloud = self.cloud(bad_ticket())
        ticket = cloud.tickets["SCTBAD"]
        ticket.operate = lambda body: "illegal"
        daemon = self.daemon(cloud.url, ["SCTBAD"]).start()
        wait_until(lambda: [r for r in daemon.records("effect") if r["effect"] == "refused"],
                   what="the refusal")
        seen = len(cloud.requests("GET"))
        wait_until(lambda: len(cloud.requests("GET")) > seen + 10, what="more readings")
        self.assertEqual(len(cloud.puts()), 1)

    def test_a_wrong_token_is_told_and_a_new_one_taken_up(self):
        cloud = self.cloud(bad_ticket())
        daemon = self.daemon(cloud.url, ["SCTBAD"])
        good = (daemon.folder / "token").read_text()
        (daemon.folder / "token").write_text("an-old-one\n")
        daemon.start(ready=False)
        wait_until(lambda: "APIGW.0301" in daemon.logged(), what="the refusal, with its code")
        self.assertTrue(self.undetermined(daemon, 1))
        self.assertNotIn("an-old-one", daemon.logged())
        (daemon.folder / "token").write_text(good)
        wait_until(lambda: cloud.tickets["SCTBAD"].status == "PAUSED", what="the pause")

    def test_stopping_while_an_operation_hangs_settles_within_ten_seconds(self):
        cloud = self.cloud(bad_ticket())
        cloud.fault = lambda e: ("after", ("hang", 60)) if e["method"] == "PUT" else None
        daemon = self.daemon(cloud.url, ["SCTBAD"]).start()
        wait_until(lambda: cloud.tickets["SCTBAD"].status == "PAUSED", what="the pause")
        began = time.monotonic()
        self.assertEqual(daemon.stop(10), 0)
        self.assertLess(time.monotonic() - began, 10)
        self.assertEqual(len(daemon.records("result")), 1, "what was in flight is settled in the record")
        self.assertEqual(len(daemon.records("stop")), 1)


if __name__ == "__main__":
    unittest.main()
