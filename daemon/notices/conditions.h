#pragma once
// How the daemon stands, as conditions that people are told of when they begin and when they end.
// Pure. Asked by the app about once a second.

#include <string>
#include <vector>

#include "daemon/notices/notice_ledger.h"

namespace rolloutd::daemon {

// Texts are for people, and "" while all is well with what they are about.
struct daemon_health {
    std::string journal_failure;      // why it cannot be written
    std::string journal_damage;       // where an old part of it is damaged
    sequence journal_damage_seq = 0;  // the record that says so
    std::string journal_unverified;   // why an old part of it cannot be verified
    std::string overrun;              // why tickets cannot be read in time
    sequence overrun_seq = 0;
    std::string credentials;   // why they cannot be used
    std::string discovery;     // why tickets cannot be discovered
    std::string breaker;       // why it is open
    std::string certificates;  // why those of now could not be read anew
    bool last_reload_well = true;
    bool fleet_blind = false;
    int watched = 0;
    int unseen = 0;
};

std::vector<condition> conditions_of(const daemon_health& now);

}  // namespace rolloutd::daemon
