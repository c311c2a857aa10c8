#pragma once
// Whether the tickets are read as often as poll.slowest asks. Asked by the app about once a second.

#include <string>

#include "daemon/fleet.h"
#include "daemon/setup.h"

namespace rolloutd::daemon {

// For people: why they are not or cannot be, and what to do; "" while all is well. One round of all
// tickets has to fit into poll.slowest, and no ticket may wait for twice as long.
// `was`: whether that was so when it was asked last; then a little more room is needed for yes.
std::string overrun_of(const fleet& tickets, const setup& by, bool was);

}  // namespace rolloutd::daemon
