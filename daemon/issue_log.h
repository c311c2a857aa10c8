#pragma once
// The problems of files that people wrote, for the log and the record: of reloads, where
// nobody looks at a terminal.

#include <string>
#include <string_view>
#include <vector>

#include "daemon/event_log.h"
#include "policies/diagnostic.h"

namespace rolloutd::daemon {

using log_as = void (event_log::*)(std::string_view, log_fields);

// One line each, at the level of `how`, with where it is and what to do.
void log_issues(event_log& log, log_as how, std::string_view event,
                const std::vector<policies::issue>& all);

// The same for a record: at most 64 KiB, and without the lines of the files, which may hold what
// must not be kept for ever, such as the address of a webhook.
std::string record_text(const std::vector<policies::issue>& all);

}  // namespace rolloutd::daemon
