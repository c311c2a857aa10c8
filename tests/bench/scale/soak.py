#!/usr/bin/env python3
"""Ten thousand tickets and the real daemon for an hour: how much memory it takes, and how soon it is back after a stop.

soak.py BIN [--minutes N] [--tickets N] [--policies DIR]: BIN is the folder of the programs. coc-sim plays tickets of
ten batches of ten instances, which appear one after the other and last half of the time: from then on there are always
equally many. Of a hundred one goes bad, is paused, and is cancelled by people. The daemon finds them by their
creator and reads them over real sockets. Prints a line of JSON for every twelfth of the time; then the daemon is
stopped and started again.

`own_mib` is what the daemon has taken for itself: its anonymous pages, as the kernel counts them, with what its
allocator keeps at hand. Exits 1 when that is more than `--most` at any time, has grown by more than 5 % in the second
half, a reading failed, or the second start took longer than `--start-within`."""

import argparse
import json
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

BATCHES = 10
ROWS = 12
MOST_GROWTH = 1.05
CREATOR = "deployment-robot"

CONFIG = """
version: 1
cloud:
  endpoint: http://127.0.0.1:{port}
  auth: {{token_file: token}}
  rate: {{per_second: 1000, burst: 2000}}
policies: {policies}
tickets: {{discover: {{every: 30s, creator: {creator}}}}}
poll: {{every: 30s, fastest: 10s, slowest: 60s}}
mode: enforce
state: state
api: {{socket: rolloutd.sock, listen: "127.0.0.1:{own}"}}
"""


def scenario(tickets, minutes):
    life = minutes * 60 // 2
    one = f"takes: {{min: {life * 8 // 100}s, max: {life // 10}s}}"
    well = ", ".join([f"{{size: 10, {one}}}"] * BATCHES)
    ill = ", ".join([f"{{size: 10, fail_every: 2, {one}}}"] * BATCHES)
    lines = ["version: 1", "seed: 1", "rules: {evaluation: never}", "tickets:"]
    for number in range(2 * tickets):
        is_ill = number % 100 == 99
        people = f", people: [{{at: {life}s, operation: CANCEL_ORDER}}]" if is_ill else ""
        lines.append(f"  - {{id: SOAK{number:06}, name: deploy-{number}, creator: {CREATOR}, success_rate: 90, "
                     f"timeout: 2h, appears: {life * number // tickets}s{people}, "
                     f"batches: [{ill if is_ill else well}]}}")
    return "\n".join(lines) + "\n"


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


def metric(text, pattern):
    return sum(float(value) for value in re.findall(r"^" + pattern + r" (\S+)$", text, re.M))


def own_mib(pid):
    text = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(re.search(r"^Anonymous:\s+(\d+) kB$", text, re.M).group(1)) / 1024


def watched(text):
    return int(metric(text, r"rolloutd_tickets\{[^}]*\}"))


def wait_until(what, seconds):
    end = time.monotonic() + seconds
    while not what():
        if time.monotonic() > end:
            raise SystemExit("soak: it took too long to start")
        time.sleep(0.02)


class Soak:
    def __init__(self, given, folder):
        self.given = given
        self.folder = folder
        self.cloud = self.daemon = None
        self.port = free_port()

    def start_cloud(self):
        (self.folder / "scenario.yaml").write_text(scenario(self.given.tickets, self.given.minutes))
        self.cloud = subprocess.Popen([self.given.binaries / "coc-sim", "--scenario", self.folder / "scenario.yaml",
                                       "--port-file", self.folder / "port"], stdout=subprocess.DEVNULL)
        wait_until((self.folder / "port").exists, 60)
        (self.folder / "token").write_text("token\n")
        (self.folder / "rolloutd.yaml").write_text(CONFIG.format(
            port=(self.folder / "port").read_text().strip(), own=self.port, creator=CREATOR,
            policies=self.given.policies.resolve()))

    def metrics(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=30) as answer:
            return answer.read().decode()

    def answers(self):
        try:
            return bool(self.metrics())
        except OSError:
            return False

    def start_daemon(self):
        """Returns how many seconds it took until it answered questions, which it does with all tickets in hand."""
        began = time.monotonic()
        with open(self.folder / "log", "ab") as log:
            self.daemon = subprocess.Popen([self.given.binaries / "rolloutd", "--config",
                                            self.folder / "rolloutd.yaml"], stdout=log, stderr=log)
        wait_until(self.answers, 60)
        return time.monotonic() - began

    def watch(self):
        """Returns whether all was well."""
        took = []
        began = time.monotonic()
        for row in range(1, ROWS + 1):
            time.sleep(max(0.0, began + row * self.given.minutes * 60 / ROWS - time.monotonic()))
            if self.daemon.poll() is not None:
                raise SystemExit("soak: the daemon has ended; see its log with --keep")
            text = self.metrics()
            took.append(own_mib(self.daemon.pid))
            print(json.dumps({
                "minute": round((time.monotonic() - began) / 60, 1),
                "watched": watched(text),
                "own_mib": round(took[-1], 1),
                "readings": int(metric(text, r'rolloutd_readings_total\{outcome="ok"\}')),
                "failed": int(metric(text, r'rolloutd_readings_total\{outcome="failed"\}')),
                "operations": int(metric(text, r"rolloutd_operations_total\{[^}]*\}")),
            }), flush=True)
        failed = metric(self.metrics(), r'rolloutd_readings_total\{outcome="failed"\}')
        return max(took) <= self.given.most and took[-1] <= took[ROWS // 2 - 1] * MOST_GROWTH and failed == 0

    def restart(self):
        self.daemon.send_signal(signal.SIGTERM)
        self.daemon.wait()
        took = self.start_daemon()
        print(json.dumps({"start_seconds": round(took, 2), "watched": watched(self.metrics())}), flush=True)
        return took <= self.given.start_within

    def end(self):
        for each in (self.daemon, self.cloud):
            if each is not None and each.poll() is None:
                each.terminate()
                each.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("binaries", type=pathlib.Path)
    parser.add_argument("--minutes", type=int, default=60)
    parser.add_argument("--tickets", type=int, default=10000)
    parser.add_argument("--policies", type=pathlib.Path, default=pathlib.Path("tests/sim/scale_policies/counts"))
    parser.add_argument("--most", type=float, default=200, help="MiB that the daemon may take")
    parser.add_argument("--start-within", type=float, default=5, help="seconds")
    parser.add_argument("--keep", action="store_true", help="leave the folder with log and journal")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="rolloutd-soak-") as made:
        folder = pathlib.Path(made)
        soak = Soak(given, folder)
        try:
            soak.start_cloud()
            soak.start_daemon()
            small = soak.watch()
            soon = soak.restart()
        finally:
            soak.end()
            if given.keep:
                folder.rename(f"{made}-kept")
                folder.mkdir()
    return 0 if small and soon else 1


if __name__ == "__main__":
    sys.exit(main())
