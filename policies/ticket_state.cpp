#include "policies/ticket_state.h"

#include <algorithm>
#include <boost/mp11/algorithm.hpp>

#include "policies/fold.h"
#include "policies/tally.h"

namespace rolloutd::policies {

namespace {

std::vector<flight>::iterator find_flight(ticket_state& state, sequence intent) {
    return std::find_if(state.flights.begin(), state.flights.end(),
                        [intent](const flight& each) { return each.intent == intent; });
}

// The wait before an operation that was not executed is tried again: 1, 2, 4, ... at most 30 s.
duration backoff_of(int attempt) {
    const int doublings = std::clamp(attempt - 1, 0, 5);
    return std::min(duration{1'000 << doublings}, duration{30'000});
}

// It may have reached the cloud: from now on it counts for the rule's limits.
void count_act(ticket_state& state, flight& what, timestamp at) {
    if (what.counted) return;
    what.counted = true;
    if (!what.what.by.empty()) {
        return fold_persons_operation(state, operation_of(what, state), at);
    }
    rule_totals& totals = state.totals[{what.what.policy, what.what.rule, {}}];
    ++totals.times;
    totals.last_act = at;
}

void fold(ticket_state& state, const watched& what, const stamp& where) {
    state.labels = what.labels;
    state.watched = true;
    state.watched_at = where.at;
    state.watched_by = what.source;
}

void fold(ticket_state& state, const unwatched&, const stamp&) { state.watched = false; }

void fold(ticket_state& state, const observed& what, const stamp& where) {
    fold_observed(state, what, where.at);
}

void fold(ticket_state& state, const blinded& what, const stamp&) {
    state.blind = true;
    state.blind_cause = what.origin + "/" + what.code;
    if (what.last_fresh) state.seen_at = what.last_fresh;
}

void fold(ticket_state& state, const verdict_changed& what, const stamp& where) {
    fold_verdict(state, what, where.at);
}

void fold(ticket_state& state, const decided& what, const stamp& where) {
    fold_decision(state, what, where);
}

void fold(ticket_state& state, const notified& what, const stamp& where) {
    if (what.step == step_of_override) {
        for (auto& [key, rule] : state.rules) {
            if (key.policy == what.policy && key.rule == what.rule && rule.overridden)
                rule.override_told = true;
        }
    }
    if (what.step < 0) return;
    finish_step(state.rules[{what.policy, what.rule, what.who}], what.step, where.at);
}

void fold(ticket_state& state, const intended& what, const stamp& where) {
    if (what.by.empty()) {
        state.rules[{what.policy, what.rule, what.who}].spent = true;
        take_proposal(state, what);
    }
    const auto same_act = [&what](const flight& each) {
        const intended& other = each.what;
        if (other.by != what.by) return false;
        if (!what.by.empty()) return other.decision == what.decision;
        return other.policy == what.policy && other.rule == what.rule && other.who == what.who &&
               other.episode == what.episode && other.step == what.step;
    };
    const auto earlier = std::find_if(state.flights.begin(), state.flights.end(), same_act);
    flight next;
    if (earlier != state.flights.end()) {
        next = *earlier;
        state.flights.erase(earlier);
    } else {
        next.first_intent = where.at;
        if (state.last) {
            next.ready_before = count_of(state.last->stats)[status_word::ready];
            next.ready_batches_before = batches_in(state.last->stats, status_word::ready);
            if (what.what.batch)
                next.unsettled_before = unsettled_of(*state.last, *what.what.batch);
        }
    }
    next.intent = where.seq;
    next.what = what;
    next.phase = flight_phase::intended;
    next.since = where.at;
    next.wait = duration::zero();
    state.flights.push_back(std::move(next));
}

void fold(ticket_state& state, const answered& what, const stamp& where) {
    const auto at = find_flight(state, what.intent);
    if (at == state.flights.end()) return;
    at->since = where.at;
    switch (what.outcome) {
        case answer_kind::accepted:
            at->phase = flight_phase::awaiting;
            count_act(state, *at, where.at);
            return;
        case answer_kind::unknown:
            at->phase = flight_phase::unknown;
            count_act(state, *at, where.at);
            return;
        case answer_kind::not_executed:
            at->phase = flight_phase::backoff;
            at->wait = std::max(what.retry_after, backoff_of(at->what.attempt));
            return;
        case answer_kind::refused: return;
    }
}

void fold(ticket_state& state, const effected& what, const stamp& where) {
    const auto at = find_flight(state, what.intent);
    if (at == state.flights.end()) return;
    if (what.effect == effect_kind::unknown) {
        at->phase = flight_phase::unknown;
        count_act(state, *at, where.at);
        return;
    }
    if (what.effect == effect_kind::pending) {
        at->told_pending = true;
        if (state.last) at->ready_before = count_of(state.last->stats)[status_word::ready];
        return;
    }
    const flight settled = *at;
    state.flights.erase(at);
    fold_settled(state, settled, what.effect, where.at);
}

void fold(ticket_state& state, const foreign& what, const stamp& where) {
    fold_persons_operation(state,
                           {.what = what.what,
                            .by = "somebody else",
                            .pause_cause = what.pause_cause,
                            .paused_by = what.paused_by},
                           where.at);
    if (what.batch) state.people.skipped.insert(*what.batch);
    state.people.cancelled += what.instances;
}

void fold(ticket_state& state, const held& what, const stamp& where) {
    fold_act(state, what, where);
}

void fold(ticket_state& state, const released& what, const stamp& where) {
    fold_act(state, what, where);
}

void fold(ticket_state& state, const operated& what, const stamp& where) {
    fold_act(state, what, where);
}

void fold(ticket_state& state, const proposed& what, const stamp& where) {
    fold_proposal(state, what, where);
}

// What had been seen ends at `seen_until`, which all watched tickets share; a ticket that was blind
// then had been seen until its own last fresh reading.
void fold(ticket_state& state, const restarted& what, const stamp& where) {
    if (!state.blind && what.seen_until && (!state.seen_at || *state.seen_at < *what.seen_until)) {
        if (state.seen_at) state.seen_at = what.seen_until;
    }
    close_stretches(state, state.seen_at, std::nullopt);
    for (flight& each : state.flights) {
        if (each.phase != flight_phase::intended) continue;
        each.phase = flight_phase::unknown;
        each.since = where.at;
        count_act(state, each, where.at);
    }
}

}  // namespace

void apply(ticket_state& state, const event& what, const stamp& where) {
    std::visit([&](const auto& each) { fold(state, each, where); }, what);
}

void bind_references(event& what, const ticket_state& state) {
    const auto decision_of = [&state](const auto& of) {
        const auto at = state.rules.find({of.policy, of.rule, of.who});
        return at == state.rules.end() ? 0 : at->second.decision;
    };
    if (auto* intent = std::get_if<intended>(&what)) {
        if (intent->by.empty())
            intent->decision = decision_of(*intent);
        else if (intent->decision == 0)
            intent->decision = state.people.order;
    }
    if (auto* proposal = std::get_if<proposed>(&what)) {
        if (proposal->fate == proposal_fate::open) proposal->decision = decision_of(*proposal);
    }
}

std::optional<timestamp> last_seen(const ticket_state& state) {
    if (!state.fresh_until) return state.seen_at;
    return state.seen_at ? std::max(*state.fresh_until, *state.seen_at) : *state.fresh_until;
}

duration active_clock(const ticket_state& state, timestamp now) {
    if (!state.active_since) return state.active_before;
    return state.active_before + std::max(duration::zero(), now - *state.active_since);
}

bool same_durable_state(const ticket_state& a, const ticket_state& b) {
    bool same = true;
    using members = boost::describe::describe_members<ticket_state, boost::describe::mod_public>;
    boost::mp11::mp_for_each<members>(
        [&](auto member) { same = same && a.*member.pointer == b.*member.pointer; });
    return same;
}

}  // namespace rolloutd::policies
