#pragma once
// What is watched and what would be done next, as JSON: for rolloutctl, the web page and scripts.
// Reads the fleet, changes nothing. `full` adds what may carry a script's parameters or messages,
// and is for the unix socket only. `reach` spares working out the same again and again.

#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <vector>

#include "daemon/fleet.h"
#include "daemon/journal/record.h"
#include "daemon/metrics.h"
#include "daemon/notices/courier.h"
#include "daemon/reach_memo.h"

namespace rolloutd::daemon {

// What the daemon says of itself beside its tickets.
struct daemon_facts {
    std::vector<std::string> not_ready;  // why /-/ready says no; empty when it says yes
    policies::timestamp started;
    std::optional<policies::timestamp> reloaded;
    bool last_reload_well = true;
    bool journal_writable = true;
    chain journal_end;  // the last record on the disk: who keeps it sees a tail that was cut off
    bool stopping = false;
    std::vector<target_standing> told;  // how those stand that are to be told
};

boost::json::object status_of(const fleet& what, const daemon_facts& about, bool full,
                              reach_memo& reach);

// One ticket, watched or let go a while ago; nullopt when it is neither.
std::optional<boost::json::object> status_of_ticket(const fleet& what,
                                                    const policies::ticket_id& id, bool full,
                                                    reach_memo& reach);

// What the metrics show of the fleet.
standing standing_of(const fleet& what, const daemon_facts& about);

// How many tickets stand PAUSED because a policy said so.
int paused_by_policy(const fleet& what);

}  // namespace rolloutd::daemon
