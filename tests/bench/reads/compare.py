#!/usr/bin/env python3
"""CPU time of one read of the daemon beside one request of wrk, on the same server, one after the other.

compare.py BIN [--seconds N] [--tickets N]: BIN is the folder of rolloutd. Needs nginx, wrk and openssl. The server is
nginx with constant answers on a core of its own, and the client has the other core; each of the two is measured over
plain connections and over TLS, with 64 connections. Exits 1 when a read costs more than twice what wrk's costs."""

import argparse
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request

CONNECTIONS = 64
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
  server {{
    listen 127.0.0.1:{plain};
    listen 127.0.0.1:{secure} ssl;
    ssl_certificate {folder}/server.pem;
    ssl_certificate_key {folder}/server.key;
    ssl_protocols TLSv1.2 TLSv1.3;
    location ~ ^/v1/job/script/orders/([A-Za-z0-9]+)$ {{ return 200 '{info}'; }}
    location ~ /batches$ {{ return 200 '{batches}'; }}
    location ~ /statistics$ {{ return 200 '{statistics}'; }}
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
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


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


def start_server(folder, plain, secure):
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, plain=plain, secure=secure, info=INFO,
                                                    batches=BATCHES, statistics=STATISTICS))
    server = subprocess.Popen(["taskset", "-c", str(SERVER_CORE), "nginx", "-p", str(folder), "-c",
                               str(folder / "nginx.conf")])
    wait_for(lambda: urllib.request.urlopen(f"http://127.0.0.1:{plain}/", timeout=1).status == 200)
    return server


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


def worker_of(server):
    children = pathlib.Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
    return int(children[0])


def measure_daemon(binaries, folder, url, secure, seconds, tickets):
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
        cpu, reads, began = cpu_seconds(daemon.pid), requests_of(port), time.monotonic()
        time.sleep(seconds)
        cpu, reads, took = (cpu_seconds(daemon.pid) - cpu, requests_of(port) - reads, time.monotonic() - began)
        # A ticket that cannot be read costs another time: no rule is judged.
        if metric(port, r'rolloutd_readings_total\{outcome="failed"\}') > 0:
            raise SystemExit("compare: the daemon could not make sense of what it read; see its log with --keep")
    finally:
        daemon.send_signal(signal.SIGTERM)
        daemon.wait()
    return cpu / reads * 1e6, reads / took


def measure_wrk(url, seconds):
    """The path is that of the statistics; wrk's own processor time comes from the kernel, once it has ended."""
    before = os.times()
    result = subprocess.run(["taskset", "-c", str(CLIENT_CORE), "wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s",
                             f"{url}/v1/job/script/orders/SCT1/statistics"], check=True, capture_output=True,
                            text=True).stdout
    after = os.times()
    cpu = after.children_user - before.children_user + after.children_system - before.children_system
    count = int(re.search(r"(\d+) requests in", result).group(1))
    return cpu / count * 1e6, count / seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("binaries", type=pathlib.Path)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--tickets", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--keep", action="store_true", help="leave the folder with logs and configuration")
    given = parser.parse_args()
    missing = [name for name in ("nginx", "wrk", "openssl", "taskset") if shutil.which(name) is None]
    if missing:
        sys.exit("compare: needs " + ", ".join(missing) + ": apt-get install nginx-light wrk openssl util-linux")
    folder = pathlib.Path(tempfile.mkdtemp(prefix="rolloutd-reads-"))
    certificates(folder)
    plain, secure = 18455, 18456
    server = start_server(folder, plain, secure)
    worst = 0.0
    try:
        for tls in (False, True):
            url = f"https://127.0.0.1:{secure}" if tls else f"http://127.0.0.1:{plain}"
            for number in range(given.rounds):
                busy = cpu_seconds(worker_of(server))
                wrk, wrk_rate = measure_wrk(url, given.seconds)
                shutil.rmtree(folder / ("secure" if tls else "plain"), ignore_errors=True)
                ours, our_rate = measure_daemon(given.binaries, folder, url, tls, given.seconds, given.tickets)
                busy = cpu_seconds(worker_of(server)) - busy
                worst = max(worst, ours / wrk)
                print(json.dumps({"tls": tls, "round": number + 1, "wrk_us": round(wrk, 2),
                                  "rolloutd_us": round(ours, 2), "ratio": round(ours / wrk, 2),
                                  "wrk_per_second": round(wrk_rate), "rolloutd_per_second": round(our_rate),
                                  "server_cpu_s": round(busy, 1)}), flush=True)
    finally:
        server.terminate()
        server.wait()
        if not given.keep:
            shutil.rmtree(folder, ignore_errors=True)
    return 0 if worst <= MOST else 1


if __name__ == "__main__":
    sys.exit(main())
