#pragma once
// Asks the cloud's list how the tickets stand that are seldom read, many with one call, and has
// those read soon whose status has changed. Nothing is judged by the list itself: it has no counts
// (DESIGN §7). Owned by the app.

#include <boost/asio/awaitable.hpp>
#include <map>
#include <string>

#include "api/clock.h"
#include "api/gateway.h"
#include "daemon/fleet.h"

namespace rolloutd::daemon {

class roll_call {
public:
    // The ports must outlive it.
    roll_call(api::clock& time, api::gateway& cloud, fleet& tickets);

    // Asks every poll.every, or less often where that would take more than a tenth of the rate;
    // until it is cancelled.
    boost::asio::awaitable<void> run();

private:
    // The tickets of one creator that are seldom read.
    struct group {
        std::optional<policies::timestamp> oldest;
        bool dated = true;  // of each it is known when it was created
    };

    std::map<std::string, group> seldom_read() const;
    boost::asio::awaitable<int> ask(std::string creator, group who);
    void compare(const api::ticket_summary& row);

    api::clock& time_;
    api::gateway& cloud_;
    fleet& tickets_;
    // What the list said of a ticket when it was last asked to be read for it: a list that lags
    // behind must not have it read again and again.
    std::map<policies::ticket_id, std::string> told_;
};

}  // namespace rolloutd::daemon
