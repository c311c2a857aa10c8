#pragma once
// The problems of files that people wrote, as lines of the log: for reloads, where nobody looks at
// a terminal.

#include <string_view>
#include <vector>

#include "daemon/event_log.h"
#include "policies/diagnostic.h"

namespace rolloutd::daemon {

using log_as = void (event_log::*)(std::string_view, log_fields);

// One line each, at the level of `how`, with where it is and what to do.
void log_issues(event_log& log, log_as how, std::string_view event,
                const std::vector<policies::issue>& all);

}  // namespace rolloutd::daemon
