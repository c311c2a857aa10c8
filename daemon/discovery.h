#pragma once
// Finds tickets that nobody named (tickets.discover): asks the cloud's list and hands those that
// are wanted to the fleet. Judges by the row where the condition names no more than that tells,
// else by the ticket's own information. Owned by the app.

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "api/clock.h"
#include "api/gateway.h"
#include "api/wakeup.h"
#include "config/config.h"
#include "daemon/event_log.h"
#include "daemon/fleet.h"

namespace rolloutd::daemon {

class discovery {
public:
    struct parts {
        api::clock& time;
        api::gateway& cloud;
        fleet& tickets;
        event_log& log;
    };

    discovery(const parts& around, std::optional<config::discovery> plan);

    // After a reload: looks at once by the new plan; without one it waits for the next.
    void set_plan(std::optional<config::discovery> plan);

    // Looks once in each period, until it is cancelled.
    boost::asio::awaitable<void> run();

    // Why tickets may go undiscovered, for readiness: "" while nothing keeps it from looking.
    std::string problem() const;

private:
    boost::asio::awaitable<void> look(config::discovery plan);
    boost::asio::awaitable<void> judge(const config::discovery& plan, api::ticket_summary row);
    std::optional<policies::timestamp> listed_since(policies::timestamp now);
    bool is_known(const api::ticket_summary& row) const;
    void note(const api::result<std::vector<api::ticket_summary>>& rows);

    parts around_;
    std::optional<config::discovery> plan_;
    int number_ = 0;  // of the plan
    api::wakeup wake_;
    // Those whose own information said no: not asked again before the next sweep.
    std::set<policies::ticket_id> rejected_;
    // Those whose own information could not be read: asked after the others.
    std::set<policies::ticket_id> unread_;
    int asked_ = 0;      // for information, in this look
    bool full_ = false;  // a ticket that is wanted found no room
    std::optional<policies::timestamp> newest_;
    std::optional<policies::timestamp> swept_;
    std::optional<policies::timestamp> failing_since_;
    std::string failure_;
};

}  // namespace rolloutd::daemon
