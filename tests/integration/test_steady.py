"""500 tickets, each read every 2 s: none is lost sight of, and it takes little memory."""

import json
import subprocess
import time
import unittest

from harness import BIN, PATIENCE, Story, wait_until

TICKETS = 500

# Nothing in it is ever due, and all of it can always be judged.
WATCHED = """version: 1
policy: steady
match: ticket.name.startsWith("deploy-")
mode: enforce
rules:
  - name: too-many-failures
    when: count.abnormal + count.stuck > count.total / 10
    do: pause
  - name: stuck-batch
    each: batch
    when: batch.current && batch.unchanged_for > duration("1h")
    do: skip_batch
"""


class Steady(Story):
    def simulated_cloud(self):
        """coc-sim with many healthy tickets that stay PROCESSING for the whole test."""
        names = [f"SCTSTEADY{n:06d}" for n in range(1, TICKETS + 1)]
        scenario = {"version": 1, "tickets": [
            {"id": "SCTSTEADY{n}", "name": "deploy-web", "count": TICKETS, "success_rate": 90, "timeout": "5m",
             "batches": [{"size": 10, "takes": "10m"}, {"size": 10, "takes": "10m"}]}]}
        (self.folder / "scenario.yaml").write_text(json.dumps(scenario))
        port_file = self.folder / "port"
        self.simulator = subprocess.Popen(
            [BIN / "coc-sim", "--scenario", self.folder / "scenario.yaml", "--port-file", port_file],
            stdout=subprocess.DEVNULL)
        self.addCleanup(self.simulator.wait)
        self.addCleanup(self.simulator.kill)
        wait_until(lambda: port_file.exists() and port_file.read_text().strip(), what="coc-sim to listen")
        return f"http://127.0.0.1:{port_file.read_text().strip()}", names

    def test_hundreds_of_tickets_are_watched_steadily(self):
        url, names = self.simulated_cloud()
        daemon = self.daemon(url, names, policy=WATCHED, every="2s").start()
        wait_until(lambda: daemon.metric("rolloutd_tickets_undetermined") == 0, 30, "all tickets to be seen")
        before = self.measured(daemon)
        # The length of the measurement, not a wait for something; a sanitizer's figures are of no interest.
        time.sleep(20 if PATIENCE == 1 else 6)
        after = self.measured(daemon)
        took = after["at"] - before["at"]
        grown = {name: after[name] - before[name] for name in before}
        print(f"\n{grown['readings'] / took:.0f} readings/s, {grown['missed']:.0f} missed, "
              f"{100 * grown['cpu'] / took:.0f}% of a core, {after['resident'] / 2**20:.0f} MiB resident")
        # How fast it is depends on what else the machine does, so the figures are printed and not judged; that
        # no ticket is lost sight of, and what it takes of memory, hold on a busy machine too.
        self.assertEqual(daemon.metric("rolloutd_tickets_undetermined"), 0)
        if PATIENCE == 1:
            self.assertLess(after["resident"], 64 * 2**20)
        self.assertEqual(daemon.stop(), 0)

    def measured(self, daemon):
        names = {"readings": "rolloutd_readings_total", "missed": "rolloutd_evaluations_missed_total",
                 "cpu": "rolloutd_process_cpu_seconds_total", "resident": "rolloutd_process_resident_memory_bytes"}
        return {"at": time.monotonic(), **{short: daemon.metric(name) for short, name in names.items()}}


if __name__ == "__main__":
    unittest.main()
