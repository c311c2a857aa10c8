#pragma once
// What people ask of the daemon through its unix socket; everything else is handed on to the pages
// that only look. Who may come in is the socket's mode and group; the author of an act is the peer
// (SO_PEERCRED), and a reason is required. Bodies are JSON objects, as {"reason": "…"}.

#include "daemon/admin_server.h"
#include "daemon/fleet_switches.h"
#include "daemon/login_names.h"
#include "daemon/notices/herald.h"
#include "daemon/receipts.h"
#include "daemon/ticket_acts.h"

namespace rolloutd::daemon {

class operator_pages final : public admin_pages {
public:
    // All of it must outlive the pages.
    struct parts {
        admin_pages& looks;
        fleet_switches& switches;
        const brakes& stops;
        journal& records;
        ticket_acts& tickets;
        receipts& paper;
        login_names& names;
        herald* people = nullptr;  // may be null: then nobody can be told
    };

    explicit operator_pages(const parts& around) : around_(around) {}

    // Only looks: handed on.
    admin_page answer(const admin_request& what) override { return around_.looks.answer(what); }

    // POST, each with a reason but for the test:
    //   /api/v1/freeze, /api/v1/thaw, /api/v1/breaker/close
    //   /api/v1/notify/test             sends a test message to each target; 502 when one of them
    //                                   did not take it, 409 when there is none, or another
    //                                   test is under way
    //   /api/v1/tickets/ID/hold, …/release, …/remove, …/pause, …/continue, …/cancel
    //   /api/v1/tickets/ID/add          may have "labels": {"tier": "prod"}
    //   /api/v1/tickets/ID/skip-batch   may have "batch": 2; without it the current one is meant
    //   /api/v1/tickets/ID/cancel-instance  needs "instance": 4711
    //   /api/v1/proposals/ID/approve, …/deny
    // 200 with "text" for people and "recorded"; 400 for a bad body, 403 when it did not come over
    // the socket, 404 for what is not there, 409 for what cannot be done now, 503 when the journal
    // cannot be written or the daemon is stopping.
    boost::asio::awaitable<admin_page> act(admin_request what) override;

private:
    struct request;
    void brake(const request& what);
    boost::asio::awaitable<admin_page> on_daemon(request what);
    boost::asio::awaitable<admin_page> on_ticket(request what);
    boost::asio::awaitable<admin_page> on_proposal(request what);
    boost::asio::awaitable<admin_page> freeze(policies::person who);
    boost::asio::awaitable<admin_page> thaw(policies::person who);
    boost::asio::awaitable<admin_page> close_breaker(policies::person who);
    boost::asio::awaitable<admin_page> test_notices(policies::person who);

    parts around_;
};

}  // namespace rolloutd::daemon
