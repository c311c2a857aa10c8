#!/usr/bin/env python3
"""CPU time of one read of the daemon beside one request of wrk, on the same server, one after the other.

compare.py BIN [--seconds N] [--tickets N]: BIN is the folder of rolloutd. Needs nginx, wrk and openssl. The server is
nginx with constant answers on a core of its own, and the client has the other core; each is measured over plain
connections and over TLS, with 64 connections.

What is compared: the daemon at the rate that it comes to, and wrk at that same rate. wrk itself knows no rate, so the
server holds its answers back (limit_req). Without that wrk drives the server until it never sleeps, which makes each
request cheaper for both: no send has to wake anybody, and one epoll_wait brings many answers. That figure is told, too
(wrk_flat_out_us), with the share of its core that the server used.

On a virtual machine the same program takes a quarter more in one round than in the next, as its neighbours have it, so
the medians of the rounds are told as well. Exits 1 when in any round a read costs more than twice what a request of wrk
costs at the same rate."""

import argparse
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
pid {folder}/nginx.pid;
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

# Only the interval is made short. What can be foreseen of a ticket is asked anew after a share of `slowest`, so that
# with a short one each reading would ask, which none does in real life.
CONFIG = """
version: 1
cloud:
  endpoint: {url}
  auth: {{token_file: token}}
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
    """What one request has cost, in microseconds, at which rate, and how busy the server's core was."""

    def __init__(self, before, after, requests, seconds, server_seconds):
        self.user, self.system = ((then - now) / requests * 1e6 for now, then in zip(before, after))
        self.total = self.user + self.system
        self.rate = requests / seconds
        self.server_busy = server_seconds / seconds

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
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, plain=plain, secure=secure, info=INFO, rate=rate,
                                                    batches=BATCHES, statistics=STATISTICS))
    server = subprocess.Popen(["taskset", "-c", str(SERVER_CORE), "nginx", "-p", str(folder), "-c",
                               str(folder / "nginx.conf")])
    wait_for(lambda: urllib.request.urlopen(f"http://127.0.0.1:{plain}/", timeout=1).status == 200)
    return server


def restarted(server, folder, ports, rate):
    server.terminate()
    server.wait()
    return start_server(folder, *ports, rate)


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


def measure_daemon(binaries, folder, url, secure, seconds, tickets, server):
    home = folder / ("secure" if secure else "plain")
    (home / "policies.d").mkdir(parents=True)
    (home / "token").write_text("token\n")
    (home / "policies.d" / "web.yaml").write_text(POLICY)
    port = 18656 if secure else 18655
    names = ", ".join(f"SCT{number}" for number in range(tickets))
    trust = f"ca_file: {folder}/server.pem" if secure else ""
    (home / "rolloutd.yaml").write_text(CONFIG.format(url=url, trust=trust, connections=CONNECTIONS * 4 // 3 + 1,
                                                      tickets=names, port=port))
    with open(home / "log", "wb") as log:
        daemon = subprocess.Popen(["taskset", "-c", str(CLIENT_CORE), binaries / "rolloutd", "--config",
                                   home / "rolloutd.yaml"], stdout=log, stderr=log)
    try:
        wait_for(lambda: requests_of(port) > 3 * tickets)
        time.sleep(2)
        reads, began = requests_of(port), time.monotonic()
        before, busy = cpu_seconds(daemon.pid), server_seconds(server)
        time.sleep(seconds)
        reads, took = requests_of(port) - reads, time.monotonic() - began
        cost = Cost(before, cpu_seconds(daemon.pid), reads, took, server_seconds(server) - busy)
        # A ticket that cannot be read costs another time: no rule is judged.
        if metric(port, r'rolloutd_readings_total\{outcome="failed"\}') > 0:
            raise SystemExit("compare: the daemon could not make sense of what it read; see its log with --keep")
    finally:
        daemon.send_signal(signal.SIGTERM)
        daemon.wait()
    return cost


def measure_wrk(url, seconds, server):
    """The path is that of the statistics; wrk's own processor time comes from the kernel, once it has ended."""
    before, busy = os.times(), server_seconds(server)
    result = subprocess.run(["taskset", "-c", str(CLIENT_CORE), "wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s",
                             f"{url}/v1/job/script/orders/SCT1/statistics"], check=True, capture_output=True,
                            text=True).stdout
    after = os.times()
    if "Non-2xx" in result:
        raise SystemExit("compare: the server refused some of wrk's requests")
    count = int(re.search(r"(\d+) requests in", result).group(1))
    return Cost((before.children_user, before.children_system), (after.children_user, after.children_system), count,
                seconds, server_seconds(server) - busy)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("binaries", type=pathlib.Path)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--tickets", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--keep", action="store_true", help="leave the folder with logs and configuration")
    given = parser.parse_args()
    missing = [name for name in ("nginx", "wrk", "openssl", "taskset") if shutil.which(name) is None]
    if missing:
        sys.exit("compare: needs " + ", ".join(missing) + ": apt-get install nginx-light wrk openssl util-linux")
    folder = pathlib.Path(tempfile.mkdtemp(prefix="rolloutd-reads-"))
    certificates(folder)
    ports = (18455, 18456)
    server = start_server(folder, *ports)
    worst = 0.0
    try:
        for tls in (False, True):
            costs = []
            url = f"https://127.0.0.1:{ports[1]}" if tls else f"http://127.0.0.1:{ports[0]}"
            for number in range(given.rounds):
                flat_out = measure_wrk(url, given.seconds, server)
                shutil.rmtree(folder / ("secure" if tls else "plain"), ignore_errors=True)
                ours = measure_daemon(given.binaries, folder, url, tls, given.seconds, given.tickets, server)
                server = restarted(server, folder, ports, round(ours.rate))
                wrk = measure_wrk(url, given.seconds, server)
                server = restarted(server, folder, ports, UNLIMITED)
                costs.append((ours.total, wrk.total))
                worst = max(worst, ours.total / wrk.total)
                print(json.dumps({"tls": tls, "round": number + 1, "ratio": round(ours.total / wrk.total, 2),
                                  "ratio_to_flat_out": round(ours.total / flat_out.total, 2), **ours.told("rolloutd"),
                                  **wrk.told("wrk"), **flat_out.told("wrk_flat_out")}), flush=True)
            read, request = (statistics.median(each) for each in zip(*costs))
            print(json.dumps({"tls": tls, "rounds": given.rounds, "median_ratio": round(read / request, 2),
                              "rolloutd_us": round(read, 1), "wrk_us": round(request, 1)}), flush=True)
    finally:
        server.terminate()
        server.wait()
        if not given.keep:
            shutil.rmtree(folder, ignore_errors=True)
    return 0 if worst <= MOST else 1


if __name__ == "__main__":
    sys.exit(main())
