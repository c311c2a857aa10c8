#pragma once
// The last word before an operation's first byte is written (DESIGN §6 Sending): what then weighs
// against it. Pure; the executor says what it finds, and asks when nothing is left to wait for.

#include <string_view>

#include "policies/event.h"

namespace rolloutd::policies {

// How old the reading may be that an operation other than a pause rests on.
inline constexpr duration reading_lasts = std::chrono::seconds{2};

// What is found in the moment before an operation's first byte is written.
struct last_look {
    bool abandoned = false;   // nobody waits for its answer any more
    bool stopping = false;    // the daemon ends
    bool unrecorded = false;  // the journal cannot be written
    bool removed = false;     // its ticket is not to be watched any more
    bool frozen = false;      // no automation at all
    bool held = false;        // no automation on its ticket
    duration reading_age{};   // of the reading that it rests on
};

// Why the operation must not be written after all, in one word: "abandoned", "stop", "journal",
// "removed", "freeze", "hold" or "late"; "" when it may. A person's passes freeze and hold, a pause
// needs no young reading.
std::string_view refuse_write(const intended& what, const last_look& found);

}  // namespace rolloutd::policies
