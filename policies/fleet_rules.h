#pragma once
// What the state of the whole fleet withholds from a ticket's rules (DESIGN §6 Limits, Suppression
// reasons): daemon limits and the breaker, fleet_blind, and the spread after a reason has ended for
// many tickets at once. Pure. Called by the judgement and the ladders.

#include <optional>
#include <string>
#include <string_view>

#include "policies/judgement.h"

namespace rolloutd::policies {

// At least 10 tickets are watched, and 20% or more of them are unseen.
bool is_fleet_blind(int watched, int unseen);

// The daemon limit that the detail of a decision, or a notice, begins with; "other" when none.
std::string_view limit_named(std::string_view detail);

// The rule's condition names `ticket.unseen_for`, itself or through its variables.
bool is_about_being_blind(const assessment& what);

// The rule may only notify, as too many tickets are unseen at once; or nothing.
std::optional<judgement> judge_fleet_blind(const assessment& what, const context& around);

// A proposal instead of the action, when the breaker is open or the action would trip a limit of
// the daemon: then the detail begins with the limit's name and a colon. Never for a pause, nor for
// what a person has approved.
std::optional<judgement> judge_breaker(const due_action& what, const bench& on);

// The action waits for its share of `limits.spread`, because what suppressed it has ended for many
// tickets at once; or nothing.
std::optional<judgement> judge_spread(const due_action& what, const bench& on);

// Deterministic, at least 0 and at most `longest`: by the ticket's id and the rule's name.
duration spread_of(const ticket_id& ticket, const rule_key& rule, duration longest);

// Tells once that more pauses than `limits.pauses_per_minute` were sent, when this one is the first
// beyond it.
void tell_of_pauses(const assessment& what, draft& so_far, const context& around);

}  // namespace rolloutd::policies
