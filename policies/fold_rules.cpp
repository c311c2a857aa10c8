#include "policies/fold.h"
#include "policies/tally.h"

namespace rolloutd::policies {

namespace {

// The instances that an operation gave up, as far as they did not come to an end by themselves.
std::set<instance_id> given_up_by(const ticket_state& state, const flight& flown) {
    if (flown.what.what.instance) return {*flown.what.what.instance};
    std::set<instance_id> given_up;
    for (const instance_id each : flown.unsettled_before) {
        const instance_info* info = state.last ? find_instance(*state.last, each) : nullptr;
        const status_word status = info ? classify(info->status) : status_word::unknown;
        if (status == status_word::finished || status == status_word::abnormal) continue;
        given_up.insert(each);
    }
    return given_up;
}

void end_episode(rule_state& rule) {
    rule.held_before = duration::zero();
    rule.true_since.reset();
    rule.open = false;
    rule.step = 0;
    rule.spent = false;
    rule.told.clear();
    rule.step_before_done.reset();
    rule.decision = 0;
    rule.decided_step = -1;
    rule.outcome = decision_outcome::suppressed;
    rule.suppressed = suppression::none;
    rule.overridden = false;
    rule.override_told = false;
}

// Whether it is as if it had never been judged: what is false and never held is told by no entry,
// and most rules are that most of the time.
bool is_untouched(const rule_state& rule) {
    rule_state untouched;
    untouched.definition = rule.definition;
    return rule == untouched;
}

// What an operation made of the ticket, whoever asked for it. Returns the instances given up.
std::set<instance_id> fold_result(ticket_state& state, const flight& flown, effect_kind effect) {
    const operation& call = flown.what.what;
    const bool gives_up = call.batch || call.instance;
    if (!gives_up || (effect != effect_kind::confirmed && effect != effect_kind::lost)) return {};
    const std::set<instance_id> given_up = given_up_by(state, flown);
    if (effect == effect_kind::confirmed) {
        state.given_up.insert(given_up.begin(), given_up.end());
        if (call.batch) state.people.skipped.insert(*call.batch);
    }
    return given_up;
}

// Whose pause it is now. A rule's only if nobody else did anything since its intent.
void fold_pause(ticket_state& state, const flight& flown) {
    if (!state.paused_since) return;
    if (!flown.what.by.empty()) {
        state.pause_cause = pause_origin::operator_;
        state.paused_by.clear();
        return;
    }
    state.people.pausing_rule = flown.what.policy + "/" + flown.what.rule;
    const std::optional<timestamp>& acted = state.people.acted;
    if (acted && flown.first_intent && *acted >= *flown.first_intent) return;
    state.pause_cause = pause_origin::policy;
    state.paused_by = state.people.pausing_rule;
}

// A continue whose answer was lost may have been carried out: the episode stays spent, whatever
// becomes of its rule meanwhile, and only a person's word sends another.
bool may_have_continued(const flight& flown, effect_kind effect) {
    return flown.what.what.what == action::continue_ticket &&
           flown.phase == flight_phase::unknown && effect == effect_kind::lost;
}

}  // namespace

void fold_verdict(ticket_state& state, const verdict_changed& what, timestamp at) {
    const auto entry = state.rules.try_emplace({what.policy, what.rule, what.who}).first;
    rule_state& rule = entry->second;
    const bool starts = rule.now != verdict::yes || rule.definition != what.definition;
    switch (what.to) {
        case verdict::yes:
            if (starts) {
                rule.held_before = what.held;
                rule.true_since = at;
            }
            if (rule.undetermined_since && rule.step_before_done) {
                *rule.step_before_done += at - *rule.undetermined_since;
            }
            rule.open = true;
            rule.episode = what.episode;
            break;
        case verdict::undetermined:
            rule.held_before = what.held;
            rule.true_since.reset();
            break;
        case verdict::no: end_episode(rule); break;
    }
    if (what.to != verdict::undetermined)
        rule.undetermined_since.reset();
    else if (!rule.undetermined_since)
        rule.undetermined_since = at;
    rule.now = what.to;
    rule.reason = what.reason;
    rule.definition = what.definition;
    if (is_untouched(rule)) state.rules.erase(entry);
}

void finish_step(rule_state& rule, int step, timestamp at) {
    if (!rule.open || step < rule.step) return;
    if (step > rule.step) {
        rule.told.insert(step);
        return;
    }
    ++rule.step;
    while (rule.told.erase(rule.step) > 0)
        ++rule.step;
    rule.spent = false;
    rule.step_before_done = at;
}

void fold_decision(ticket_state& state, const decided& what, const stamp& where) {
    rule_state& rule = state.rules[{what.policy, what.rule, what.who}];
    // A notice that goes ahead of a step which waits does not change what was decided of that.
    if (what.step <= rule.step) {
        rule.decision = where.seq;
        rule.decided_step = what.step;
        rule.outcome = what.outcome;
        rule.suppressed = what.reason;
    }
    if (what.outcome == decision_outcome::observe || what.reason == suppression::already) {
        finish_step(rule, what.step, where.at);
    }
    if (what.outcome == decision_outcome::propose && what.step == rule.step) rule.spent = true;
}

void fold_settled(ticket_state& state, const flight& flown, effect_kind effect, timestamp at) {
    const intended& intent = flown.what;
    const std::set<instance_id> given_up = fold_result(state, flown, effect);
    if (effect == effect_kind::confirmed && intent.what.what == action::pause) {
        fold_pause(state, flown);
    }
    if (!intent.by.empty()) {
        // It was never sent when the ticket came there by itself; the person's word stands.
        const bool unsent = !flown.counted && effect == effect_kind::confirmed;
        if (unsent) fold_persons_operation(state, operation_of(flown, state), at);
        return;
    }

    rule_state& rule = state.rules[{intent.policy, intent.rule, intent.who}];
    // The episode may have ended while the operation was under way; its steps then start anew.
    const bool same_step =
        rule.open && rule.episode == intent.episode && rule.step == intent.step && rule.spent;
    if (effect == effect_kind::confirmed || effect == effect_kind::overtaken) {
        if (same_step) finish_step(rule, intent.step, at);
    } else if (same_step && !may_have_continued(flown, effect)) {
        rule.spent = false;
    }
    if (effect == effect_kind::refused || effect == effect_kind::lost) rule.failed_at = at;
    settle_proposal(state, intent, effect);
    if (!given_up.empty()) {
        state.totals[{intent.policy, intent.rule, {}}].instances.insert(given_up.begin(),
                                                                        given_up.end());
    }
}

std::set<instance_id> unsettled_of(const reading& what, int batch) {
    std::set<instance_id> found;
    const batch_detail* detail = find_detail(what, batch);
    if (detail == nullptr) return found;
    for (const instance_info& each : detail->instances) {
        if (!is_settled(classify(each.status))) found.insert(each.id);
    }
    return found;
}

}  // namespace rolloutd::policies
