"""The same cloud with other manners: what the pages leave open must not change what is done."""

import json
import unittest

import seed_server
from harness import Story, wait_until
from seed_server import Ticket
from stories import bad_ticket, failing, fine, healthy_ticket, stuck_ticket


def as_text(body):
    """Every number as text."""
    if isinstance(body, dict):
        return {name: as_text(value) for name, value in body.items()}
    if isinstance(body, list):
        return [as_text(value) for value in body]
    is_number = isinstance(body, (int, float)) and not isinstance(body, bool)
    return str(body) if is_number else body


def without_zero_rows(body):
    """Statistics in another order, and without the rows that count nothing."""
    data = body["data"]
    if isinstance(data, dict) and "execute_statistics" in data:
        data["execute_statistics"] = [row for row in data["execute_statistics"] if row["instance_count"]][::-1]
    return body


def without_wrapper(body):
    """Batch details as the page's table has them: no `data` around them."""
    data = body["data"]
    return data if isinstance(data, dict) and "execute_instances" in data else body


def with_more(body):
    """Members that no page knows."""
    body["data_version"] = {"x": [1, {"y": None}]}
    if isinstance(body["data"], dict):
        body["data"]["cmd_uuid"] = []
    return body


def mannered(change=lambda body: body, chunked=False, closes=False):
    """A handler that changes good answers, and how they are sent."""

    class Mannered(seed_server.Handler):
        def answer(self, status, body, entry):
            if status == 200 and entry["method"] == "GET":
                body = change(json.loads(json.dumps(body)))
            entry["status"] = status
            self.server.cloud.note(entry)
            text = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json;charset=UTF-8")
            if closes and len(self.server.cloud.log) % 7 == 0:
                self.send_header("Connection", "close")
                self.close_connection = True
            if not chunked:
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)
                return
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for at in range(0, len(text), 37):
                part = text[at:at + 37]
                self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
            self.wfile.write(b"0\r\n\r\n")

    return Mannered


class Variants(Story):
    def guards_the_three(self, handler):
        cloud = self.cloud(healthy_ticket(), bad_ticket(), stuck_ticket(), handler=handler)
        daemon = self.daemon(cloud.url, list(cloud.tickets)).start()
        wait_until(lambda: cloud.tickets["SCTBAD"].status == "PAUSED", 30, "the bad ticket's pause")
        wait_until(lambda: cloud.tickets["SCTSTUCK"].status == "FINISHED", 30, "the stuck ticket to finish")
        done = [(e["path"].split("/")[5], e["body"]) for e in cloud.puts()]
        self.assertCountEqual(done, [("SCTBAD", {"operation_type": "PAUSE_ORDER"}),
                                     ("SCTSTUCK", {"operation_type": "SKIP_BATCH", "batch_index": 2})])
        self.assertEqual(daemon.stop(), 0)

    def test_rows_that_are_left_out_count_nothing(self):
        self.guards_the_three(mannered(without_zero_rows))

    def test_numbers_as_text_are_numbers(self):
        self.guards_the_three(mannered(as_text))

    def test_details_without_a_wrapper_in_small_chunks(self):
        self.guards_the_three(mannered(without_wrapper, chunked=True))

    def test_unknown_members_and_a_server_that_closes_now_and_then(self):
        self.guards_the_three(mannered(with_more, closes=True))

    def test_batches_of_many_pages_and_ids_beyond_two_to_the_31(self):
        ticket = Ticket("SCTBAD", [{"instances": fine(100, 0.5) + failing(20, 0.5) + fine(10, 5)},
                                   {"instances": fine(60, 60)}], success_rate=95, first_id=3_000_000_000)
        cloud = self.cloud(ticket)
        self.daemon(cloud.url, ["SCTBAD"]).start()
        wait_until(lambda: ticket.status == "PAUSED", what="the pause")
        pages = [e for e in cloud.requests("GET") if e["path"].endswith("/batches/1")]
        self.assertTrue(any(int(e["query"]["marker"]) > 2**31 for e in pages), "the pages go on by the marker")


if __name__ == "__main__":
    unittest.main()
