"""A small cloud written from the five seed pages alone.

It is the second opinion beside coc-sim: it shares nothing with it, so a misreading of the API would have to
be made twice to stay unseen. It runs inside a test, on a real socket, and keeps a log of every request.
"""

import json
import re
import socket
import ssl
import struct
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

SETTLED = ("ABNORMAL", "CANCELED", "FINISHED")
TOKEN = "a-token-only-the-tests-know"


class Instance:
    def __init__(self, number, takes, ends):
        self.id = number
        self.takes = takes  # seconds, or None for one that hangs
        self.ends = ends
        self.status = "READY"
        self.began = None


class Ticket:
    """A ticket whose batches run one after the other, in real time."""

    def __init__(self, name, batches, success_rate=100, timeout=300, first_id=510450000):
        self.id = name
        self.name = "deploy-" + name.lower()
        self.success_rate = success_rate
        self.timeout = timeout
        self.status = "PROCESSING"
        self.current = 1
        self.created = int(time.time() * 1000)
        self.finished = None
        self.batches = []
        for batch in batches:
            instances = []
            for takes, ends in batch["instances"]:
                first_id += 1
                instances.append(Instance(first_id, takes, ends))
            self.batches.append({"rotation": batch.get("rotation", "CONTINUE"), "instances": instances})
        self.advance()

    def all(self):
        return [i for b in self.batches for i in b["instances"]]

    def end(self, status):
        self.status = status
        self.finished = int(time.time() * 1000)

    def advance(self):
        now = time.monotonic()
        for instance in self.all():
            if instance.status != "PROCESSING" or instance.takes is None:
                continue
            if now - instance.began >= instance.takes:
                instance.status = instance.ends
        while self.status == "PROCESSING":
            batch = self.batches[self.current - 1]
            for instance in batch["instances"]:
                if instance.status == "READY":
                    instance.status, instance.began = "PROCESSING", now
            if any(i.status not in SETTLED for i in batch["instances"]):
                return
            if self.current == len(self.batches):
                self.end("FINISHED")
                return
            self.current += 1
            if batch["rotation"] == "PAUSE":
                self.status = "PAUSED"

    def operate(self, body):
        """What an operation changed, in a word; "illegal" when the ticket does not allow it."""
        what = body.get("operation_type")
        if what == "PAUSE_ORDER" and self.status == "PROCESSING":
            self.status = "PAUSED"
            return "paused"
        if what == "CONTINUE_ORDER" and self.status == "PAUSED":
            self.status = "PROCESSING"
            return "continued"
        if what == "CANCEL_ORDER" and self.status in ("PROCESSING", "PAUSED"):
            self.cancel(self.all())
            self.end("CANCELED")
            return "canceled"
        if what == "SKIP_BATCH" and self.status == "PROCESSING" and body.get("batch_index") == self.current:
            self.cancel(self.batches[self.current - 1]["instances"])
            return "skipped"
        if what == "CANCEL_INSTANCE":
            chosen = [i for i in self.all() if i.id == body.get("instance_id") and i.status not in SETTLED]
            self.cancel(chosen)
            return "instance canceled" if chosen else "illegal"
        return "illegal"

    def cancel(self, instances):
        for instance in instances:
            if instance.status not in SETTLED:
                instance.status = "CANCELED"

    def info(self):
        return {"data": {
            "execute_uuid": self.id, "gmt_created": self.created, "gmt_finished": self.finished,
            "execute_costs": None, "creator": "container1", "status": self.status,
            "properties": {
                "script_uuid": "SC2023101717", "script_name": self.name,
                "current_execute_batch_index": self.current, "script_source": "CUSTOM_SCRIPT",
                "execute_param": {"resourceful": True, "timeout": self.timeout, "execute_user": "root",
                                  "success_rate": self.success_rate, "script_params": []}}}}

    def batch_list(self):
        return {"data": [{"batch_index": n, "total_instances": len(b["instances"]),
                          "rotation_strategy": b["rotation"], "properties": None}
                         for n, b in enumerate(self.batches, 1)]}

    def statistics(self):
        rows = []
        for status in ("READY", "PROCESSING", "ABNORMAL", "CANCELED", "FINISHED"):
            count = sum(i.status == status for i in self.all())
            indexes = [n for n, b in enumerate(self.batches, 1)
                       if any(i.status == status for i in b["instances"])]
            rows.append({"instance_status": status, "instance_count": count, "batch_indexes": indexes})
        return {"data": {"total_instance": len(self.all()), "execute_statistics": rows}}

    def detail(self, index, limit, marker):
        instances = self.batches[index - 1]["instances"]
        page = [i for i in instances if i.id > marker][:limit]
        return {"data": {"batch_index": index, "total_instances": len(instances), "execute_instances": [
            {"id": i.id, "gmt_created": None, "gmt_finished": None, "execute_costs": None,
             "status": i.status, "message": None,
             "target_instance": {"resource_id": f"host-{i.id}", "agent_sn": None, "agent_status": None,
                                 "properties": {"host_name": f"web-{i.id}", "fixed_ip": "10.0.0.1",
                                                "region_id": "cn-north-7", "zone_id": "cn-north-7c"}}}
            for i in page]}}


