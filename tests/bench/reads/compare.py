#!/usr/bin/env python3
"""CPU time of one read of the daemon beside one request of wrk, on the same server, in turns of a few seconds.

compare.py BIN [--seconds N] [--tickets N] [--rounds N]: BIN is the folder of rolloutd. Needs nginx, wrk and openssl.
The server is nginx with constant answers on a core of its own, and the client has the other core; each is measured over
plain connections and over TLS, with 64 connections.

What is compared: the daemon at the rate that it comes to, and wrk at that of the daemon's first turn. wrk itself knows
no rate, so a second server of the same kind holds its answers back (limit_req). Without that wrk drives the server
until it never sleeps, which makes each request cheaper for both: no send has to wake anybody, and one epoll_wait brings
many answers. That figure is told, too (wrk_flat_out_us), with the share of its core that the server used.

On a virtual machine the same program takes a quarter more in one minute than in the next, as its neighbours have it. So
a round consists of several turns of each, the daemon being stopped (SIGSTOP) while wrk has its own, and what a round
tells is their sum. Exits 1 when in any round a read costs more than twice what a request of wrk costs at the same rate;
the medians of the rounds are told as well."""

import argparse
import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

CONNECTIONS = 64
UNLIMITED = 1000000
MOST = 2.0
TURNS = 3
SERVER_CORE, CLIENT_CORE = 0, 1

INFO = ('{"data":{"execute_uuid":"$1","gmt_created":1697946452186,"gmt_finished":null,"execute_costs":null,'
        '"creator":"ops","status":"PROCESSING","properties":{"script_uuid":"SC2023083109562601af694bf",'
        '"script_name":"deploy-web","current_execute_batch_index":1,"execute_param":{"timeout":300,'
        '"success_rate":90.0,"execute_user":"root","script_params":[]}}}}')
BATCHES = ('{"data":[{"batch_index":1,"total_instances":10,"rotation_strategy":"CONTINUE"},'
           '{"batch_index":2,"total_instances":10,"rotation_strategy":"PAUSE"}]}')
STATISTICS = ('{"data":{"total_instance":20,"execute_statistics":['
              '{"instance_status":"FINISHED","instance_count":8,"batch_indexes":[1]},'
              '{"instance_status":"PROCESSING","instance_count":2,"batch_indexes":[1]},'
              '{"instance_status":"READY","instance_count":10,"batch_indexes":[2]}]}}')

NGINX = """
daemon off;
worker_processes 1;
pid {folder}/nginx-{plain}.pid;
error_log stderr error;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  keepalive_requests 1000000000;
  keepalive_timeout 600s;
  default_type application/json;
  limit_req_zone $server_port zone=pace:1m rate={rate}r/s;
  server {{
    listen 127.0.0.1:{plain};
    listen 127.0.0.1:{secure} ssl;
    ssl_certificate {folder}/server.pem;
    ssl_certificate_key {folder}/server.key;
    ssl_protocols TLSv1.2 TLSv1.3;
    location ~ ^/v1/job/script/orders/([A-Za-z0-9]+)$ {{ return 200 '{info}'; }}
    location ~ /batches$ {{ return 200 '{batches}'; }}
    location ~ /statistics$ {{ limit_req zone=pace burst=1000; try_files /none @statistics; }}
    location @statistics {{ return 200 '{statistics}'; }}
    location / {{ return 200 '{{"data":{{"total":0,"data":[]}}}}'; }}
  }}
}}
"""

POLICY = """
version: 1
policy: web
match: ticket.name.startsWith("deploy-")
mode: enforce
variables:
  judged: count.finished + count.abnormal
rules:
  - name: too-many-failures
    needs: judged >= 5
    when: percent(count.abnormal, judged) > ticket.failure_allowed
    for: 10s
    do: pause
  - name: bad-first-batch
    when: ticket.current_batch == 1 && count.abnormal >= 2
    do: pause
"""

# The timeout is longer than wrk's turns: else a request that was under way would have run out of time after one. Of the
# intervals only that of the readings is made short. What can be foreseen of a ticket is asked anew after a share of
# `slowest`, so that with a short one each reading would ask, which none does in real life.
CONFIG = """
version: 1
cloud:
  endpoint: {url}
  auth: {{token_file: token}}
  timeout: 60s
  {trust}
  rate: {{per_second: 100000, burst: 1000}}
  connections: {connections}
policies: policies.d
tickets: {{watch: [{tickets}]}}
poll: {{every: 100ms, fastest: 100ms, slowest: 60s}}
mode: enforce
state: state
api: {{socket: rolloutd.sock, listen: "127.0.0.1:{port}"}}
"""


