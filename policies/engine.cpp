#include "policies/engine.h"

#include <algorithm>

#include "policies/effects.h"
#include "policies/operator_acts.h"
#include "policies/people.h"
#include "policies/precedence.h"
#include "policies/proposals.h"
#include "policies/reading_check.h"
#include "policies/sending.h"
#include "policies/verdicts.h"

namespace rolloutd::policies {

namespace {

// A ticket that is over is read again at most this often while its details do not agree.
constexpr int readings_after_end = 10;

rule_view view_of(assessment what, const draft& so_far) {
    rule_view view;
    view.key = what.key();
    const rule_state& memory = so_far.rule(view.key);
    view.now = what.now;
    view.reason = std::move(what.reason);
    view.held = what.held;
    view.hold_for = what.what->hold_for;
    const auto index = std::min(static_cast<std::size_t>(memory.step), what.what->steps.size() - 1);
    view.next = what.what->steps[index].what;
    view.spent = memory.spent || static_cast<std::size_t>(memory.step) >= what.what->steps.size();
    view.outcome = memory.outcome;
    view.suppressed = memory.suppressed;
    view.overridden = memory.overridden;
    view.evidence = std::move(what.evidence);
    return view;
}

void note_views(std::vector<assessment> all, const draft& so_far, outcome& result) {
    result.views.reserve(all.size());
    for (assessment& each : all) {
        rule_view view = view_of(std::move(each), so_far);
        const proposal* waiting = find_proposal(so_far.state(), view.key);
        if (waiting != nullptr) view.proposal = waiting->id;
        result.views.push_back(std::move(view));
    }
}

void plan_wake(const std::vector<assessment>& all, const draft& so_far, const context& around,
               outcome& result) {
    for (const assessment& each : all) {
        if (const auto at = holds_at(each, around.now)) wake_no_later(result, *at);
    }
    for (const flight& each : so_far.state().flights) {
        const auto at = effect_due(each, so_far.state(), around);
        if (at) wake_no_later(result, *at);
    }
    if (const auto at = proposals_due(so_far.state())) wake_no_later(result, *at);
    if (result.read_now) wake_no_later(result, around.now);
    // What was given back is due again at the next reading, however equal it is.
    for (const event& each : so_far.events()) {
        const auto* effect = std::get_if<effected>(&each);
        if (effect == nullptr) continue;
        if (effect->effect == effect_kind::withdrawn || effect->effect == effect_kind::lost) {
            wake_no_later(result, around.now);
        }
    }
}

// A step that judges no rule leaves what the reading before it had planned as it was; what fell due
// while an operation was on its way is due at once.
void finish_unjudged(draft& so_far, const ticket_state& before, const context& around,
                     outcome& result) {
    plan_wake({}, so_far, around, result);
    if (before.wake_at) wake_no_later(result, std::max(*before.wake_at, around.now));
    result.events = so_far.take_events();
}

bool is_over(const draft& so_far, const settings& rules) {
    const ticket_state& state = so_far.state();
    if (!is_terminal(classify(state.last->info.status)) || !state.flights.empty()) return false;
    return state.terminal_readings >= readings_after_end ||
           is_settled_reading(*state.last, state, rules);
}

std::vector<int> batches_read(const reading& what) {
    std::vector<int> batches;
    for (const batch_detail& each : what.details)
        batches.push_back(each.index);
    std::ranges::sort(batches);
    return batches;
}

// The step on a fresh, whole reading.
outcome decide_seen(const reading& what, duration planned, const ticket_state& state,
                    const context& around, telling told) {
    outcome result;
    result.fresh = true;
    const bool continuous =
        state.fresh_until && around.now - *state.fresh_until <= longest_stretch(planned);
    const bool accepted = accepts_baseline(what, state, around.rules);
    const std::vector<int> doubtful = all_doubtful(what, state);
    const bool same_doubt = std::ranges::equal(doubtful, state.doubtful);
    const bool same_rules = state.generation == around.rules.generation;

    draft so_far{state, around.now};
    so_far.open_with([&]() -> event {
        return observed{.what = merged(what, state),
                        .last_fresh = state.fresh_until,
                        .continuous = continuous,
                        .planned = planned,
                        .read = batches_read(what),
                        .doubtful = doubtful,
                        .new_baseline = accepted};
    });
    const bool changed = accepted || !same_doubt || !adds_nothing(what, state);
    if (changed || !continuous || state.blind || !same_rules) so_far.open();
    if (changed && state.last) recognise_foreign(so_far, state, continuous);
    settle_effects(so_far, around);
    expire_proposals(so_far, around);

    if (!so_far.events().empty()) told = telling::evidence;
    const fact_view view{so_far.state(), around.now, false};
    std::vector<assessment> all = assess(so_far, view, around, last_seen(state), told);
    const bench on{.so_far = so_far, .around = around, .all = all};
    // What is false by now needs no word.
    tell_overridden(so_far);
    withdraw_proposals(so_far, all, false);
    const footing known{.fresh = true, .seen_twice = same_rules && state.fresh_readings >= 1};
    take_due_steps(so_far, on, known, result);
    progress_flights(so_far, on, known.seen_twice, result);
    // A step that turned out to be done already leaves nothing to answer.
    withdraw_proposals(so_far, all, false);
    // The reading that an operation is sent upon is part of its record.
    if (result.send) so_far.open();

    plan_wake(all, so_far, around, result);
    note_views(std::move(all), so_far, result);
    result.over = is_over(so_far, around.rules);
    result.events = so_far.take_events();
    result.bare = told == telling::verdicts;
    return result;
}

// Most readings say nothing new. Whatever is recorded tells what it rests on: then the same is
// concluded once more, with all that.
outcome decide_seen(const reading& what, duration planned, const ticket_state& state,
                    const context& around) {
    outcome result = decide_seen(what, planned, state, around, telling::verdicts);
    if (!result.bare || result.events.empty()) return result;
    return decide_seen(what, planned, state, around, telling::evidence);
}

// The step without sight: people may be told, nothing may be done.
outcome decide_blind(const failed_reading& why, const ticket_state& state, const context& around) {
    outcome result;
    draft so_far{state, around.now};
    so_far.open_with([&]() -> event {
        return blinded{.last_fresh = last_seen(state),
                       .origin = why.origin,
                       .code = why.code,
                       .detail = why.detail};
    });
    if (!state.blind || state.blind_cause != why.origin + "/" + why.code) so_far.open();
    expire_unsent(so_far, around);
    expire_proposals(so_far, around);

    const fact_view view{so_far.state(), around.now, true};
    std::vector<assessment> all = assess(so_far, view, around, last_seen(state));
    const bench on{.so_far = so_far, .around = around, .all = all};
    withdraw_proposals(so_far, all, true);
    take_due_steps(so_far, on, {.fresh = false, .seen_twice = false}, result);

    plan_wake(all, so_far, around, result);
    // A plan that was due has been tried by this very reading.
    if (state.wake_at && *state.wake_at > around.now) wake_no_later(result, *state.wake_at);
    note_views(std::move(all), so_far, result);
    result.events = so_far.take_events();
    return result;
}

outcome decide_reading(const seen& what, const ticket_state& state, const context& around) {
    if (const auto* failed = std::get_if<failed_reading>(&what.what)) {
        return decide_blind(*failed, state, around);
    }
    const auto& whole = std::get<reading>(what.what);
    if (const auto found = find_flaw(whole, state, around.rules)) {
        const failed_reading why{
            .origin = "reading", .code = found->code, .detail = found->detail, .not_found = false};
        return decide_blind(why, state, around);
    }
    return decide_seen(whole, what.planned, state, around);
}

// When it was read last, or, if it never was, when it came to be watched.
std::optional<timestamp> unread_since(const ticket_state& state) {
    return last_seen(state) ? last_seen(state) : state.watched_at;
}

outcome decide_wake(const wake& what, const ticket_state& state, const context& around) {
    if (what.planned > duration::zero() && is_overdue(state, what.planned, around.now)) {
        return decide_blind({.origin = "schedule",
                             .code = "not_read",
                             .detail = "not read for " + to_text(around.now - *unread_since(state)),
                             .not_found = false},
                            state, around);
    }
    outcome result;
    draft so_far{state, around.now};
    expire_unsent(so_far, around);
    expire_proposals(so_far, around);
    finish_unjudged(so_far, state, around, result);
    return result;
}

outcome decide_answer(const answer& what, const ticket_state& state, const context& around) {
    outcome result;
    draft so_far{state, around.now};
    take_answer(what, so_far, result);
    tell_overridden(so_far);
    finish_unjudged(so_far, state, around, result);
    return result;
}

outcome decide_withheld(const withheld& what, const ticket_state& state, const context& around) {
    outcome result;
    draft so_far{state, around.now};
    take_withheld(what, so_far);
    finish_unjudged(so_far, state, around, result);
    return result;
}

outcome decide_act(const operator_act& what, const ticket_state& state, const context& around) {
    outcome result;
    draft so_far{state, around.now};
    take_act(what, so_far, around, result);
    finish_unjudged(so_far, state, around, result);
    return result;
}

}  // namespace

duration longest_stretch(duration planned) {
    return std::max<duration>(3 * planned, std::chrono::seconds{15});
}

bool is_overdue(const ticket_state& state, duration planned, timestamp now) {
    const std::optional<timestamp> from = unread_since(state);
    return !state.blind && from && now - *from > longest_stretch(planned);
}

void tell_evidence(outcome& judged, const ticket_state& state, const context& around) {
    if (!judged.bare) return;
    judged.bare = false;
    // Whatever it would conclude has been concluded.
    draft unused{state, around.now};
    const fact_view view{unused.state(), around.now, false};
    for (assessment& each : assess(unused, view, around, last_seen(state))) {
        const auto same = std::ranges::find(judged.views, each.key(), &rule_view::key);
        if (same != judged.views.end()) same->evidence = std::move(each.evidence);
    }
}

outcome decide(const input& what, const ticket_state& state, const context& around) {
    if (const auto* look = std::get_if<seen>(&what)) return decide_reading(*look, state, around);
    if (const auto* told = std::get_if<answer>(&what)) return decide_answer(*told, state, around);
    if (const auto* kept = std::get_if<withheld>(&what)) {
        return decide_withheld(*kept, state, around);
    }
    if (const auto* act = std::get_if<operator_act>(&what)) return decide_act(*act, state, around);
    return decide_wake(std::get<wake>(what), state, around);
}

}  // namespace rolloutd::policies
