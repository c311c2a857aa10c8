#pragma once
// The journal for people: filtered, one sentence a record. Streams; holds one line at a time.

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "daemon/journal/disk.h"
#include "daemon/journal/record.h"

namespace rolloutd::daemon {

struct history_filter {
    std::string ticket;  // empty: all
    std::optional<timestamp> since;
    std::set<std::string> kinds;  // empty: all
};

// The kinds of records that there are (DESIGN §9).
const std::vector<std::string>& record_kinds();

// "web-fleet/too-many-failures on batch:2: act pause (failed 12.5, ticket.failure_allowed 10)".
std::string sentence(const record& what);

// "2026-11-21 10:15:30Z  41  decision  SCT…  <sentence>".
std::string table_line(const record& what);

// Calls `show` with each record that passes, oldest first, and with its line (for -o json); stops
// when it returns false. Hashes are not checked here: that is what verify is for.
journal_result<void> read_history(
    disk& from, const history_filter& filter,
    const std::function<bool(const record&, std::string_view line)>& show);

}  // namespace rolloutd::daemon