def cpu_seconds(pid):
    """User and system time that the process has used so far."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    tick = os.sysconf("SC_CLK_TCK")
    return int(fields[11]) / tick, int(fields[12]) / tick


class Cost:
    """What has been spent on requests so far; told per request, in microseconds."""

    def __init__(self, user=0.0, system=0.0, requests=0, seconds=0.0, server_seconds=0.0):
        self.spent = [user, system, requests, seconds, server_seconds]

    def __iadd__(self, other):
        self.spent = [mine + more for mine, more in zip(self.spent, other.spent)]
        return self

    user = property(lambda self: self.spent[0] / self.spent[2] * 1e6)
    system = property(lambda self: self.spent[1] / self.spent[2] * 1e6)
    total = property(lambda self: self.user + self.system)
    rate = property(lambda self: self.spent[2] / self.spent[3])
    server_busy = property(lambda self: self.spent[4] / self.spent[3])

    def told(self, name):
        return {f"{name}_us": round(self.total, 1), f"{name}_user_us": round(self.user, 1),
                f"{name}_system_us": round(self.system, 1), f"{name}_per_second": round(self.rate),
                f"{name}_server_busy": round(self.server_busy, 2)}


def metric(port, pattern):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
        text = answer.read().decode()
    return sum(float(value) for value in re.findall(r"^" + pattern + r" (\S+)$", text, re.M))


def requests_of(port):
    return metric(port, r"rolloutd_api_requests_total\{[^}]*\}")


def certificates(folder):
    run = lambda *words: subprocess.run(words, cwd=folder, check=True, capture_output=True)
    run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
        "-keyout", "server.key", "-out", "server.pem", "-subj", "/CN=127.0.0.1",
        "-addext", "subjectAltName=IP:127.0.0.1")


def start_server(folder, plain, secure, rate=UNLIMITED):
    folder.chmod(0o755)
    made = folder / f"nginx-{plain}.conf"
    made.write_text(NGINX.format(folder=folder, plain=plain, secure=secure, info=INFO, rate=rate, batches=BATCHES,
                                 statistics=STATISTICS))
    server = subprocess.Popen(["taskset", "-c", str(SERVER_CORE), "nginx", "-p", str(folder), "-c", str(made)])
    try:
        wait_for(lambda: urllib.request.urlopen(f"http://127.0.0.1:{plain}/", timeout=1).status == 200)
    except BaseException:
        stop(server)
        raise
    return server


def stop(process):
    process.terminate()
    process.wait()


def wait_for(what, seconds=20):
    end = time.monotonic() + seconds
    while True:
        try:
            if what():
                return
        except OSError:
            pass
        if time.monotonic() > end:
            raise SystemExit("compare: it took too long to start")
        time.sleep(0.1)


def server_seconds(server):
    children = pathlib.Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
    return sum(cpu_seconds(int(children[0])))


class Daemon:
    """Runs in its turns only, and stands still between them."""

    def __init__(self, binaries, home, url, trust, tickets, port):
        self.port = port
        (home / "policies.d").mkdir(parents=True)
        (home / "token").write_text("token\n")
        (home / "policies.d" / "web.yaml").write_text(POLICY)
        names = ", ".join(f"SCT{number}" for number in range(tickets))
        (home / "rolloutd.yaml").write_text(CONFIG.format(
            url=url, trust=trust, connections=CONNECTIONS * 4 // 3 + 1, tickets=names, port=port))
        with open(home / "log", "wb") as log:
            self.process = subprocess.Popen(["taskset", "-c", str(CLIENT_CORE), binaries / "rolloutd", "--config",
                                             home / "rolloutd.yaml"], stdout=log, stderr=log)
        try:
            wait_for(lambda: requests_of(port) > 3 * tickets)
            time.sleep(2)
        except BaseException:
            self.end()
            raise
        self.process.send_signal(signal.SIGSTOP)

    def turn(self, seconds, server):
        self.process.send_signal(signal.SIGCONT)
        # What it missed meanwhile is made up for first.
        time.sleep(1)
        reads, began = requests_of(self.port), time.monotonic()
        before, busy = cpu_seconds(self.process.pid), server_seconds(server)
        time.sleep(seconds)
        reads, took = requests_of(self.port) - reads, time.monotonic() - began
        after, busy = cpu_seconds(self.process.pid), server_seconds(server) - busy
        # A ticket that cannot be read costs another time: no rule is judged.
        if metric(self.port, r'rolloutd_readings_total\{outcome="failed"\}') > 0:
            raise SystemExit("compare: the daemon could not make sense of what it read; see its log with --keep")
        self.process.send_signal(signal.SIGSTOP)
        return Cost(*(then - now for now, then in zip(before, after)), reads, took, busy)

    def end(self):
        self.process.send_signal(signal.SIGCONT)
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()


def turn_of_wrk(url, seconds, server):
    """The path is that of the statistics; wrk's own processor time comes from the kernel, once it has ended."""
    before, busy = os.times(), server_seconds(server)
    result = subprocess.run(["taskset", "-c", str(CLIENT_CORE), "wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s",
                             f"{url}/v1/job/script/orders/SCT1/statistics"], check=True, capture_output=True,
                            text=True).stdout
    after = os.times()
    if "Non-2xx" in result:
        raise SystemExit("compare: the server refused some of wrk's requests")
    count = int(re.search(r"(\d+) requests in", result).group(1))
    return Cost(after.children_user - before.children_user, after.children_system - before.children_system, count,
                seconds, server_seconds(server) - busy)


