"""HTTPS with certificates and host names checked, on real sockets."""

import subprocess
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


if __name__ == "__main__":
    unittest.main()
