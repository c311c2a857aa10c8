"""Runs coc-sim and rolloutd, shows three rollouts as they go, and judges how they came out.

On a terminal: a bar for each ticket, redrawn in place, with the decisions under it. Elsewhere: lines.
"""

import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
BIN = pathlib.Path(sys.argv[1]).resolve()

HEALTHY, FAILING, STUCK = "SCTDEMOHEALTHY00000000001", "SCTDEMOFAILING00000000002", "SCTDEMOSTUCK000000000003"
LIMIT_SECONDS = 55
LIVE = sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
COLOUR = LIVE and not os.environ.get("NO_COLOR")
MARKS = [("finished", "█", "32"), ("abnormal", "▒", "31"), ("canceled", "▚", "33"),
         ("processing", "▶", "36"), ("ready", "·", "2")]


def painted(text, colour):
    return f"\033[{colour}m{text}\033[0m" if COLOUR else text


class LocalConnection(http.client.HTTPConnection):
    """HTTP over the daemon's unix socket."""

    def __init__(self, path):
        super().__init__("localhost", timeout=5)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Demo:
    def __init__(self, folder):
        self.folder = folder
        self.processes = []
        self.told = 0       # decisions shown so far
        self.drawn = 0      # lines of the picture on the screen
        self.last_line = {}

    def prepare(self):
        (self.folder / "policies.d").mkdir()
        shutil.copy(HERE / "web-fleet.yaml", self.folder / "policies.d")
        token = os.urandom(12).hex()
        (self.folder / "token").write_text(token + "\n")
        port_file = self.folder / "port"
        self.start("coc-sim", "--scenario", ROOT / "tests/simulator/scenarios/guarded.yaml", "--token-file",
                   self.folder / "token", "--port-file", port_file, "--log", self.folder / "cloud.jsonl")
        self.wait_for(lambda: port_file.exists() and port_file.read_text().strip(), "coc-sim")
        (self.folder / "rolloutd.yaml").write_text(f"""version: 1
cloud:
  endpoint: http://127.0.0.1:{port_file.read_text().strip()}
  auth: {{token_file: token}}
policies: policies.d
tickets: {{watch: [{HEALTHY}, {FAILING}, {STUCK}]}}
poll: {{every: 1s, fastest: 500ms}}
mode: enforce
state: state
api: {{socket: rolloutd.sock, listen: "127.0.0.1:0"}}
""")
        self.start("rolloutd", "--config", self.folder / "rolloutd.yaml")
        self.wait_for(self.status, "rolloutd")

    def start(self, program, *options):
        log = open(self.folder / f"{program}.log", "wb")
        self.processes.append(subprocess.Popen([BIN / program, *options], stdout=log, stderr=log))

    def wait_for(self, question, what):
        end = time.monotonic() + 20
        while not question():
            if time.monotonic() > end or any(p.poll() is not None for p in self.processes):
                log = (self.folder / f"{what}.log").read_text(errors="replace")
                raise SystemExit(f"demo: {what} did not start:\n{log[-3000:]}")
            time.sleep(0.05)

    def status(self):
        try:
            connection = LocalConnection(str(self.folder / "rolloutd.sock"))
            connection.request("GET", "/api/v1/status")
            return json.loads(connection.getresponse().read())
        except (OSError, ValueError, http.client.HTTPException):
            return None

    def ctl(self, *words):
        done = subprocess.run([BIN / "rolloutctl", "--config", self.folder / "rolloutd.yaml", *words],
                              capture_output=True, text=True, timeout=30, check=False)
        return done.returncode, done.stdout + done.stderr

    def records(self):
        """What the journal holds so far; a line still being written is left for the next time."""
        found = []
        for segment in sorted((self.folder / "state/journal").glob("*.jsonl")):
            found += [json.loads(line) for line in segment.read_bytes().split(b"\n")[:-1]]
        return found

    def new_decisions(self):
        shown = [r for r in self.records() if r["kind"] in ("decision", "effect")
                 and r.get("outcome", "act") == "act"]
        new, self.told = shown[self.told:], len(shown)
        return new

    def stop(self):
        for process in reversed(self.processes):
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        codes = [process.wait(15) for process in self.processes]
        return codes[1] if len(codes) > 1 else 1

    def kill(self):
        for process in self.processes:
            if process.poll() is None:
                process.kill()


def written(value):
    """A value of the evidence as a condition would write it."""
    value = value["value"] if isinstance(value, dict) else value
    return value if isinstance(value, str) else json.dumps(value)


