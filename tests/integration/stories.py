"""Tickets with a known fate."""

from seed_server import Ticket


def fine(count, takes=1.0):
    return [(takes, "FINISHED")] * count


def failing(count, takes=1.0):
    return [(takes, "ABNORMAL")] * count


def hanging(count):
    return [(None, "FINISHED")] * count


def healthy_ticket(name="SCTHEALTHY"):
    return Ticket(name, [{"instances": fine(4)}, {"instances": fine(4)}], success_rate=90, first_id=1000)


def bad_ticket(name="SCTBAD"):
    return Ticket(name, [{"instances": fine(2) + failing(2) + fine(2, 3.0)}, {"instances": fine(4, 60.0)}],
                  success_rate=90, first_id=2000)


def stuck_ticket(name="SCTSTUCK"):
    # A timeout of 300 s: the hung instance is not yet "stuck" as a fact, only its batch stands still.
    return Ticket(name, [{"instances": fine(2)}, {"instances": fine(2, 0.5) + hanging(1)}, {"instances": fine(2)}],
                  success_rate=50, first_id=3000)
