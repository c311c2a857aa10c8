"""500 tickets, each read every 2 s: nothing missed, and little memory."""

import json
import pathlib
import subprocess
import time
import unittest

from harness import BIN, PATIENCE, Story, wait_until

TICKETS = 500


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

    def test_hundreds_of_tickets_are_read_in_time_and_none_is_missed(self):
        url, names = self.simulated_cloud()
        # A sanitized daemon is several times slower; what is shown then is that it stays right, not fast.
        every = 2 * PATIENCE
        daemon = self.daemon(url, names, every=f"{every:.0f}s").start()
        wait_until(lambda: daemon.metric("rolloutd_tickets_undetermined") == 0, 30, "all tickets to be seen")
        missed = daemon.metric("rolloutd_evaluations_missed_total")
        before = daemon.metric("rolloutd_readings_total")
        usage = pathlib.Path(f"/proc/{daemon.process.pid}/stat").read_text().split()
        began = time.monotonic()
        time.sleep(20)  # the length of the measurement, not a wait for something
        took = time.monotonic() - began
        after = pathlib.Path(f"/proc/{daemon.process.pid}/stat").read_text().split()
        readings = daemon.metric("rolloutd_readings_total") - before
        self.assertEqual(daemon.metric("rolloutd_evaluations_missed_total"), missed, "nothing missed")
        self.assertGreater(readings, TICKETS * took / every * 0.9)
        ticks = sum(int(after[n]) - int(usage[n]) for n in (13, 14))
        resident = daemon.metric("rolloutd_process_resident_memory_bytes") / 2**20
        print(f"\n{readings / took:.0f} readings/s, {ticks / took:.0f}% of a core, {resident:.0f} MiB resident")
        if PATIENCE == 1:
            self.assertLess(resident, 64)
        self.assertEqual(daemon.stop(), 0)


if __name__ == "__main__":
    unittest.main()
