#pragma once
// What rules that hold come to: ladders, notices, and which one operation of all that are due goes
// first (DESIGN §6 Ladders, Precedence). Concludes decisions, notices and intents.

#include "policies/draft.h"
#include "policies/engine.h"
#include "policies/judgement.h"

namespace rolloutd::policies {

// How much of a step is known: in a blind one only notices are given; before the second fresh
// reading nothing but pause and notify.
struct footing {
    bool fresh = false;
    bool seen_twice = false;
};

// Goes through every rule that holds. Sets the outcome's permit, read_now and wake_at.
void take_due_steps(draft& so_far, const bench& on, const footing& known, outcome& result);

// The earlier of the two.
void wake_no_later(outcome& result, timestamp at);

}  // namespace rolloutd::policies
