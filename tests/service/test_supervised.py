"""What systemd does for the service: restarts it when it hangs or dies, leaves it to people, stops it in time."""

import os
import signal
import time
import unittest

from installed import GUARD, TOKEN, Story, failing, running, wait_until


class Supervised(Story):
    def guard(self, *tickets, faults=()):
        self.machine.play(*tickets, faults=faults)
        self.machine.configure([each["id"] for each in tickets])
        self.restart()

    def restarts(self):
        return int(self.machine.shows("rolloutd.service", "NRestarts"))

    def test_a_daemon_that_stands_still_is_restarted_by_the_watchdog_and_goes_on(self):
        self.guard(failing(), running())
        self.until_paused()
        before, pid = self.restarts(), self.machine.pid()
        os.kill(self.machine.outside(pid), signal.SIGSTOP)
        # WatchdogSec=30, as shipped.
        wait_until(lambda: self.machine.pid() not in (0, pid), 60, "systemd to restart it")
        self.assertGreater(self.restarts(), before)
        self.machine.run("journalctl", "--sync")
        self.assertIn("Watchdog timeout", self.machine.out("journalctl", "-u", "rolloutd", "-o", "cat"))
        wait_until(self.machine.ready, what="the service to be ready again")
        self.assertEqual(len(self.machine.records("start")), 2)
        self.assert_paused_once()

    def test_after_a_kill_it_is_back_and_nothing_is_done_twice(self):
        self.guard(failing(), running(), faults=[{"kind": "delay", "method": "PUT", "delay": "3s"}])
        # Killed while the pause is on its way: the cloud has it, and nobody has heard the answer.
        wait_until(lambda: self.machine.records("intent"), what="the intent")
        wait_until(self.machine.operations, what="the pause to arrive")
        before = self.restarts()
        os.kill(self.machine.outside(self.machine.pid()), signal.SIGKILL)
        wait_until(lambda: self.restarts() > before, 20, "systemd to restart it")
        self.until_paused()
        seen = len(self.machine.cloud_log())
        wait_until(lambda: len(self.machine.cloud_log()) > seen + 10, what="more readings")
        self.assert_paused_once()

    def test_it_stops_within_its_time_while_an_operation_hangs(self):
        self.guard(failing(), running(), faults=[{"kind": "hang", "method": "PUT"}])
        wait_until(self.machine.operations, what="the pause to arrive")
        begun = time.monotonic()
        self.machine.run("systemctl", "stop", "rolloutd.service")
        self.assertLess(time.monotonic() - begun, 15)
        self.assertEqual(self.machine.shows("rolloutd.service", "Result"), "success")
        self.assertEqual(self.machine.records()[-1]["kind"], "stop")

    def test_it_stops_at_once_when_nothing_is_under_way(self):
        self.guard(running())
        begun = time.monotonic()
        self.machine.run("systemctl", "stop", "rolloutd.service")
        self.assertLess(time.monotonic() - begun, 3)

    def test_what_needs_a_person_is_not_tried_again(self):
        self.machine.configure(["SCTSERVICERUNNING"], policy=GUARD.replace("do: pause", "do: paws"))
        self.machine.run("systemctl reset-failed rolloutd.service; systemctl restart rolloutd.service", check=False)
        wait_until(lambda: self.machine.shows("rolloutd.service", "ActiveState") == "failed", what="the failure")
        self.assertEqual(self.machine.shows("rolloutd.service", "ExecMainStatus"), "78")
        self.assertEqual(self.restarts(), 0)
        self.assertIn("paws", self.machine.said())

    def test_with_the_socket_unit_requests_wait_for_the_daemon(self):
        self.guard(running())
        self.machine.run("systemctl stop rolloutd.service && systemctl start rolloutd.socket")
        self.addCleanup(self.machine.run, "systemctl stop rolloutd.socket rolloutd.service")
        stat = self.machine.out("stat", "-c", "%A %U:%G", "/run/rolloutd/rolloutd.sock")
        self.assertEqual(stat, "srw-rw---- rolloutd:rolloutd-operators")
        self.assertIn("SCTSERVICERUNNING", self.machine.out("rolloutctl", "status"))
        self.assertEqual(self.machine.shows("rolloutd.service", "ActiveState"), "active")
        self.machine.run("systemctl", "restart", "--no-block", "rolloutd.service")
        for n in range(20):
            self.machine.run("rolloutctl", "freeze", "--reason", f"INC-{n}")
            self.machine.run("rolloutctl", "thaw", "--reason", f"INC-{n}")
        self.machine.run("systemctl", "stop", "rolloutd.service", check=False)
        self.assertEqual(self.machine.out("stat", "-c", "%A", "/run/rolloutd/rolloutd.sock"), "srw-rw----")

    def test_without_the_socket_unit_a_stopped_daemon_stays_stopped(self):
        self.guard(running())
        self.machine.run("systemctl", "stop", "rolloutd.service")
        self.assertEqual(self.machine.run("rolloutctl", "status", check=False).returncode, 69)
        self.assertEqual(self.machine.shows("rolloutd.service", "ActiveState"), "inactive")

    def test_an_instance_guards_another_account_beside_the_first(self):
        self.guard(running(), failing("SCTSECONDACCOUNT"))
        self.machine.configure(["SCTSERVICERUNNING"])
        self.machine.run("systemctl", "restart", "rolloutd.service")
        self.machine.configure(["SCTSECONDACCOUNT"], folder="/etc/rolloutd/instances/second", more=(
            "state: /var/lib/rolloutd/instances/second\n"
            'api: {socket: /run/rolloutd-second/rolloutd.sock, listen: "127.0.0.1:7656"}\n'))
        self.machine.run("systemctl", "start", "rolloutd@second.service")
        self.addCleanup(self.machine.run, "systemctl stop rolloutd@second.service")
        wait_until(lambda: self.machine.ready(7656), what="the instance to be ready")

        def paused():
            return [r for r in self.machine.records("effect", "/var/lib/rolloutd/instances/second")
                    if r["effect"] == "confirmed"]
        wait_until(paused, what="the instance's pause")
        self.assertEqual(self.machine.shows("rolloutd.service", "ActiveState"), "active")
        for unit in ("rolloutd", "rolloutd@second"):
            self.assertEqual(self.machine.out("cat", f"/run/credentials/{unit}.service/token"), TOKEN)
        self.machine.run("rolloutctl --config /etc/rolloutd/instances/second/rolloutd.yaml status SCTSECONDACCOUNT")


if __name__ == "__main__":
    unittest.main()
