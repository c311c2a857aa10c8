"""The service at work: decisions, reloads, and what an auditor finds in journald."""

import json
import unittest

from installed import GUARD, Story, failing, running, wait_until

BROKEN = GUARD.replace("do: pause", "do: paws")


class Guarding(Story):
    def guard(self, *tickets, **options):
        self.machine.play(*tickets)
        self.machine.configure([each["id"] for each in tickets], **options)
        self.restart()

    def test_a_failing_rollout_is_paused_once_and_every_record_is_in_journald(self):
        self.guard(failing(), running())
        self.until_paused()
        self.assert_paused_once()
        last = self.machine.records()[-1]["seq"]
        entries = wait_until(lambda: self.entries_up_to(last), what="the entries in journald")
        records = {record["seq"]: record for record in self.machine.records()}
        for seq in range(1, last + 1):
            self.assertEqual(entries[seq]["ROLLOUTD_KIND"], records[seq]["kind"])
            self.assertEqual(entries[seq]["ROLLOUTD_HASH"], records[seq]["hash"])
            self.assertEqual(len(entries[seq]["MESSAGE_ID"]), 32)

    def entries_up_to(self, last, *matches):
        since = self.machine.records("start")[0]["at"]
        found = {int(entry["ROLLOUTD_SEQ"]): entry for entry in self.machine.entries(*matches)
                 if "ROLLOUTD_SEQ" in entry and self.is_of_this_journal(entry)}
        return found if all(seq in found for seq in range(1, last + 1)) and since else None

    def is_of_this_journal(self, entry):
        return entry["ROLLOUTD_HASH"] in {record["hash"] for record in self.machine.records()}

    def test_an_auditor_finds_a_tickets_story_and_its_explanation(self):
        self.guard(failing("SCTAUDITED"))
        self.until_paused("SCTAUDITED")
        self.machine.run("journalctl", "--sync")
        story = self.machine.out("journalctl", "-u", "rolloutd", "ROLLOUTD_TICKET=SCTAUDITED", "-o", "cat")
        self.assertIn("guard/too-many-failures ticket: act pause", story)
        found = self.machine.out("journalctl", "-u", "rolloutd", "ROLLOUTD_KIND=decision", "ROLLOUTD_OUTCOME=act",
                                 "ROLLOUTD_TICKET=SCTAUDITED", "-o", "json", "--all").splitlines()
        self.assertEqual(len(found), 1)
        entry = json.loads(found[0])
        self.assertEqual((entry["ROLLOUTD_POLICY"], entry["ROLLOUTD_RULE"], entry["ROLLOUTD_DO"]),
                         ("guard", "too-many-failures", "pause"))
        explained = self.machine.out("journalctl", "-x", "MESSAGE_ID=" + entry["MESSAGE_ID"])
        self.assertIn("Subject: guard/too-many-failures has come to a decision", explained)

    def test_a_reload_takes_over_a_good_set_and_refuses_a_bad_one(self):
        self.guard(running())
        before = self.machine.pid()
        self.machine.write("/etc/rolloutd/policies.d/guard.yaml", BROKEN)
        self.machine.run("systemctl", "reload", "rolloutd.service")
        reload = wait_until(lambda: self.machine.records("reload"), what="the record of the reload")[-1]
        self.assertFalse(reload["accepted"])
        self.assertIn("paws", reload["detail"])
        self.machine.write("/etc/rolloutd/policies.d/guard.yaml", GUARD.replace("judged >= 4", "judged >= 3"))
        self.machine.run("systemctl", "reload", "rolloutd.service")
        wait_until(lambda: [r for r in self.machine.records("reload") if r["accepted"]], what="the second reload")
        self.assertEqual(self.machine.pid(), before)
        self.assertEqual(self.machine.shows("rolloutd.service", "ActiveState"), "active")

    def test_nothing_is_lost_when_journald_restarts(self):
        many = [failing(f"SCTMANY{n:02}") for n in range(12)]
        self.guard(*many)
        for _ in range(3):
            self.machine.run("systemctl", "restart", "systemd-journald.service")
        # Stopped for good, it takes nothing at all: what is said meanwhile is handed over later.
        self.machine.run("systemctl kill --signal=STOP systemd-journald.service")
        for ticket in many:
            self.until_paused(ticket["id"], 60)
        self.machine.run("systemctl kill --signal=CONT systemd-journald.service")
        last = self.machine.records()[-1]["seq"]
        self.assertGreater(last, 100)
        wait_until(lambda: self.entries_up_to(last), 30, "every record in journald")
        lost = [entry for entry in self.machine.entries() if "ROLLOUTD_LOST" in entry]
        self.assertEqual(lost, [])

    def test_the_unit_lifts_the_rate_limit_of_journald(self):
        self.assertEqual(self.machine.shows("rolloutd.service", "LogRateLimitIntervalUSec"), "0")


if __name__ == "__main__":
    unittest.main()
