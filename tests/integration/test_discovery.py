"""Nobody names a ticket: those of a creator are found while they run, guarded, and let go when they are over."""

import json
import subprocess
import time
import unittest

from harness import BIN, PATIENCE, Story, wait_until


def ticket(name, **members):
    return {"id": name, "name": "deploy-web", "order_name": "deploy-web", "creator": "ops", "success_rate": 90,
            "timeout": "5m", "batches": [{"size": 10, "takes": "3s"}], **members}


FAILS = [{"size": 10, "takes": "1m", "fails": [1, 2, 3, 4, 5]}]


class Discovery(Story):
    def simulated_cloud(self, *tickets):
        (self.folder / "scenario.yaml").write_text(json.dumps({"version": 1, "tickets": list(tickets)}))
        port_file, self.requests = self.folder / "port", self.folder / "requests.jsonl"
        simulator = subprocess.Popen(
            [BIN / "coc-sim", "--scenario", self.folder / "scenario.yaml", "--port-file", port_file,
             "--log", self.requests], stdout=subprocess.DEVNULL)
        self.addCleanup(simulator.wait)
        self.addCleanup(simulator.terminate)
        wait_until(port_file.exists, what="the simulated cloud to listen")
        return f"http://127.0.0.1:{port_file.read_text().strip()}"

    def discovering(self, url, discover):
        daemon = self.daemon(url, [])
        text = daemon.config.read_text().replace("tickets: {watch: []}", f"tickets: {{discover: {{{discover}}}}}")
        daemon.config.write_text(text)
        return daemon.start()

    def puts(self):
        with open(self.requests, encoding="utf-8") as log:
            entries = [json.loads(line) for line in log]
        return [entry for entry in entries if entry["method"] == "PUT"]

    def watched(self, daemon):
        return [row["id"] for row in json.loads(daemon.get("/api/v1/status")[1])["tickets"]]

    def past(self, daemon):
        return {row["id"]: row["reason"] for row in json.loads(daemon.get("/api/v1/status")[1])["past"]}

    def test_a_ticket_that_appears_later_is_found_and_paused_when_it_fails(self):
        url = self.simulated_cloud(
            ticket("SCTLATER", appears="2s", batches=[{"size": 10, "takes": "1s", "fails": [1, 2, 3, 4, 5]},
                                                      {"size": 10, "takes": "5m"}]),
            ticket("SCTOTHER", creator="somebody", batches=[{"size": 10, "takes": "5m"}]))
        daemon = self.discovering(url, "every: 1s, creator: ops")
        wait_until(lambda: "SCTLATER" in self.watched(daemon), what="the new ticket to be found")
        wait_until(self.puts, what="its pause")
        self.assertEqual([entry["body"] for entry in self.puts()], [{"operation_type": "PAUSE_ORDER"}])
        self.assertNotIn("SCTOTHER", self.watched(daemon))

    def test_a_ticket_that_is_over_is_settled_recorded_and_let_go(self):
        url = self.simulated_cloud(ticket("SCTSHORT", batches=[{"size": 10, "takes": "4s"}]))
        daemon = self.discovering(url, "every: 1s, match: 'ticket.order_name.startsWith(\"deploy-\")'")
        wait_until(lambda: "SCTSHORT" in self.watched(daemon), what="the ticket to be found")
        wait_until(lambda: self.past(daemon) == {"SCTSHORT": "over"}, 30, what="the ticket to be let go")
        time.sleep(3 * PATIENCE)  # Three more looks at the list, which still has it.
        self.assertEqual(self.watched(daemon), [])
        kinds = [record["kind"] for record in daemon.records() if record.get("ticket") == "SCTSHORT"]
        self.assertEqual((kinds.count("watch"), kinds.count("unwatch")), (1, 1))


if __name__ == "__main__":
    unittest.main()
