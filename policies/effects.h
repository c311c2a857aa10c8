#pragma once
// What became of operations, read off a fresh reading (DESIGN §6 Effects). Concludes effected and
// notified events.

#include "policies/draft.h"
#include "policies/engine.h"

namespace rolloutd::policies {

// Settles the flights whose effect can be seen, or can no longer be expected.
void settle_effects(draft& so_far, const context& around);

// Tells people that an operation of a rule was refused or lost.
notified failure_notice(const intended& what, const std::string& why);

// " of web-fleet/stuck-batch", " by ana": who wanted the operation.
std::string origin_of(const intended& what);

// "cancel_instance 510450000", "skip_batch 2", "pause".
std::string described(const operation& what);

// The next time at which something becomes of a flight although nothing is seen to change.
std::optional<timestamp> effect_due(const flight& what, const ticket_state& state,
                                    const context& around);

}  // namespace rolloutd::policies
