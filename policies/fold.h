#pragma once
// The parts of apply(), split by what they fold: readings in fold_reading.cpp, rules and operations
// in fold_rules.cpp, people's acts and proposals in fold_people.cpp. Nobody but ticket_state.cpp
// calls them.

#include "policies/ticket_state.h"

namespace rolloutd::policies {

// Ends every stretch of time that is being counted at `end` (nothing is counted without one). Those
// that still hold are opened again at `reopen`.
void close_stretches(ticket_state& state, std::optional<timestamp> end,
                     std::optional<timestamp> reopen);

void fold_observed(ticket_state& state, const observed& what, timestamp at);
void fold_verdict(ticket_state& state, const verdict_changed& what, timestamp at);
void fold_decision(ticket_state& state, const decided& what, const stamp& where);

// The step is done; the ladder goes on behind it and behind the notify steps that went ahead.
void finish_step(rule_state& rule, int step, timestamp at);

// An operation's end: `flown` has left state.flights already.
void fold_settled(ticket_state& state, const flight& flown, effect_kind effect, timestamp at);

// An operation of a person, and the pause that it met: whose rule made it, if one did.
struct persons_operation {
    action what = action::pause;
    std::string by;
    pause_origin pause_cause = pause_origin::none;
    std::string paused_by;
};
persons_operation operation_of(const flight& what, const ticket_state& state);
void fold_persons_operation(ticket_state& state, const persons_operation& what, timestamp at);

void fold_act(ticket_state& state, const held& what, const stamp& where);
void fold_act(ticket_state& state, const released& what, const stamp& where);
void fold_act(ticket_state& state, const operated& what, const stamp& where);
void fold_proposal(ticket_state& state, const proposed& what, const stamp& where);

// The approved proposal that the intent carries out, if it does: it waits for the effect, and is
// over with it.
void take_proposal(ticket_state& state, const intended& what);
void settle_proposal(ticket_state& state, const intended& what, effect_kind effect);

// The batch's instances that are known not to be settled.
std::set<instance_id> unsettled_of(const reading& what, int batch);

}  // namespace rolloutd::policies
