"""HTTPS with certificates and host names checked, on real sockets."""

import http.server
import select
import signal
import socket
import socketserver
import subprocess
import threading
import unittest

from harness import Story, wait_until
from stories import bad_ticket


def make_authority(folder, name):
    """A certificate authority of our own."""
    key, certificate = folder / f"{name}.key", folder / f"{name}.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                    "-days", "2", "-subj", f"/CN={name}", "-addext", "basicConstraints=critical,CA:TRUE",
                    "-keyout", key, "-out", certificate], check=True, capture_output=True)
    return certificate, key


def make_server_certificate(folder, authority, host):
    certificate, key = folder / f"{host}.crt", folder / f"{host}.key"
    request, extensions = folder / f"{host}.csr", folder / f"{host}.ext"
    extensions.write_text(f"subjectAltName=DNS:{host}\n")
    subprocess.run(["openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj",
                    f"/CN={host}", "-keyout", key, "-out", request], check=True, capture_output=True)
    subprocess.run(["openssl", "x509", "-req", "-in", request, "-CA", authority[0], "-CAkey", authority[1],
                    "-CAcreateserial", "-days", "2", "-extfile", extensions, "-out", certificate],
                   check=True, capture_output=True)
    return certificate, key


class Proxy(socketserver.ThreadingTCPServer):
    """An HTTP proxy that knows CONNECT, and leads every name to this machine: only the proxy has to find it."""
    allow_reuse_address = True
    daemon_threads = True

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_CONNECT(self):
            self.server.asked.append(self.path)
            with socket.create_connection(("127.0.0.1", int(self.path.rsplit(":", 1)[1]))) as cloud:
                self.send_response_only(200)
                self.end_headers()
                ends = [self.connection, cloud]
                while True:
                    for each in select.select(ends, [], [])[0]:
                        data = each.recv(65536)
                        if not data:
                            return
                        ends[each is self.connection].sendall(data)

        def log_message(self, *_):
            pass

    def __init__(self):
        super().__init__(("127.0.0.1", 0), self.Handler)
        self.asked = []
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Tls(Story):
    def test_a_rollout_is_guarded_over_https(self):
        authority = make_authority(self.folder, "ours")
        cloud = self.cloud(bad_ticket(), certificate=make_server_certificate(self.folder, authority, "localhost"))
        daemon = self.daemon(cloud.url, ["SCTBAD"], cloud_more="  ca_file: ours.pem\n").start()
        wait_until(lambda: cloud.tickets["SCTBAD"].status == "PAUSED", what="the pause")
        self.assertLessEqual(len({e["connection"] for e in cloud.requests()}), 16)
        self.assertEqual(daemon.stop(), 0)

    def refused(self, host, trusted):
        authority = make_authority(self.folder, "ours")
        make_authority(self.folder, "others")
        cloud = self.cloud(bad_ticket(), certificate=make_server_certificate(self.folder, authority, host))
        daemon = self.daemon(cloud.url, ["SCTBAD"], cloud_more=f"  ca_file: {trusted}\n").start(ready=False)
        wait_until(lambda: "certificate" in daemon.logged(), what="the refusal, with its reason")
        self.assertEqual(daemon.metric("rolloutd_tickets_undetermined"), 1)
        self.assertEqual(cloud.requests(), [], "no request, and so no token, reaches a server that is not known")

    def test_a_certificate_for_another_host_is_refused(self):
        self.refused("elsewhere.example", "ours.pem")

    def test_a_certificate_of_an_unknown_authority_is_refused(self):
        self.refused("localhost", "others.pem")

    def test_certificates_are_exchanged_by_a_reload(self):
        authority = make_authority(self.folder, "ours")
        make_authority(self.folder, "others")
        (self.folder / "trusted.pem").write_bytes((self.folder / "others.pem").read_bytes())
        cloud = self.cloud(bad_ticket(), certificate=make_server_certificate(self.folder, authority, "localhost"))
        daemon = self.daemon(cloud.url, ["SCTBAD"], cloud_more="  ca_file: trusted.pem\n").start(ready=False)
        wait_until(lambda: "certificate" in daemon.logged(), what="the refusal")
        (self.folder / "trusted.pem").write_text("no certificate\n")
        daemon.signal(signal.SIGHUP)
        wait_until(lambda: "the old certificates stay in force" in daemon.logged(), what="the refused reload")
        self.assertEqual(cloud.requests(), [])
        (self.folder / "trusted.pem").write_bytes((self.folder / "ours.pem").read_bytes())
        daemon.signal(signal.SIGHUP)
        wait_until(lambda: cloud.tickets["SCTBAD"].status == "PAUSED", what="the pause")
        self.assertEqual(daemon.stop(), 0)

    def test_a_proxy_leads_to_a_cloud_that_only_it_can_find(self):
        authority = make_authority(self.folder, "ours")
        cloud = self.cloud(bad_ticket(), certificate=make_server_certificate(self.folder, authority, "coc.test"))
        port = cloud.url.rsplit(":", 1)[1]
        with Proxy() as proxy:
            daemon = self.daemon(f"https://coc.test:{port}", ["SCTBAD"], cloud_more="  ca_file: ours.pem\n")
            daemon.environment = {"HTTPS_PROXY": proxy.url, "no_proxy": "other.test"}
            daemon.start()
            wait_until(lambda: cloud.tickets["SCTBAD"].status == "PAUSED", what="the pause")
            self.assertEqual(set(proxy.asked), {f"coc.test:{port}"})
            self.assertEqual(daemon.stop(), 0)

    def test_a_password_in_the_proxys_address_is_refused_and_not_shown(self):
        daemon = self.daemon("https://coc.test", ["SCTBAD"])
        daemon.environment = {"HTTPS_PROXY": "http://user:hunter2@proxy.test:3128"}
        daemon.start(ready=False)
        self.assertEqual(daemon.process.wait(20), 78)
        self.assertIn("it holds a user or password", daemon.logged())
        self.assertNotIn("hunter2", daemon.logged())


if __name__ == "__main__":
    unittest.main()
