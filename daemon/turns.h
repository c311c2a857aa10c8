#pragma once
// Gives the watchers their turns to read: as many as the cloud's rate allows, in the order that
// policies/reading_order finds. Keeps account of the calls that readings make; judges nothing.
// Owned by the fleet.

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <optional>

#include "api/clock.h"
#include "api/gateway.h"
#include "api/wakeup.h"
#include "policies/lookup.h"
#include "policies/reading_order.h"

namespace rolloutd::daemon {

// How often tickets are read (`poll` of rolloutd.yaml), and how many readings go on at a time.
struct poll_plan {
    policies::duration every = std::chrono::seconds{5};
    policies::duration fastest = std::chrono::seconds{1};
    policies::duration slowest = std::chrono::seconds{60};
    int at_once = 12;  // fewer than the connections, so that one is free for an operation
};

class turns {
public:
    // The ports must outlive it.
    turns(api::clock& time, api::gateway& cloud, const poll_plan& plan);

    // The ticket takes turns from now on. `go` is called when it is its turn; then has_read() and,
    // when all that the reading led to is done, one of the two back() follow, or leave().
    void join(const policies::ticket_id& id, std::function<void()> go);
    void leave(const policies::ticket_id& id);

    // The settings have changed: everybody is read once more within the new `every`.
    void reload(const poll_plan& plan);

    // The reading is over, and made so many calls.
    void has_read(const policies::ticket_id& id, int calls);

    // Both say how long it is planned to be until the ticket's next turn; the second, of a reading
    // that failed, takes what the server asked for and when the engine wants to look again.
    policies::duration back(const policies::ticket_id& id, const policies::foresight& what);
    policies::duration back(const policies::ticket_id& id, policies::duration wait,
                            std::optional<policies::timestamp> asked);

    // Something has happened to the ticket: it is read as soon as can be.
    void hear(const policies::ticket_id& id);

    // Gives turns until it is cancelled.
    boost::asio::awaitable<void> run();

    // How many calls a reading makes on the average; nothing before enough of them were seen.
    std::optional<double> calls_per_reading() const;
    // Whether turns are given, so that a ticket that is not read only waits for its own; and for
    // how long it has to, at most, as long as the rate allows.
    bool flowing() const;
    policies::duration patience() const { return 2 * plan_.slowest; }
    // How long the ticket that waits longest has not been read, be it well or not.
    policies::duration longest_wait() const;

private:
    struct taker {
        std::function<void()> go;
        bool reading = false;
        int readings = 0;
    };

    policies::timestamp give(policies::timestamp now);
    void refill(double per_second, policies::timestamp now);
    void pace(double per_second);
    void stop_reading(taker& who);

    api::clock& time_;
    api::gateway& cloud_;
    poll_plan plan_;
    policies::reading_order order_;
    policies::lookup<taker> takers_;
    int reading_ = 0;
    double level_ = 0;  // calls that may be made now; below zero when more were made than expected
    double paced_for_ = 0;
    policies::timestamp filled_at_;
    policies::timestamp given_at_;  // the last turn
    double calls_;                  // of one reading, as seen lately
    int counted_ = 0;
    api::wakeup wake_;
};

}  // namespace rolloutd::daemon