class Round:
    """The costs of all turns of one round."""

    def __init__(self, given, folder, tls, number, server):
        port, paced = (18456, 18458) if tls else (18455, 18457)
        scheme = "https" if tls else "http"
        home = folder / f"{scheme}-{number}"
        trust = f"ca_file: {folder}/server.pem" if tls else ""
        self.rolloutd, self.wrk = Cost(), Cost()
        with contextlib.ExitStack() as running:
            daemon = Daemon(given.binaries, home, f"{scheme}://127.0.0.1:{port}", trust, given.tickets,
                            18656 if tls else 18655)
            running.callback(daemon.end)
            pacer = None
            for _ in range(TURNS):
                self.rolloutd += daemon.turn(given.seconds, server)
                if pacer is None:
                    pacer = start_server(folder, 18457, 18458, round(self.rolloutd.rate))
                    running.callback(stop, pacer)
                self.wrk += turn_of_wrk(f"{scheme}://127.0.0.1:{paced}", given.seconds, pacer)
        self.flat_out = turn_of_wrk(f"{scheme}://127.0.0.1:{port}", given.seconds, server)
        self.ratio = self.rolloutd.total / self.wrk.total

    def told(self):
        return {"ratio": round(self.ratio, 2),
                "ratio_to_flat_out": round(self.rolloutd.total / self.flat_out.total, 2),
                **self.rolloutd.told("rolloutd"), **self.wrk.told("wrk"), **self.flat_out.told("wrk_flat_out")}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("binaries", type=pathlib.Path)
    parser.add_argument("--seconds", type=int, default=5, help=f"of one turn; a round has {TURNS} of each")
    parser.add_argument("--tickets", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--keep", action="store_true", help="leave the folder with logs and configuration")
    given = parser.parse_args()
    missing = [name for name in ("nginx", "wrk", "openssl", "taskset") if shutil.which(name) is None]
    if missing:
        sys.exit("compare: needs " + ", ".join(missing) + ": apt-get install nginx-light wrk openssl util-linux")
    folder = pathlib.Path(tempfile.mkdtemp(prefix="rolloutd-reads-"))
    # What was started is stopped then as well.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    worst = 0.0
    server = None
    try:
        certificates(folder)
        server = start_server(folder, 18455, 18456)
        for tls in (False, True):
            ratios = []
            for number in range(given.rounds):
                one = Round(given, folder, tls, number, server)
                ratios.append(one.ratio)
                print(json.dumps({"tls": tls, "round": number + 1, **one.told()}), flush=True)
            worst = max(worst, *ratios)
            print(json.dumps({"tls": tls, "rounds": given.rounds, "worst_ratio": round(max(ratios), 2),
                              "median_ratio": round(statistics.median(ratios), 2)}), flush=True)
    finally:
        if server is not None:
            stop(server)
        if not given.keep:
            shutil.rmtree(folder, ignore_errors=True)
    return 0 if worst <= MOST else 1


if __name__ == "__main__":
    sys.exit(main())
