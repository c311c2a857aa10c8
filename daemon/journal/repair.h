#pragma once
// What is done to the files before the journal goes on: a torn tail is moved aside, and with the
// operator's consent a whole broken chain. Runs at start only, before anything is appended.

#include <optional>
#include <string>

#include "daemon/journal/bodies.h"
#include "daemon/journal/disk.h"
#include "daemon/journal/fold.h"

namespace rolloutd::daemon {

// Moves what follows the last LF to <state>/torn and cuts the file; a file that is empty then is
// removed. What is there afterwards is durable with its name, and `state` is changed to it.
journal_result<std::optional<repair_body>> set_torn_tail_aside(disk& files, recovered& state);

// Moves journal and snapshots below <state>/broken. The record names the last good hash.
journal_result<repair_body> set_broken_chain_aside(disk& files, const journal_failure& found,
                                                   const std::string& reason);

// For a journal in which no start is recorded: perhaps an earlier one moved a broken chain and
// ended before its record of that was durable. That record; nothing when nothing was set aside.
journal_result<std::optional<repair_body>> find_unrecorded_repair(disk& files);

}  // namespace rolloutd::daemon