def sentence(record):
    at = record["at"][11:19]
    if record["kind"] == "effect":
        return f"{at}  {record['ticket']}: the effect is {record['effect']}"
    evidence = ", ".join(f"{name} = {written(value)}" for name, value in record.get("evidence", {}).items())
    return f"{at}  {record['ticket']}: {record['rule']} says {record['do']}, because {evidence}"


def bar(ticket):
    counts, text = ticket.get("counts", {}), ""
    for name, mark, colour in MARKS:
        if counts.get(name):
            text += painted(mark * int(counts[name]), colour)
    return text


def line_of(ticket):
    status = ticket.get("status") or "not read yet"
    colour = {"FINISHED": "32", "PAUSED": "33"}.get(status, "36")
    where = f"batch {ticket.get('current_batch') or '-'}/{ticket.get('batches') or '-'}"
    return f"{ticket.get('name') or ticket['id']:<20} {painted(f'{status:<10}', colour)} {where:<10} "


def show(demo, tickets, decisions):
    if LIVE:
        if demo.drawn:
            sys.stdout.write(f"\033[{demo.drawn}A\033[J")
        for record in decisions:
            print(painted(sentence(record), "1"))
        for ticket in tickets:
            print(line_of(ticket) + bar(ticket))
        legend = "  ".join(f"{painted(mark, colour)} {name}" for name, mark, colour in MARKS)
        print(legend)
        demo.drawn = len(tickets) + 1
        sys.stdout.flush()
        return
    for ticket in tickets:
        counts = ", ".join(f"{n} {k}" for k, n in ticket.get("counts", {}).items() if n)
        line = line_of(ticket) + counts
        if demo.last_line.get(ticket["id"]) != line:
            demo.last_line[ticket["id"]] = line
            print(line, flush=True)
    for record in decisions:
        print("  " + sentence(record), flush=True)


def settled(tickets):
    wanted = {HEALTHY: "FINISHED", FAILING: "PAUSED", STUCK: "FINISHED"}
    return all(tickets.get(name, {}).get("status") == status for name, status in wanted.items())


def watch(demo):
    end = time.monotonic() + LIMIT_SECONDS
    while time.monotonic() < end:
        status = demo.status() or {}
        rows = status.get("tickets", []) + status.get("past", [])
        tickets = {row["id"]: row for row in rows}
        ordered = [tickets[name] for name in (HEALTHY, FAILING, STUCK) if name in tickets]
        show(demo, ordered, demo.new_decisions())
        if settled(tickets):
            return
        time.sleep(0.25 if LIVE else 0.5)


def judge(demo, code):
    """The three outcomes as the cloud's own log tells them, and the journal's chain."""
    log = [json.loads(line) for line in (demo.folder / "cloud.jsonl").read_text().splitlines()]
    puts = [(e["ticket"], e["body"]) for e in log if e["method"] == "PUT"]
    puts = [(ticket, json.loads(body) if isinstance(body, str) else body) for ticket, body in puts]
    of = {name: [body for ticket, body in puts if ticket == name] for name in (HEALTHY, FAILING, STUCK)}
    effects = {(r["ticket"], r["effect"]) for r in demo.records() if r["kind"] == "effect"}
    verified, verdict = demo.ctl("verify")
    replayed, equality = demo.ctl("replay")
    checks = [
        ("the healthy rollout was left alone", of[HEALTHY] == []),
        ("the failing rollout was paused, once",
         of[FAILING] == [{"operation_type": "PAUSE_ORDER"}] and (FAILING, "confirmed") in effects),
        ("the stuck batch was skipped, once, and the rest went on",
         of[STUCK] == [{"operation_type": "SKIP_BATCH", "batch_index": 1}] and (STUCK, "confirmed") in effects),
        ("the daemon ended cleanly", code == 0),
        ("the journal verifies: " + " ".join(verdict.split()), verified == 0),
        ("the record follows from itself: " + " ".join(equality.split()), replayed == 0),
    ]
    print("\nWhat was decided, and why (rolloutctl history --kind decision):")
    print(demo.ctl("history", "--kind", "decision")[1])
    for what, holds in checks:
        print(f"  {painted('yes', '32') if holds else painted('NO', '31')}  {what}")
    return all(holds for _, holds in checks)


def main():
    print(f"rolloutd guards three rollouts with the policy {(HERE / 'web-fleet.yaml').relative_to(ROOT)}\n")
    with tempfile.TemporaryDirectory(prefix="rolloutd-demo-") as name:
        demo = Demo(pathlib.Path(name))
        try:
            demo.prepare()
            watch(demo)
            well = judge(demo, demo.stop())
        finally:
            demo.kill()
        if not well:
            print("\n" + (demo.folder / "rolloutd.log").read_text(errors="replace")[-3000:])
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
