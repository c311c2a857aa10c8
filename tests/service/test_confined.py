"""The hardening in force, and where secrets are not: with others, in what a process shows, in memory for long."""

import re
import subprocess
import tempfile
import unittest
from pathlib import Path

from installed import TOKEN, Story, running, wait_until

HERE = Path(__file__).resolve().parent
ALLOWED = {"state", "credential", "internet", "configuration"}
# What a process without the unit's settings can do in this container; the others tell nothing here.
FREE = {"token_file", "write_etc", "write_usr", "home", "other_processes", "write_and_run", "setuid_file",
        "user_namespace", "netlink", "personality", "trace"}
SHIPPED = "/usr/lib/systemd/system/rolloutd.service"


class Confined(Story):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        machine = cls.machine
        machine.play(running())
        machine.configure(["SCTSERVICERUNNING"])
        machine.run("systemctl", "restart", "rolloutd.service")
        wait_until(machine.ready, what="the service to be ready")
        with tempfile.TemporaryDirectory() as folder:
            program = Path(folder) / "probe"
            subprocess.run(["g++", "-std=c++20", "-static", "-O1", "-o", program, HERE / "probe.cpp"], check=True)
            machine.path("/usr/local/bin/probe").write_bytes(program.read_bytes())
        machine.path("/usr/local/bin/probe").chmod(0o755)

    def test_what_the_sandbox_forbids_really_fails_and_what_the_service_needs_works(self):
        text = self.machine.path(SHIPPED).read_text()
        text = re.sub(r"^ExecStart=.*", "ExecStart=/usr/local/bin/probe", text, flags=re.MULTILINE)
        text = re.sub(r"^Type=.*", "Type=oneshot", text, flags=re.MULTILINE)
        text = re.sub(r"^(Restart|WatchdogSec|NotifyAccess|ExecReload).*\n", "", text, flags=re.MULTILINE)
        # systemd opens the file, before any of the unit's settings are in force.
        text = text.replace("[Service]", "[Service]\nStandardOutput=truncate:/srv/probed")
        self.machine.write("/etc/systemd/system/confined-probe.service", text)
        self.machine.run("systemctl daemon-reload && systemctl start confined-probe.service")
        confined = dict(line.split() for line in self.machine.path("/srv/probed").read_text().splitlines())
        told = self.machine.out("systemd-run", "--quiet", "--wait", "--pipe", "/usr/local/bin/probe")
        free = dict(line.split() for line in told.splitlines())
        self.assertEqual({name for name, how in confined.items() if how == "ok"}, ALLOWED, confined)
        # Without the unit's settings the same calls succeed, so it is those that forbid them.
        self.assertEqual({name for name in FREE if free.get(name) != "ok"}, set(), free)

    def test_the_running_daemon_has_no_rights_to_lose(self):
        status = Path(f"/proc/{self.machine.outside(self.machine.pid())}/status").read_text()
        for wanted in (r"^CapEff:\s+0+$", r"^CapBnd:\s+0+$", r"^CapPrm:\s+0+$", r"^NoNewPrivs:\s+1$",
                       r"^Seccomp:\s+2$"):
            self.assertRegex(status, re.compile(wanted, re.MULTILINE))
        uid = self.machine.out("id", "-u", "rolloutd")
        self.assertRegex(status, re.compile(rf"^Uid:\s+{uid}\s+{uid}\s+{uid}\s+{uid}$", re.MULTILINE))

    def test_the_credential_is_readable_by_the_service_only(self):
        file = "/run/credentials/rolloutd.service/token"
        self.assertEqual(self.machine.out("cat", file), TOKEN)
        for who in ("nobody", "daemon"):
            for path in (file, "/etc/rolloutd/token"):
                done = self.machine.run("runuser", "-u", who, "--", "cat", path, check=False)
                self.assertNotEqual(done.returncode, 0, (who, path))
        # Not even the service's own user reads root's file; it gets its copy from systemd.
        done = self.machine.run("runuser", "-u", "rolloutd", "--", "cat", "/etc/rolloutd/token", check=False)
        self.assertNotEqual(done.returncode, 0)

    def test_no_secret_is_in_the_environment_the_command_line_or_the_logs(self):
        process = Path(f"/proc/{self.machine.outside(self.machine.pid())}")
        for name in ("environ", "cmdline"):
            text = (process / name).read_bytes()
            self.assertIn(b"rolloutd", text)
            self.assertNotIn(TOKEN.encode(), text)
        self.machine.run("journalctl", "--sync")
        self.assertNotIn(TOKEN, self.machine.out("journalctl", "--all", "-o", "export", timeout=60))
        for file in self.machine.path("/var/lib/rolloutd").rglob("*"):
            self.assertNotIn(TOKEN.encode(), file.read_bytes() if file.is_file() else b"", file)

    def test_nobody_of_the_same_user_may_look_into_the_process(self):
        pid = self.machine.pid()
        for name in ("environ", "mem", "maps"):
            done = self.machine.run("setpriv", "--reuid=rolloutd", "--regid=rolloutd-operators", "--clear-groups",
                                    "head", "-c", "1", f"/proc/{pid}/{name}", check=False)
            self.assertNotEqual(done.returncode, 0, name)

    def occurrences(self, pid, text):
        found = 0
        with open(f"/proc/{pid}/maps", encoding="ascii") as maps, open(f"/proc/{pid}/mem", "rb", 0) as memory:
            for line in maps:
                place, rights, *rest = line.split()
                if "r" not in rights or rest[-1].startswith("[v"):
                    continue
                first, end = (int(part, 16) for part in place.split("-"))
                try:
                    memory.seek(first)
                    found += memory.read(end - first).count(text.encode())
                except (OSError, ValueError, OverflowError):
                    continue
        return found

    def test_a_token_that_was_replaced_is_in_the_memory_no_more(self):
        machine = self.machine
        machine.run("systemctl", "stop", "coc-sim.service")
        machine.run("systemd-run", "--quiet", "--collect", "--unit=open-sim", "coc-sim", "--scenario",
                    "/srv/scenario.yaml", "--listen", "127.0.0.1:8080", "--log", "/srv/cloud.jsonl")
        first, second = ("A-" + TOKEN, "B-" + TOKEN)
        machine.configure(["SCTSERVICERUNNING"])
        configuration = machine.path("/etc/rolloutd/rolloutd.yaml")
        configuration.write_text(configuration.read_text().replace("token_file: token", "token_file: renewed"))
        machine.write("/etc/rolloutd/renewed", first + "\n")
        machine.run("chown rolloutd /etc/rolloutd/renewed && chmod 400 /etc/rolloutd/renewed")
        machine.run("systemctl", "restart", "rolloutd.service")
        self.read_some_more()
        pid = machine.outside(machine.pid())
        self.assertGreater(self.occurrences(pid, first), 0, "the token in use is found where it must be")
        machine.write("/etc/rolloutd/renewed", second + "\n")
        wait_until(lambda: self.occurrences(pid, second) > 0, what="the new token to be read")
        self.read_some_more()
        self.assertEqual(self.occurrences(pid, first), 0)
        self.assertLess(self.occurrences(pid, second), 4, "no copies are left behind by requests")

    def read_some_more(self):
        wait_until(self.machine.ready, what="the service to be ready")
        seen = len(self.machine.cloud_log())
        wait_until(lambda: len(self.machine.cloud_log()) > seen + 20, what="twenty more requests")

    def test_a_crash_leaves_no_core(self):
        pid = self.machine.outside(self.machine.pid())
        limits = Path(f"/proc/{pid}/limits").read_text()
        self.assertRegex(limits, r"Max core file size\s+0\s+0\s")
        # A process that cannot be dumped gives its files in /proc to root.
        self.assertEqual(Path(f"/proc/{pid}/environ").stat().st_uid, 0)


if __name__ == "__main__":
    unittest.main()
