#pragma once
// What keeps an operation from being sent at the last moment, whatever was decided: looked at
// immediately before the write. Owned by the app; set at once in memory, needs no disk.

#include <set>
#include <string>

#include "policies/ticket.h"

namespace rolloutd::daemon {

struct brakes {
    bool stopping = false;  // the daemon ends: nothing new is begun
    bool frozen = false;    // no automation at all
    std::set<policies::ticket_id> held;

    // Why nothing may be sent to this ticket now: "stop", "freeze" or "hold"; "" when it may.
    std::string pulled_for(const policies::ticket_id& id) const {
        if (stopping) return "stop";
        if (frozen) return "freeze";
        return held.contains(id) ? "hold" : "";
    }
};

}  // namespace rolloutd::daemon
