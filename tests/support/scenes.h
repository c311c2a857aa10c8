#pragma once
// The scene of most stories: a ticket of two batches of ten, which pauses by itself after the
// first, and the two policies that say the least. A story that needs more builds its own.

#include "tests/support/a_policy.h"
#include "tests/support/a_ticket.h"

namespace rolloutd::tests {

// When stories without a clock of their own begin, and noon of that day.
inline constexpr policies::timestamp midnight{
    std::chrono::sys_days{std::chrono::year{2026} / 11 / 21}};
inline constexpr policies::timestamp noon = midnight + 12h;

// All READY, with the details of every batch.
a_ticket two_batches();

// The first batch under way; those that are neither abnormal nor finished are PROCESSING.
a_ticket running(int abnormal = 0, int finished = 0);

// The first batch is finished, and the ticket has paused by its rotation.
a_ticket at_rest();

// web/failing pauses when an instance is abnormal.
a_policy pausing();

// web/next continues whatever is paused.
a_policy continuing();

}  // namespace rolloutd::tests
