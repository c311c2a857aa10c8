#include "policies/sending.h"

#include <algorithm>

#include "policies/effects.h"
#include "policies/people.h"
#include "policies/proposals.h"
#include "policies/text.h"

namespace rolloutd::policies {

namespace {

void withdraw(const flight& what, const std::string& why, draft& so_far) {
    so_far.add(effected{.intent = what.intent, .effect = effect_kind::withdrawn, .detail = why});
}

void give_up(const flight& what, const std::string& why, draft& so_far) {
    so_far.add(effected{.intent = what.intent, .effect = effect_kind::lost, .detail = why});
    so_far.add(failure_notice(what.what, "lost, " + why));
}

const assessment* find_rule(const intended& what, const std::vector<assessment>& all) {
    const auto at = std::ranges::find_if(all, [&what](const assessment& each) {
        return each.owner->name == what.policy && each.what->name == what.rule &&
               each.who == what.who;
    });
    return at == all.end() ? nullptr : &*at;
}

// The action of a flight as it would be judged if it were due now; nothing when its rule no longer
// holds in the same episode, or has another step there.
std::optional<due_action> still_due(const flight& what, const bench& on) {
    const intended& intent = what.what;
    const assessment* from = find_rule(intent, on.all);
    if (from == nullptr || !from->holds) return std::nullopt;
    const auto memory = on.state().rules.find(from->key());
    if (memory == on.state().rules.end() || memory->second.episode != intent.episode) {
        return std::nullopt;
    }
    const std::vector<ladder_step>& steps = from->what->steps;
    const auto index = static_cast<std::size_t>(intent.step);
    if (index >= steps.size() || steps[index].what != intent.what.what) return std::nullopt;
    return due_action{.from = from,
                      .step = intent.step,
                      .call = intent.what,
                      .needs_approval = steps[index].needs_approval,
                      .again = what.counted,
                      .approved = has_approval(on.state(), from->key()),
                      .announced = what.phase == flight_phase::intended};
}

// Why the operation may not be sent now, or nothing.
std::optional<std::string> objection(const flight& what, const bench& on) {
    if (is_ordered(what)) {
        const legal_opinion opinion =
            judge_legality(what.what.what, on.state(), on.around.rules.legal);
        if (opinion.is == legality::legal) return std::nullopt;
        return opinion.detail;
    }
    const auto due = still_due(what, on);
    if (!due) return "the rule no longer holds";
    const judgement found = judge(*due, on);
    if (found.outcome == decision_outcome::act) return std::nullopt;
    return std::string{to_text(found.reason)} + ": " + found.detail;
}

bool is_answer_awaited(const ticket_state& state) {
    return std::ranges::any_of(state.flights, [&state](const flight& each) {
        return each.phase == flight_phase::intended && each.intent == state.permitted;
    });
}

// A pause may be sent at once, all else after one more reading.
void announce(const intended& intent, draft& so_far, outcome& result) {
    so_far.add(intent);
    if (intent.what.what == action::pause) {
        result.send = intent;
        result.send_intent = 0;
    } else {
        result.read_now = true;
    }
}

// The reading after the intent: it must show what the decision rests on.
void confirm(const flight& what, draft& so_far, const bench& on, outcome& result) {
    const reading& now = *on.state().last;
    // A person's waits for the answer of what was on its way already.
    if (is_ordered(what) && is_answer_awaited(on.state())) return;
    const bool paused = classify(now.info.status) == status_word::paused;
    if (is_ordered(what) && what.what.what.what == action::pause && paused) {
        return so_far.add(effected{.intent = what.intent,
                                   .effect = effect_kind::confirmed,
                                   .detail = "the ticket is PAUSED already"});
    }
    const bool rests_on_it = what.what.what.what != action::pause;
    if (rests_on_it && now.info.status != what.what.status) {
        return withdraw(what, "the ticket is " + now.info.status, so_far);
    }
    if (rests_on_it && now.info.current_batch != what.what.current_batch) {
        return withdraw(what, "the current batch has changed", so_far);
    }
    if (const auto against = objection(what, on)) return withdraw(what, *against, so_far);
    result.send = what.what;
    result.send_intent = what.intent;
}

// One more try, or the end of them.
void try_again(const flight& what, draft& so_far, const bench& on, outcome& result) {
    const int tries = on.around.rules.tries;
    // A pause of which nothing was written has not been tried: a cloud that throttles must not cost
    // a ticket its protection.
    const bool unwritten =
        what.phase == flight_phase::backoff && what.what.what.what == action::pause;
    if (what.what.attempt >= tries && !unwritten) {
        return give_up(what, "no effect after " + std::to_string(tries) + " tries", so_far);
    }
    if (is_ordered(what)) {
        intended next = what.what;
        ++next.attempt;
        next.status = on.state().last->info.status;
        next.current_batch = on.state().last->info.current_batch;
        return announce(next, so_far, result);
    }
    const auto due = still_due(what, on);
    if (due) intend(*due, what.what.attempt + 1, so_far, result);
}

void progress_backoff(const flight& what, draft& so_far, const bench& on, outcome& result) {
    if (on.around.now < what.since + what.wait) return;
    if (const auto against = objection(what, on)) return withdraw(what, *against, so_far);
    try_again(what, so_far, on, result);
}

// Whether the rule may come to hold again in the episode of the flight.
bool is_in_doubt(const flight& what, const bench& on) {
    const assessment* from = find_rule(what.what, on.all);
    if (from == nullptr) return false;
    const rule_state& memory = on.so_far.rule(from->key());
    return memory.open && memory.episode == what.what.episode && !from->holds;
}

// A repeated continue could release a second pause, so a person has to say that it is wanted.
void propose_continue(const flight& what, draft& so_far, const bench& on) {
    // Whom to ask, and for what, is known when the rule is true or false again.
    if (!is_ordered(what) && is_in_doubt(what, on)) return;
    give_up(what, "the answer was lost and no effect is seen", so_far);
    if (is_ordered(what)) return;
    const auto due = still_due(what, on);
    if (!due) return;
    const assessment& from = *due->from;
    so_far.add(decided{.policy = from.owner->name,
                       .policy_sha256 = from.owner->sha256,
                       .rule = from.what->name,
                       .source = from.what->where,
                       .who = from.who,
                       .episode = what.what.episode,
                       .step = what.what.step,
                       .do_ = action::continue_ticket,
                       .outcome = decision_outcome::propose,
                       .reason = suppression::propose,
                       .detail = "the answer to the first one was lost; a second continue could "
                                 "release a second pause",
                       .evidence = from.evidence});
    open_proposal(*due, so_far, on.around);
}

// Something else is being sent, or something as strong is under way: one operation at a time.
bool must_wait(const flight& what, const ticket_state& state) {
    return std::ranges::any_of(state.flights, [&what](const flight& each) {
        if (each.intent == what.intent) return false;
        return each.phase == flight_phase::intended || each.what.what.what <= what.what.what.what;
    });
}

void progress_unknown(const flight& what, draft& so_far, const bench& on, outcome& result) {
    const bool late = on.around.now >= what.since + on.around.rules.effect_deadline;
    const action call = what.what.what.what;
    if (call == action::continue_ticket) return propose_continue(what, so_far, on);
    if (call == action::skip_batch && !late) return;
    if (must_wait(what, on.state())) {
        if (late) give_up(what, "no effect is seen, and another operation is under way", so_far);
        return;
    }
    if (const auto against = objection(what, on)) {
        // It may yet take effect; only when that cannot be expected any more is it given up.
        if (late) give_up(what, "no effect is seen, and not tried again: " + *against, so_far);
        return;
    }
    try_again(what, so_far, on, result);
}

const flight* find_flight(const ticket_state& state, sequence intent) {
    const auto at = std::ranges::find_if(
        state.flights, [intent](const flight& each) { return each.intent == intent; });
    return at == state.flights.end() ? nullptr : &*at;
}

}  // namespace

bool is_unsent(const flight& what, const ticket_state& state) {
    const bool waits = what.phase == flight_phase::intended && state.permitted != what.intent;
    return waits || what.phase == flight_phase::backoff;
}

void withdraw_unsent(draft& so_far, const std::string& why) {
    const std::vector<flight> flights = so_far.state().flights;
    for (const flight& each : flights) {
        if (is_unsent(each, so_far.state())) withdraw(each, why, so_far);
    }
}

void intend(const due_action& what, int attempt, draft& so_far, outcome& result) {
    const assessment& from = *what.from;
    const ticket_info& info = so_far.state().last->info;
    const intended intent{.decision = 0,
                          .policy = from.owner->name,
                          .rule = from.what->name,
                          .who = from.who,
                          .episode = so_far.rule(from.key()).episode,
                          .step = what.step,
                          .what = what.call,
                          .attempt = attempt,
                          .by = {},
                          .status = info.status,
                          .current_batch = info.current_batch};
    announce(intent, so_far, result);
}

void progress_flights(draft& so_far, const bench& on, bool seen_twice, outcome& result) {
    const std::vector<flight> flights = so_far.state().flights;
    for (const flight& each : flights) {
        // An intent of this very step has no number yet; it is not looked at twice.
        if (each.intent == 0 || result.send) continue;
        switch (each.phase) {
            case flight_phase::intended:
                if (!is_unsent(each, so_far.state())) break;
                if (seen_twice || is_ordered(each) || each.what.what.what == action::pause)
                    confirm(each, so_far, on, result);
                else
                    result.read_now = true;
                break;
            case flight_phase::backoff: progress_backoff(each, so_far, on, result); break;
            case flight_phase::unknown: progress_unknown(each, so_far, on, result); break;
            case flight_phase::awaiting: break;
        }
    }
}

void expire_unsent(draft& so_far, const context& around) {
    const std::vector<flight> flights = so_far.state().flights;
    for (const flight& each : flights) {
        const bool waits = each.phase == flight_phase::intended && is_unsent(each, so_far.state());
        if (waits && around.now - each.since > around.rules.cloud_timeout) {
            withdraw(each, std::string{expired_detail}, so_far);
        }
    }
}

void take_answer(const answer& what, draft& so_far, outcome& result) {
    const flight* waiting = find_flight(so_far.state(), what.intent);
    if (waiting == nullptr || waiting->phase != flight_phase::intended) return;
    const flight before = *waiting;
    const std::string message{beginning_of(what.message, 512)};
    so_far.add(answered{.intent = what.intent,
                        .outcome = what.kind,
                        .http_status = what.http_status,
                        .code = what.code,
                        .message = message,
                        .retry_after = what.retry_after});
    switch (what.kind) {
        case answer_kind::refused:
            so_far.add(effected{
                .intent = what.intent, .effect = effect_kind::refused, .detail = what.code});
            so_far.add(failure_notice(before.what, "refused, " + what.code + " " + message));
            return;
        case answer_kind::unknown:
            so_far.add(effected{
                .intent = what.intent, .effect = effect_kind::unknown, .detail = what.code});
            result.read_now = true;
            return;
        case answer_kind::accepted:
        case answer_kind::not_executed: return;
    }
}

void take_withheld(const withheld& what, draft& so_far) {
    const flight* waiting = find_flight(so_far.state(), what.intent);
    if (waiting == nullptr || waiting->phase != flight_phase::intended) return;
    withdraw(*waiting, std::string{withheld_mark} + what.why, so_far);
}

}  // namespace rolloutd::policies
