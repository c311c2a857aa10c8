"""kill -9 at any moment, torn tails and changed bytes: nothing is done twice, nothing passes unseen."""

import random
import subprocess
import time
import unittest

from harness import BIN, Story, wait_until
from seed_server import Ticket
from stories import bad_ticket, failing, fine


class Crash(Story):
    def test_a_ticket_is_never_paused_twice_whenever_the_daemon_is_killed(self):
        """Killed again and again at random moments around the pause; a seed is printed to try again."""
        seed = random.randrange(10**6)
        chance = random.Random(seed)
        cloud = self.cloud(bad_ticket())
        ticket = cloud.tickets["SCTBAD"]
        daemon = self.daemon(cloud.url, ["SCTBAD"])
        for _ in range(12):
            daemon.start(ready=False)
            time.sleep(chance.uniform(0.01, 0.8))
            daemon.kill()
        daemon.start()
        wait_until(lambda: ticket.status == "PAUSED", what=f"the pause (seed {seed})")
        seen = len(cloud.requests("GET"))
        wait_until(lambda: len(cloud.requests("GET")) > seen + 10, what="more readings")
        effective = [e for e in cloud.puts() if e.get("effect") == "paused"]
        self.assertEqual(len(effective), 1, f"seed {seed}")
        self.assertTrue(all(e["body"] == {"operation_type": "PAUSE_ORDER"} for e in cloud.puts()))
        self.assertEqual(daemon.stop(), 0)
        code, out, err = daemon.ctl("verify")
        self.assertEqual(code, 0, f"seed {seed}: {out}{err}")

    def test_an_answer_lost_with_the_daemon_is_looked_up_before_anything_is_sent(self):
        """The pause takes effect, its answer never comes, and the daemon dies waiting for it."""
        cloud = self.cloud(bad_ticket())
        ticket = cloud.tickets["SCTBAD"]
        cloud.fault = lambda e: ("after", ("hang", 5)) if e["method"] == "PUT" else None
        daemon = self.daemon(cloud.url, ["SCTBAD"]).start()
        wait_until(lambda: ticket.status == "PAUSED", what="the pause to reach the cloud")
        daemon.kill()
        cloud.fault = None
        daemon.start()
        wait_until(lambda: [r for r in daemon.records("effect") if r["effect"] == "confirmed"],
                   what="the effect to be recognised")
        seen = len(cloud.requests("GET"))
        wait_until(lambda: len(cloud.requests("GET")) > seen + 10, what="more readings")
        self.assertEqual(len(cloud.puts()), 1)

    def test_after_a_person_continued_a_restart_does_not_pause_again(self):
        cloud = self.cloud(Ticket("SCTBAD", [{"instances": failing(4) + fine(4, 60)}], success_rate=90))
        ticket = cloud.tickets["SCTBAD"]
        daemon = self.daemon(cloud.url, ["SCTBAD"]).start()
        wait_until(lambda: [r for r in daemon.records("effect") if r["effect"] == "confirmed"],
                   what="the pause")
        with cloud.lock:
            ticket.status = "PROCESSING"
        daemon.kill()
        daemon.start()
        seen = len(cloud.requests("GET"))
        wait_until(lambda: len(cloud.requests("GET")) > seen + 12, what="more readings")
        self.assertEqual(len(cloud.puts()), 1, "the episode is spent, whatever happened in between")

    def test_a_torn_tail_is_set_aside_and_recorded(self):
        cloud = self.cloud(bad_ticket())
        daemon = self.daemon(cloud.url, ["SCTBAD"]).start()
        wait_until(lambda: daemon.records("effect"), what="an effect")
        daemon.kill()
        last = sorted((daemon.state / "journal").glob("*.jsonl"))[-1]
        whole = daemon.records()
        with open(last, "ab") as file:
            file.write(b'{"v":1,"seq":99999,"at":"2026-')
        self.assertEqual(daemon.ctl("verify")[0], 1, "a torn tail is told while no daemon runs")
        daemon.start()
        self.assertEqual(len(daemon.records("repair")), 1)
        self.assertEqual(daemon.records()[:len(whole)], whole)
        self.assertTrue(list((daemon.state / "torn").iterdir()))
        self.assertEqual(daemon.stop(), 0)
        self.assertEqual(daemon.ctl("verify")[0], 0)

    def test_any_changed_byte_is_found_and_the_record_named(self):
        cloud = self.cloud(bad_ticket())
        daemon = self.daemon(cloud.url, ["SCTBAD"]).start()
        wait_until(lambda: daemon.records("effect"), what="an effect")
        self.assertEqual(daemon.stop(), 0)
        segments = sorted((daemon.state / "journal").glob("*.jsonl"))
        chance = random.Random(7)
        for _ in range(40):
            segment = chance.choice(segments)
            good = segment.read_bytes()
            place = chance.randrange(len(good))
            changed = bytearray(good)
            changed[place] ^= 1 << chance.randrange(8)
            segment.write_bytes(bytes(changed))
            code, out, err = daemon.ctl("verify", str(daemon.state))
            self.assertEqual(code, 1, f"byte {place} of {segment.name}")
            number = good[:place].count(b"\n") + int(segment.stem)
            named = (out + err)
            self.assertTrue(any(str(n) in named for n in (number, number + 1)), f"{number}: {named}")
            segment.write_bytes(good)
        self.assertEqual(daemon.ctl("verify", str(daemon.state))[0], 0)

    def test_a_damaged_journal_stops_the_start_until_a_person_says_otherwise(self):
        cloud = self.cloud(bad_ticket())
        daemon = self.daemon(cloud.url, ["SCTBAD"]).start()
        wait_until(lambda: daemon.records("effect"), what="an effect")
        self.assertEqual(daemon.stop(), 0)
        segment = sorted((daemon.state / "journal").glob("*.jsonl"))[-1]
        text = segment.read_bytes()
        middle = text.index(b"\n", len(text) // 2) + 20
        segment.write_bytes(text[:middle] + b"#" + text[middle + 1:])
        daemon.start(ready=False)
        self.assertEqual(daemon.process.wait(20), 65)
        self.assertIn(segment.name, daemon.logged())
        self.assertEqual(cloud.tickets["SCTBAD"].status, "PAUSED")
        puts = len(cloud.puts())
        daemon.start("--accept-broken-journal", "the disk was restored from a copy")
        seen = len(cloud.requests("GET"))
        wait_until(lambda: len(cloud.requests("GET")) > seen + 8, what="readings")
        self.assertEqual(len(cloud.puts()), puts)
        self.assertEqual(daemon.stop(), 0)
        self.assertEqual(daemon.ctl("verify")[0], 0)

    def test_a_second_daemon_on_the_same_state_gives_way(self):
        cloud = self.cloud(bad_ticket())
        first = self.daemon(cloud.url, ["SCTBAD"]).start()
        second = subprocess.run([BIN / "rolloutd", "--config", first.config], capture_output=True,
                                text=True, timeout=20)
        self.assertEqual(second.returncode, 1)
        self.assertIn("lock", second.stderr)
        self.assertEqual(first.stop(), 0)


if __name__ == "__main__":
    unittest.main()
