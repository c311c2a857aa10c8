"""SIGKILL and loss of power at the points where the daemon touches the disk or the cloud, and a disk that fails it.

A sample of the points, the same kinds each time; `scripts/crash-points` kills at every one of them.
"""

import os
import pathlib
import time
import unittest

from crash_points import Points
from harness import BIN, PATIENCE, Story, wait_until
from stories import bad_ticket

SHIM = pathlib.Path(os.environ["ROLLOUTD_SHIM"])
SAMPLE = int(os.environ.get("ROLLOUTD_CRASH_SAMPLE", "48"))


class CrashPoints(unittest.TestCase):
    def test_whatever_the_daemon_dies_at_the_end_is_the_same(self):
        points = Points(BIN, SHIM, 2 * PATIENCE)
        names = points.find()
        for call in ("write", "fdatasync", "fsync", "rename", "unlink", "receive", "send PUT"):
            self.assertTrue(any(name.startswith(call) for name in names), f"no {call} in {names}")
        wrong = points.kill_at_all(points.sample(SAMPLE), 2 * (os.cpu_count() or 1))
        print(f"{len(names)} points, {SAMPLE} runs, killed at {points.died}: {dict(points.calls)}", flush=True)
        self.assertEqual(wrong, [])
        self.assertGreater(points.died, SAMPLE / 2)


class BadDisk(Story):
    """The disk fails the daemon while a ticket has to be paused."""

    def start(self):
        self.ticket_name = "SCTBAD"
        self.made = self.cloud(bad_ticket(self.ticket_name))
        self.running = self.with_the_shim(self.made.url, [self.ticket_name])
        self.running.start()
        self.assertEqual(self.made.puts(), [], "it has begun to act before the disk fails")

    def with_the_shim(self, url, tickets):
        daemon = self.daemon(url, tickets)
        self.fault = self.folder / "fault"
        daemon.environment = {
            "LD_PRELOAD": str(SHIM.resolve()), "CRASH_STATE": str(daemon.state.resolve()),
            "CRASH_FAULT": str(self.fault), "CRASH_PORT": url.rsplit(":", 1)[1]}
        return daemon

    def make(self, trouble):
        (self.folder / "fault.new").write_text(trouble)
        (self.folder / "fault.new").rename(self.fault)

    def status(self):
        return self.made.tickets[self.ticket_name].status

    def expect_nothing_sent(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.assertEqual(self.made.puts(), [], "sent although its intent cannot be written")
            time.sleep(0.1)

    def expect_it_goes_on(self):
        self.fault.unlink(missing_ok=True)
        wait_until(lambda: self.status() == "PAUSED", 30, "the pause, now that the disk is well")
        wait_until(lambda: self.running.get("/-/ready")[0] == 200, what="it to be ready again")
        wait_until(lambda: [r for r in self.running.records("effect") if r["effect"] == "confirmed"],
                   what="the effect on record")
        self.assertEqual(len(self.made.puts()), 1)
        self.assertEqual(self.running.stop(), 0)
        code, out, err = self.running.ctl("verify")
        self.assertEqual(code, 0, out + err)

    def expect_an_idle_daemon_to_notice(self, trouble):
        """Nothing is watched, so nothing is written; whoever asks whether it is ready must know all the same."""
        self.running = self.with_the_shim("http://127.0.0.1:9", [])
        self.running.start()
        self.make(trouble)
        wait_until(lambda: self.running.get("/-/ready")[0] == 503, 5, "readiness to fail")
        self.fault.unlink()
        wait_until(lambda: self.running.get("/-/ready")[0] == 200, 5, "it to be ready again")
        self.assertEqual(self.running.stop(), 0)

    def test_a_full_disk_fails_readiness_of_a_daemon_that_writes_nothing(self):
        self.expect_an_idle_daemon_to_notice("full")

    def test_a_disk_that_became_read_only_fails_readiness_of_a_daemon_that_writes_nothing(self):
        self.expect_an_idle_daemon_to_notice("readonly")

    def expect_it_waits(self, trouble, unready_within, then_for=3.0):
        self.start()
        self.make(trouble)
        began = time.monotonic()
        # It learns of the trouble when it writes: once the ticket has changed, two seconds at the most.
        wait_until(lambda: self.running.get("/-/ready")[0] == 503, 2 + unready_within, "readiness to fail")
        self.assertLess(time.monotonic() - began, (2 + unready_within) * PATIENCE)
        self.expect_nothing_sent(then_for)
        self.expect_it_goes_on()

    def test_a_full_disk_withholds_operations_until_there_is_room(self):
        self.expect_it_waits("full", 5)

    def test_a_disk_that_became_read_only_withholds_operations_until_it_is_writable(self):
        self.expect_it_waits("readonly", 5)

    def test_a_sync_that_never_ends_withholds_operations_until_it_does(self):
        self.expect_it_waits("hang", 12)

    def test_a_sync_that_fails_once_costs_nothing(self):
        self.start()
        self.make("fail_sync")
        wait_until(lambda: not self.fault.exists(), what="the sync to fail")
        self.expect_it_goes_on()

    def test_a_slow_disk_delays_operations_and_nothing_else(self):
        self.start()
        self.make("slow")
        wait_until(lambda: self.status() == "PAUSED", what="the pause")
        self.assertEqual(self.running.get("/-/ready")[0], 200)
        self.expect_it_goes_on()


if __name__ == "__main__":
    unittest.main()
