// One whole step: what decide() concludes is recorded and folded, then what is volatile is noted.
// And the way back, from records to inputs, for replay.

#include <algorithm>

#include "policies/engine.h"
#include "policies/operator_acts.h"
#include "policies/reading_check.h"
#include "policies/sending.h"

namespace rolloutd::policies {

namespace {

void note_fresh(ticket_state& state, const seen& what, const context& around) {
    const bool same_rules = state.generation == around.rules.generation;
    state.fresh_readings = same_rules ? std::min(state.fresh_readings + 1, 2) : 1;
    state.generation = around.rules.generation;
    state.fresh_until = around.now;
    state.planned = what.planned;
    state.candidate.reset();
    state.candidate_readings = 0;
    const bool over = is_terminal(classify(state.last->info.status));
    state.terminal_readings = over ? state.terminal_readings + 1 : 0;
}

// Counts readings that agree with each other about a changed ticket.
void note_flawed(ticket_state& state, const reading& what, const context& around) {
    const auto found = find_flaw(what, state, around.rules);
    if (!found || !found->baseline) return;
    const bool same = state.candidate && agrees_with(what, *state.candidate);
    state.candidate_readings = same ? state.candidate_readings + 1 : 1;
    state.candidate = what;
}

// A proposal has its number only now.
void number_views(outcome& result, const proposed& opened, const stamp& where) {
    if (opened.fate != proposal_fate::open) return;
    const rule_key key{opened.policy, opened.rule, opened.who};
    for (rule_view& each : result.views) {
        if (each.key == key) each.proposal = where.seq;
    }
}

void note_volatile(ticket_state& state, const input& what, const context& around,
                   const outcome& result) {
    if (const auto* look = std::get_if<seen>(&what)) {
        state.wake_at = result.wake_at;
        if (result.fresh) {
            note_fresh(state, *look, around);
        } else if (const auto* flawed = std::get_if<reading>(&look->what)) {
            note_flawed(state, *flawed, around);
        }
    }
    if (const auto* told = std::get_if<answer>(&what)) {
        if (state.permitted == told->intent) state.permitted = 0;
    }
    if (const auto* kept = std::get_if<withheld>(&what)) {
        if (state.permitted == kept->intent) state.permitted = 0;
    }
    if (result.send) state.permitted = result.send_intent;
}

}  // namespace

outcome step(ticket_state& state, const input& what, const context& around,
             const append_event& append) {
    outcome result = decide(what, state, around);
    for (event& each : result.events) {
        bind_references(each, state);
        const stamp where = append(each);
        apply(state, each, where);
        if (const auto* opened = std::get_if<proposed>(&each)) number_views(result, *opened, where);
        const auto* intent = std::get_if<intended>(&each);
        // Without a number the permit is for the one intent that this step concludes.
        if (intent != nullptr && result.send && result.send_intent == 0) {
            result.send = *intent;
            result.send_intent = where.seq;
        }
    }
    note_volatile(state, what, around, result);
    return result;
}

namespace {

// What was read then, without what was known before.
reading as_read(const observed& recorded) {
    reading what = recorded.what;
    std::erase_if(what.details, [&recorded](const batch_detail& each) {
        return std::ranges::find(recorded.read, each.index) == recorded.read.end();
    });
    return what;
}

}  // namespace

std::optional<input> replayed_input(const event& recorded) {
    if (const auto* look = std::get_if<observed>(&recorded)) {
        return seen{.what = as_read(*look), .planned = look->planned};
    }
    if (const auto* blind = std::get_if<blinded>(&recorded)) {
        // It was silent for long enough, whatever was planned: the least counts.
        if (blind->origin == "schedule") return wake{.planned = duration{1}};
        return seen{.what = failed_reading{.origin = blind->origin,
                                           .code = blind->code,
                                           .detail = blind->detail,
                                           .not_found = false},
                    .planned = {}};
    }
    if (const auto* told = std::get_if<answered>(&recorded)) {
        return answer{.intent = told->intent,
                      .kind = told->outcome,
                      .http_status = told->http_status,
                      .code = told->code,
                      .message = told->message,
                      .retry_after = told->retry_after};
    }
    if (const auto* effect = std::get_if<effected>(&recorded)) {
        const std::string_view detail = effect->detail;
        if (effect->effect == effect_kind::withdrawn && detail.starts_with(withheld_mark)) {
            return withheld{.intent = effect->intent,
                            .why = std::string{detail.substr(withheld_mark.size())}};
        }
        if (detail == expired_detail) return wake{};
    }
    if (const auto* act = std::get_if<held>(&recorded)) return act_of(*act);
    if (const auto* act = std::get_if<released>(&recorded)) return act_of(*act);
    if (const auto* act = std::get_if<operated>(&recorded)) {
        // That a ticket came to be watched, or no longer is, is no business of its rules.
        if (act->command == "add" || act->command == "remove") return std::nullopt;
        return act_of(*act);
    }
    // Without a reading before it, it has expired in its time.
    if (std::holds_alternative<proposed>(recorded)) return wake{};
    return std::nullopt;
}

void prepare_replay(ticket_state& state, const event& recorded) {
    if (const auto* look = std::get_if<observed>(&recorded)) {
        state.fresh_until = look->last_fresh;
        if (look->new_baseline) {
            state.candidate = look->what;
            state.candidate_readings = 2;
        }
    }
    if (const auto* blind = std::get_if<blinded>(&recorded)) state.fresh_until = blind->last_fresh;
}

}  // namespace rolloutd::policies
