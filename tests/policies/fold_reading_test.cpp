// What a reading changes in the state, and what a gap ends.

#include <gtest/gtest.h>

#include "policies/fold.h"
#include "tests/support/rollout_story.h"
#include "tests/support/scenes.h"

namespace rolloutd::tests {

using namespace policies;

namespace {

observed seen_at(const reading& what, std::optional<timestamp> last, bool continuous = true) {
    return {.what = what,
            .last_fresh = last,
            .continuous = continuous,
            .planned = 5s,
            .read = {},
            .doubtful = {},
            .new_baseline = false};
}

a_ticket going(int finished) {
    return a_ticket().batch(4).batch(4).with_details().in_batch(
        1, {{"FINISHED", finished}, {"PROCESSING", 4}});
}

}  // namespace

TEST(fold_reading, the_first_one_sets_the_baseline) {
    ticket_state state;
    apply(state, seen_at(going(0), std::nullopt, false), {.seq = 1, .at = midnight});
    EXPECT_EQ(state.baseline_total, 8);
    EXPECT_EQ(state.first_seen, midnight);
    EXPECT_EQ(state.seen_at, midnight);
    EXPECT_EQ(state.running_batch, 1);
    EXPECT_EQ(state.instances.size(), 4u) << "only what has begun is tracked";
}

TEST(fold_reading, the_active_clock_stops_at_the_last_reading_that_showed_processing) {
    ticket_state state;
    apply(state, seen_at(going(0), std::nullopt, false), {.seq = 1, .at = midnight});
    apply(state, seen_at(going(1).paused(), midnight + 8s), {.seq = 2, .at = midnight + 12s});
    EXPECT_EQ(active_clock(state, midnight + 1h), 8s);
}

TEST(fold_reading, a_gap_ends_every_stretch_at_the_last_fresh_reading) {
    ticket_state state;
    rule_state& rule = state.rules[{"web", "x", {}}];
    rule.now = verdict::yes;
    rule.true_since = midnight;
    rule.step_before_done = midnight + 2s;
    state.active_since = midnight;
    apply(state, seen_at(going(0), midnight + 10s, false), {.seq = 1, .at = midnight + 1h});
    EXPECT_EQ(rule.held_before, 10s);
    EXPECT_EQ(rule.true_since, midnight + 1h);
    EXPECT_EQ(rule.step_before_done, midnight + 2s + (1h - 10s));
    EXPECT_EQ(active_clock(state, midnight + 1h + 3s), 13s);
}

TEST(fold_reading, what_an_instance_took_is_remembered_once_it_ends) {
    ticket_state state;
    apply(state, seen_at(going(0), std::nullopt, false), {.seq = 1, .at = midnight});
    apply(state, seen_at(going(1), midnight), {.seq = 2, .at = midnight + 7s});
    EXPECT_EQ(state.instances.at(1001).took, 7s);
    EXPECT_TRUE(state.instances.at(1001).finished);
    EXPECT_FALSE(state.instances.at(1002).took);
    EXPECT_EQ(state.batches.at(1).changed, 7s);
    EXPECT_EQ(state.batches.at(2).changed, 0s);
}

}  // namespace rolloutd::tests
