#pragma once
// Freeze, thaw and the closing of the breaker, as people ask for them (DESIGN §6 People, law 10): a
// freeze takes effect in memory at once, whatever the disk does; a thaw needs a durable record.
// Owned by the app; called by whatever carries operators' acts. Decides nothing.

#include <boost/asio/awaitable.hpp>
#include <optional>

#include "daemon/brakes.h"
#include "daemon/event_log.h"
#include "daemon/journal/journal.h"

namespace rolloutd::daemon {

class fleet_switches {
public:
    // All of it must outlive the switches.
    struct parts {
        journal& records;
        brakes& stops;
        event_log& log;
    };

    explicit fleet_switches(const parts& around) : around_(around) {}

    // Nothing is sent any more; for the moments until it is known who freezes.
    void brake() { around_.stops.frozen = true; }

    // No automation at all from now on; recorded as soon as the disk allows.
    void freeze(const policies::person& who);

    // The number of its record once that is on disk: automation goes on. Nothing when it could not
    // be written in time; then everything stays frozen, and the record says so as well.
    boost::asio::awaitable<std::optional<sequence>> thaw(policies::person who);

    // Rules act again, and what they did until now is no longer counted. False when it is not open.
    bool close_breaker(const policies::person& who);

private:
    parts around_;
};

}  // namespace rolloutd::daemon