ROUTE = re.compile(r"^/v1/job/script/orders/([^/]{1,26})(/batches|/statistics|/operation|/batches/(\d+))?$")


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_):
        pass

    def answer(self, status, body, entry):
        entry["status"] = status
        self.server.cloud.note(entry)
        text = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def break_off(self, entry, sent=b""):
        """Ends the connection the hard way: a reset, after `sent` went out."""
        self.server.cloud.note(entry)
        if sent:
            self.wfile.write(sent)
            self.wfile.flush()
        else:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()

    def handle_fault(self, fault, entry):
        kind = fault[0]
        entry["fault"] = kind
        if kind == "status":
            self.answer(fault[1], {"error_code": "COC.00040701", "error_msg": "internal"}, entry)
        elif kind == "garbage":
            self.answer(200, b"<html>\xff\xfe not json", entry)
        elif kind == "truncate":
            self.break_off(entry, b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                                  b"Content-Length: 500\r\n\r\n{\"data\": {\"exec")
        elif kind == "reset":
            self.break_off(entry)
        elif kind == "hang":
            self.server.cloud.note(entry)
            self.server.cloud.released.wait(fault[1])
            self.close_connection = True

    def serve(self):
        cloud = self.server.cloud
        parts = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length)) if length else None
        entry = {"at": time.time(), "connection": self.client_address[1], "method": self.command,
                 "path": parts.path, "query": {k: v[0] for k, v in parse_qs(parts.query).items()},
                 "token": self.headers.get("X-Auth-Token") == TOKEN, "body": body}
        with cloud.lock:
            fault = cloud.fault(entry) if cloud.fault else None
        if fault and fault[0] != "after":
            return self.handle_fault(fault, entry)
        if not entry["token"]:
            return self.answer(401, {"error_msg": "Incorrect IAM authentication information",
                                     "error_code": "APIGW.0301", "request_id": "1"}, entry)
        match = ROUTE.match(parts.path)
        ticket = cloud.tickets.get(match.group(1)) if match else None
        if not ticket:
            return self.answer(400, {"error_code": "COC.00040709", "error_msg": "no such order"}, entry)
        with cloud.lock:
            status, answer = self.route(ticket, match, entry, body)
        if fault:
            return self.handle_fault(fault[1], entry)
        return self.answer(status, answer, entry)

    def route(self, ticket, match, entry, body):
        ticket.advance()
        tail = match.group(2)
        if self.command == "PUT" and tail == "/operation":
            entry["effect"] = ticket.operate(body)
            ticket.advance()
            if entry["effect"] == "illegal":
                return 400, {"error_code": "COC.00040799", "error_msg": "operation not allowed"}
            return 200, {"data": ticket.id}
        if tail is None:
            return 200, ticket.info()
        if tail == "/batches":
            return 200, ticket.batch_list()
        if tail == "/statistics":
            return 200, ticket.statistics()
        limit, marker = entry["query"].get("limit"), entry["query"].get("marker")
        if limit is None or not 1 <= int(limit) <= 50 or marker is None:
            return 400, {"error_code": "COC.00010002", "error_msg": "Invalid parameter values"}
        return 200, ticket.detail(int(match.group(3)), int(limit), int(marker))

    def do_GET(self):
        self.serve()

    do_PUT = do_POST = do_GET


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, *_):
        pass  # a client that was killed leaves broken pipes behind


class Cloud:
    """The server and what it saw. `fault`, when set, is asked for each request: an entry -> a fault or None."""

    def __init__(self, tickets, certificate=None, handler=Handler):
        self.tickets = {t.id: t for t in tickets}
        self.log = []
        self.fault = None
        self.lock = threading.RLock()
        self.released = threading.Event()
        self.server = Server(("127.0.0.1", 0), handler)
        self.server.cloud = self
        scheme = "http"
        if certificate:
            tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            tls.load_cert_chain(*certificate)
            self.server.socket = tls.wrap_socket(self.server.socket, server_side=True)
            scheme = "https"
        self.port = self.server.server_address[1]
        self.url = f"{scheme}://localhost:{self.port}" if certificate else f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def note(self, entry):
        with self.lock:
            self.log.append(entry)

    def requests(self, method=None, ticket=None):
        with self.lock:
            return [e for e in self.log if (method is None or e["method"] == method)
                    and (ticket is None or ticket in e["path"])]

    def puts(self, ticket=None):
        return self.requests("PUT", ticket)

    def close(self):
        self.released.set()
        self.server.shutdown()
        self.server.server_close()
