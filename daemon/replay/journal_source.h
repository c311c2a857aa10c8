#pragma once
// The records of a journal folder, whole and in order, for replay: chooses where to begin, checks
// the chain on the way, and holds one line at a time. Reads only. Decides nothing.

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/journal/disk.h"
#include "daemon/journal/fold.h"
#include "daemon/replay/replayer.h"

namespace rolloutd::daemon {

struct source_options {
    std::string folder = "journal";  // of the segments, below the disk's root; "." for the root
    // What is older is not asked for: reading may begin at the newest snapshot before it.
    std::optional<timestamp> since;
};

struct source_listener {
    // The state before the first record; called once, where that is not the journal's own first.
    std::function<void(recovered)> begin;
    // False to stop.
    std::function<bool(record, const record_place&)> take;
    // The line of the record that is taken next, as it stands there. May be empty.
    std::function<void(std::string_view)> line = {};
};

// kind::broken names the first record that is damaged, or the file that there is no state for.
// A line that is not ended yet is left out: a daemon may be writing it.
journal_result<void> read_records(disk& from, const source_options& how, const source_listener& to);

}  // namespace rolloutd::daemon
