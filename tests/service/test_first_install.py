"""What the packages bring with them: a service that runs, watches nothing, and can do no harm."""

import unittest

from installed import Story, wait_until


class FirstInstall(Story):
    def test_it_runs_and_is_enabled_and_the_socket_unit_is_not(self):
        self.assertEqual(self.machine.shows("rolloutd.service", "ActiveState"), "active",
                         self.machine.said())
        self.assertEqual(self.machine.out("systemctl", "is-enabled", "rolloutd.service"), "enabled")
        self.assertEqual(self.machine.out("systemctl", "is-enabled", "rolloutd.socket", check=False), "disabled")

    def test_it_observes_no_ticket_and_calls_nobody(self):
        self.assertIn("watching 0 tickets, mode observe", self.machine.shows("rolloutd.service", "StatusText"))
        wait_until(lambda: self.machine.ask(7655, "/-/healthy")[0] == 200, what="the address to answer")
        metrics = self.machine.ask(7655, "/metrics")[1]
        self.assertIn("rolloutd_tickets", metrics)
        calls = [line for line in metrics.splitlines() if line.startswith("rolloutd_api_requests_total")]
        self.assertEqual([line for line in calls if not line.endswith(" 0")], [])

    def test_it_says_that_it_has_no_credentials(self):
        status, text = self.machine.ask(7655, "/-/ready")
        self.assertEqual(status, 503)
        self.assertIn("token", text)

    def test_its_files_belong_to_whom_they_should(self):
        stat = self.machine.out("stat", "-c", "%A %U:%G %n", "/etc/rolloutd/token", "/var/lib/rolloutd",
                                "/run/rolloutd", "/run/rolloutd/rolloutd.sock",
                                "/etc/rolloutd/rolloutd.yaml").splitlines()
        self.assertEqual(stat, [
            "-rw------- root:root /etc/rolloutd/token",
            "drwx------ rolloutd:rolloutd-operators /var/lib/rolloutd",
            "drwxr-x--- rolloutd:rolloutd-operators /run/rolloutd",
            "srw-rw---- rolloutd:rolloutd-operators /run/rolloutd/rolloutd.sock",
            "-rw-r--r-- root:root /etc/rolloutd/rolloutd.yaml"])
        kept = self.machine.out("dpkg-query", "-W", "-f", "${Conffiles}", "rolloutd")
        self.assertIn("/etc/rolloutd/rolloutd.yaml", kept)

    def test_the_library_checks_and_passes_its_tests_as_installed(self):
        self.assertEqual(self.machine.run("rolloutctl check /usr/share/rolloutd/policies", check=False).returncode, 0)
        self.machine.run("rolloutctl test /usr/share/rolloutd/policies/*.test.yaml")

    def test_only_operators_may_act(self):
        self.machine.run("useradd --create-home alice && useradd --create-home bob && "
                         "usermod --append --groups rolloutd-operators alice")
        refused = self.machine.run("runuser", "-u", "bob", "--", "rolloutctl", "freeze", "--reason", "no", check=False)
        self.assertEqual(refused.returncode, 69, refused.stdout + refused.stderr)
        self.machine.run("runuser", "-u", "alice", "--", "rolloutctl", "freeze", "--reason", "INC-1")
        record = wait_until(lambda: self.machine.records("freeze"), what="the record of the freeze")[-1]
        self.assertEqual(record["author"], "alice")
        self.machine.run("runuser", "-u", "alice", "--", "rolloutctl", "thaw", "--reason", "INC-1")


if __name__ == "__main__":
    unittest.main()
