#pragma once
// `rolloutctl replay`: the record against the engine, and other policies against the record
// (DESIGN §4). Reads the journal's files and prints; what is concluded is concluded in
// daemon/replay.

#include <string>

#include "daemon/cli/commands.h"

namespace rolloutd::daemon::cli {

struct replay_command_options {
    std::string policies;  // a folder of other policies; "" replays the recorded ones
    std::string mode;      // the daemon's while they are tried; "" is the recorded one
    std::string ticket;
    std::string since;  // "1h30m" ago, or a time as the journal has it
    std::string
        folder;        // a state or journal folder, or an unpacked bundle; "": the configured state
    bool all = false;  // go on behind the first difference
};

// 0 when nothing differs, 1 at the first difference from the record, when it cannot be read and
// when nothing in it can be judged, 2 when other policies would have decided otherwise, 64 upon
// wrong usage.
int run_replay(const common_options& how, const replay_command_options& what);

}  // namespace rolloutd::daemon::cli
