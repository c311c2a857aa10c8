#pragma once
// What keeps an operation from being sent at the last moment, whatever was decided: looked at
// immediately before the write (policies::refuse_write says what weighs). Owned by the app; set at
// once in memory, needs no disk.

#include <set>

#include "policies/ticket.h"

namespace rolloutd::daemon {

struct brakes {
    bool stopping = false;  // the daemon ends: nothing new is begun
    bool frozen = false;    // no automation at all
    std::set<policies::ticket_id> held;
};

}  // namespace rolloutd::daemon
