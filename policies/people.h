#pragma once
// People outrank the daemon (DESIGN §6 People): what their operations withhold from the rules, how
// operations that rolloutd did not send are recognised, and who is told. Pure. Called by the
// judgement, the engine and the taking of operators' acts.

#include <optional>
#include <string>
#include <string_view>

#include "policies/judgement.h"

namespace rolloutd::policies {

// Why a person's operation, or an unexplained pause, withholds the action (`human`, or `guarded`
// for another rule's pause), or nothing.
std::optional<judgement> judge_people(const due_action& what, const bench& on);

// Why the ticket's hold withholds every action, or nothing.
std::optional<judgement> judge_hold(const ticket_state& state);

// Operations of others, seen by comparing the reading with the state before it. Concludes foreign.
// `continuous` as in observed.
void recognise_foreign(draft& so_far, const ticket_state& before, bool continuous);

// Tells once of each rule that a person has overridden.
void tell_overridden(draft& so_far);

// The flight is an operation that a person asked for.
inline bool is_ordered(const flight& what) { return !what.what.by.empty(); }

}  // namespace rolloutd::policies
