// The fold as a whole: totals, restarts, and that any event applies to any state.

#include "policies/ticket_state.h"

#include <gtest/gtest.h>

#include "tests/support/scenes.h"

namespace rolloutd::tests {

using namespace policies;

namespace {

intended pause_of(int attempt) {
    return {.decision = 0,
            .policy = "web",
            .rule = "x",
            .who = {},
            .episode = 1,
            .step = 0,
            .what = {.what = action::pause, .batch = {}, .instance = {}},
            .attempt = attempt,
            .status = "PROCESSING",
            .current_batch = 1};
}

answered answer_of(sequence intent, answer_kind kind) {
    return {.intent = intent,
            .outcome = kind,
            .http_status = 0,
            .code = {},
            .message = {},
            .retry_after = {}};
}

}  // namespace

TEST(ticket_state, a_further_try_takes_the_place_of_the_one_before_and_counts_once) {
    ticket_state state;
    apply(state, pause_of(1), {.seq = 1, .at = midnight});
    apply(state, answer_of(1, answer_kind::unknown), {.seq = 2, .at = midnight + 1s});
    apply(state, pause_of(2), {.seq = 3, .at = midnight + 2s});
    ASSERT_EQ(state.flights.size(), 1u);
    EXPECT_EQ(state.flights[0].intent, 3u);
    EXPECT_EQ(state.flights[0].first_intent, midnight);
    apply(state, answer_of(3, answer_kind::accepted), {.seq = 4, .at = midnight + 3s});
    EXPECT_EQ(state.totals.at({"web", "x", {}}).times, 1);
}

TEST(ticket_state, the_backoff_doubles_up_to_half_a_minute) {
    const auto wait_of = [](int attempt, duration retry_after) {
        ticket_state state;
        apply(state, pause_of(attempt), {.seq = 1, .at = midnight});
        answered what = answer_of(1, answer_kind::not_executed);
        what.retry_after = retry_after;
        apply(state, what, {.seq = 2, .at = midnight});
        return state.flights.at(0).wait;
    };
    EXPECT_EQ(wait_of(1, 0s), 1s);
    EXPECT_EQ(wait_of(4, 0s), 8s);
    EXPECT_EQ(wait_of(6, 0s), 30s);
    EXPECT_EQ(wait_of(1'000'000, 0s), 30s);
    EXPECT_EQ(wait_of(1, 45s), 45s);
}

TEST(ticket_state, a_restart_makes_what_was_on_the_wire_unknown) {
    ticket_state state;
    apply(state, pause_of(1), {.seq = 1, .at = midnight});
    apply(state, restarted{.seen_until = midnight}, {.seq = 2, .at = midnight + 1min});
    EXPECT_EQ(state.flights.at(0).phase, flight_phase::unknown);
    EXPECT_EQ(state.flights.at(0).since, midnight + 1min);
    EXPECT_EQ(state.totals.at({"web", "x", {}}).times, 1) << "it may have reached the cloud";
}

TEST(ticket_state, a_restart_ends_what_had_been_seen_when_it_was_seen_last) {
    ticket_state state;
    state.seen_at = midnight;
    state.rules[{"web", "x", {}}] = {.now = verdict::yes, .true_since = midnight};
    ticket_state blind = state;
    blind.blind = true;
    apply(state, restarted{.seen_until = midnight + 20s}, {.seq = 1, .at = midnight + 1h});
    apply(blind, restarted{.seen_until = midnight + 20s}, {.seq = 1, .at = midnight + 1h});
    EXPECT_EQ(state.rules.at({"web", "x", {}}).held_before, 20s);
    EXPECT_EQ(blind.rules.at({"web", "x", {}}).held_before, 0s);
    EXPECT_FALSE(state.rules.at({"web", "x", {}}).true_since);
}

TEST(ticket_state, any_event_applies_to_any_state) {
    ticket_state state;
    const std::vector<event> events{watched{},  unwatched{}, observed{},  blinded{},
                                    decided{},  intended{},  answered{},  effected{},
                                    notified{}, foreign{},   restarted{}, verdict_changed{}};
    sequence seq = 0;
    for (const event& first : events) {
        for (const event& second : events) {
            apply(state, first, {.seq = ++seq, .at = midnight});
            apply(state, second, {.seq = ++seq, .at = midnight});
        }
    }
    EXPECT_TRUE(same_durable_state(state, state));
    ticket_state other = state;
    other.paused_by = "somebody";
    EXPECT_FALSE(same_durable_state(state, other));
    other = state;
    other.fresh_readings = 7;
    EXPECT_TRUE(same_durable_state(state, other)) << "what is volatile does not count";
}

TEST(ticket_state, an_intent_names_the_decision_before_it) {
    ticket_state state;
    decided decision;
    decision.policy = "web";
    decision.rule = "x";
    apply(state, decision, {.seq = 41, .at = midnight});
    event intent = pause_of(1);
    bind_references(intent, state);
    EXPECT_EQ(std::get<intended>(intent).decision, 41u);
}

}  // namespace rolloutd::tests
