#pragma once
// What is wrong with the daemon as a whole, gathered from its parts for those who are told of it,
// and how its policies' modes are called. Reads, changes nothing. Asked by the app.

#include <string>

#include "daemon/discovery.h"
#include "daemon/fleet.h"
#include "daemon/journal_news.h"
#include "daemon/notices/conditions.h"
#include "daemon/overrun.h"

namespace rolloutd::daemon {

struct health_sources {
    const journal& records;
    const journal_news& news;
    const overrun_news& overrun;
    const fleet& tickets;
    const discovery& lists;
    std::string credentials;  // why they cannot be used, or ""
    bool last_reload_well = true;
    // Every ticket has had its time to be read since the start; before, nobody knows whether the
    // fleet can be seen.
    bool settled_in = true;
    std::string certificates = {};  // why they could not be read anew, or ""
};

daemon_health health_of(const health_sources& by);

// "observe", "propose", "enforce": of the policy of that name, or of the daemon when there is none.
std::string mode_word(const policies::settings& rules, const std::string& policy);

}  // namespace rolloutd::daemon
