#pragma once
// Everything that takes operators' acts, put together: the switches of the fleet, the acts on
// tickets, the receipts, and the pages over them. Owned by the app.

#include "daemon/operator_pages.h"

namespace rolloutd::daemon {

class operator_desk {
public:
    // All of it must outlive the desk.
    struct parts {
        boost::asio::any_io_executor loop;
        api::clock& time;
        fleet& tickets;
        journal& records;
        brakes& stops;
        event_log& log;
        admin_pages& looks;
        login_names& names;
        herald* people = nullptr;
    };

    explicit operator_desk(const parts& around)
        : switches_({around.records, around.stops, around.log}),
          receipts_(around.loop, around.time, around.records),
          acts_({around.tickets, around.records, around.stops, receipts_, around.log}),
          pages_({around.looks, switches_, around.stops, around.records, acts_, receipts_,
                  around.names, around.people}) {}

    admin_pages& pages() { return pages_; }

    // Nobody asks any more: ends what still waits for the disk.
    boost::asio::awaitable<void> stop() { return receipts_.stop(); }

private:
    fleet_switches switches_;
    receipts receipts_;
    ticket_acts acts_;
    operator_pages pages_;
};

}  // namespace rolloutd::daemon
