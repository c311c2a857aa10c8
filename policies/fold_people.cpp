#include <algorithm>

#include "policies/fold.h"

namespace rolloutd::policies {

namespace {

void override_rule(ticket_state& state, const std::string& name) {
    for (auto& [key, rule] : state.rules) {
        if (rule.open && key.policy + "/" + key.rule == name) rule.overridden = true;
    }
}

std::vector<proposal>::iterator find(ticket_state& state, sequence id) {
    return std::ranges::find(state.proposals, id, &proposal::id);
}

// The one that an intent carries out.
std::vector<proposal>::iterator find(ticket_state& state, const intended& what) {
    return std::ranges::find_if(state.proposals, [&what](const proposal& each) {
        const proposed& of = each.what;
        return of.policy == what.policy && of.rule == what.rule && of.who == what.who &&
               of.episode == what.episode && of.step == what.step;
    });
}

// Nobody is asked a second time in the episode.
void spend(ticket_state& state, const proposed& what) {
    rule_state& rule = state.rules[{what.policy, what.rule, what.who}];
    if (rule.open && rule.episode == what.episode && rule.step == what.step) rule.spent = true;
}

}  // namespace

persons_operation operation_of(const flight& what, const ticket_state& state) {
    return {.what = what.what.what.what,
            .by = what.what.by,
            .pause_cause = state.pause_cause,
            .paused_by = state.people.pausing_rule};
}

void fold_persons_operation(ticket_state& state, const persons_operation& what, timestamp at) {
    people_state& people = state.people;
    people.acted = at;
    if (what.what == action::pause) {
        people.paused = at;
        return;
    }
    if (what.what == action::continue_ticket) {
        people.paused.reset();
        if (!what.paused_by.empty()) return override_rule(state, what.paused_by);
        if (what.pause_cause == pause_origin::rotation) return;
    } else if (state.pause_cause == pause_origin::policy) {
        // The pause is no longer the rule's alone.
        state.pause_cause = pause_origin::other;
        state.paused_by.clear();
    }
    people.meddled = at;
    people.meddled_by = std::string{to_text(what.what)} + " by " + what.by;
}

void fold_act(ticket_state& state, const held& what, const stamp& where) {
    state.people.hold = {.by = what, .since = where.at};
}

void fold_act(ticket_state& state, const released&, const stamp&) {
    people_state& people = state.people;
    people.hold.reset();
    people.paused.reset();
    people.meddled.reset();
    people.meddled_by.clear();
    people.pause_released = state.paused_since.has_value();
}

void fold_act(ticket_state& state, const operated& what, const stamp& where) {
    state.people.order = where.seq;
    if (!what.refused.empty() || !what.proposal) return;
    const auto at = find(state, *what.proposal);
    if (at == state.proposals.end()) return;
    if (what.command == "approve") {
        at->approved_by = name_of(what);
    } else {
        spend(state, at->what);
        state.proposals.erase(at);
    }
}

void fold_proposal(ticket_state& state, const proposed& what, const stamp& where) {
    if (what.fate == proposal_fate::open) {
        state.proposals.push_back({.id = where.seq, .what = what, .at = where.at});
        return;
    }
    const auto at = find(state, what.proposal.value_or(0));
    if (at == state.proposals.end()) return;
    if (what.fate == proposal_fate::expired) spend(state, at->what);
    state.proposals.erase(at);
}

void take_proposal(ticket_state& state, const intended& what) {
    const auto at = find(state, what);
    if (at != state.proposals.end()) at->taken = true;
}

void settle_proposal(ticket_state& state, const intended& what, effect_kind effect) {
    const auto at = find(state, what);
    if (at == state.proposals.end()) return;
    // What was taken back before it was sent is still approved.
    if (effect == effect_kind::withdrawn)
        at->taken = false;
    else
        state.proposals.erase(at);
}

}  // namespace rolloutd::policies
