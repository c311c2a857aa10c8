#pragma once
// rolloutctl check: what is wrong with policies, what is suspicious in them, and what they cost in
// calls to the cloud. Reads files only; needs no daemon.

#include <string>
#include <vector>

#include "daemon/cli/commands.h"

namespace rolloutd::daemon::cli {

struct check_options {
    std::vector<std::string> paths;
    bool cost = false;  // show what the policies cost as well
    int tickets = 1;    // as many tickets, for calls per second
    int running = 1;    // batches that are at work at a time in each
    std::string every;  // time between two readings; "": the configuration's, or 5s
};

// 0, 1 with errors, 3 with findings only, 64 for an `every` that is no duration.
int run_check(const common_options& how, const check_options& what);

}  // namespace rolloutd::daemon::cli
