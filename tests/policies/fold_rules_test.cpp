// What verdicts, decisions and ends of operations change in the memory of a rule.

#include <gtest/gtest.h>

#include "policies/fold.h"
#include "tests/support/scenes.h"

namespace rolloutd::tests {

using namespace policies;

namespace {

verdict_changed to(verdict what, int episode, duration held = 0s) {
    return {.policy = "web",
            .rule = "x",
            .who = {},
            .to = what,
            .reason = {},
            .held = held,
            .episode = episode,
            .definition = "d",
            .evidence = {}};
}

const rule_state& memory(const ticket_state& state) { return state.rules.at({"web", "x", {}}); }

}  // namespace

TEST(fold_rules, true_opens_an_episode_and_only_false_ends_it) {
    ticket_state state;
    apply(state, to(verdict::yes, 1), {.seq = 1, .at = midnight});
    EXPECT_TRUE(memory(state).open);
    apply(state, to(verdict::undetermined, 1, 4s), {.seq = 2, .at = midnight + 5s});
    EXPECT_TRUE(memory(state).open);
    EXPECT_EQ(memory(state).held_before, 4s);
    EXPECT_FALSE(memory(state).true_since);
    apply(state, to(verdict::no, 1), {.seq = 3, .at = midnight + 9s});
    EXPECT_FALSE(memory(state).open);
    EXPECT_EQ(memory(state).held_before, 0s);
    EXPECT_EQ(memory(state).episode, 1);
}

TEST(fold_rules, of_a_rule_that_never_held_nothing_is_kept) {
    ticket_state state;
    apply(state, to(verdict::undetermined, 0), {.seq = 1, .at = midnight});
    EXPECT_EQ(memory(state).now, verdict::undetermined);
    apply(state, to(verdict::no, 0), {.seq = 2, .at = midnight + 5s});
    EXPECT_TRUE(state.rules.empty());
}

TEST(fold_rules, steps_that_went_ahead_are_passed_over) {
    rule_state rule;
    rule.open = true;
    finish_step(rule, 1, midnight);
    finish_step(rule, 2, midnight);
    EXPECT_EQ(rule.step, 0);
    finish_step(rule, 0, midnight + 1s);
    EXPECT_EQ(rule.step, 3);
    EXPECT_EQ(rule.step_before_done, midnight + 1s);
    EXPECT_TRUE(rule.told.empty());
}

TEST(fold_rules, an_end_after_the_episode_leaves_the_next_one_alone) {
    ticket_state state;
    apply(state, to(verdict::yes, 1), {.seq = 1, .at = midnight});
    const intended intent{.decision = 0,
                          .policy = "web",
                          .rule = "x",
                          .who = {},
                          .episode = 1,
                          .step = 0,
                          .what = {.what = action::pause, .batch = {}, .instance = {}},
                          .attempt = 1,
                          .status = "PROCESSING",
                          .current_batch = 1};
    apply(state, intent, {.seq = 2, .at = midnight});
    apply(state, to(verdict::no, 1), {.seq = 3, .at = midnight});
    apply(state, to(verdict::yes, 2), {.seq = 4, .at = midnight});
    apply(state, effected{.intent = 2, .effect = effect_kind::confirmed, .detail = {}},
          {.seq = 5, .at = midnight});
    EXPECT_EQ(memory(state).step, 0);
    EXPECT_TRUE(state.flights.empty());
}

TEST(fold_rules, a_settled_instance_was_not_left_unsettled) {
    const reading what =
        a_ticket().batch(3).with_details().in_batch(1, {{"FINISHED", 1}, {"PROCESSING", 1}});
    EXPECT_EQ(unsettled_of(what, 1), (std::set<instance_id>{1002, 1003}));
    EXPECT_TRUE(unsettled_of(what, 2).empty());
}

}  // namespace rolloutd::tests
