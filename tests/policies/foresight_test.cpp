#include "policies/foresight.h"

#include <gtest/gtest.h>

#include "tests/support/rollout_story.h"

namespace rolloutd::tests {
namespace {

using policies::foresee;
using policies::foresight;

constexpr policies::duration horizon = 60s;

// 100 instances in five batches; the first two are at work.
a_ticket a_hundred(int abnormal, int finished) {
    a_ticket ticket;
    for (int batch = 1; batch <= 5; ++batch)
        ticket.batch(20);
    return ticket.processing().current(1).with_details().in_batch(
        1, {{"ABNORMAL", abnormal}, {"FINISHED", finished}, {"PROCESSING", 5}});
}

foresight ahead_of(rollout_story& story) {
    const policies::context around{story.rules(), story.fleet(), story.now()};
    return foresee(story.state(), story.last(), around, horizon);
}

foresight ahead_of(const a_rule& what, const a_ticket& seen) {
    rollout_story story({a_policy().rule(what)});
    story.see(seen);
    return ahead_of(story);
}

TEST(foresight, tells_how_many_failures_a_rule_is_away) {
    const a_rule three = a_rule("three").when("count.abnormal >= 3").do_pause();
    EXPECT_EQ(ahead_of(three, a_hundred(1, 4)).failures_away, 2);
    EXPECT_EQ(ahead_of(three, a_hundred(0, 4)).failures_away, 3);
}

TEST(foresight, follows_variables_and_needs) {
    const auto seen = [](const a_ticket& what) {
        rollout_story story({a_policy()
                                 .variable("judged", "count.finished + count.abnormal")
                                 .variable("failed", "percent(count.abnormal, judged)")
                                 .rule(a_rule("share")
                                           .needs("judged >= 10")
                                           .when("failed > ticket.failure_allowed")
                                           .do_pause())});
        story.see(what);
        return ahead_of(story);
    };
    EXPECT_EQ(seen(a_hundred(1, 8)).failures_away, 1);
    EXPECT_EQ(seen(a_hundred(1, 8)).finishes_away, 0) << "one of ten is not more than a tenth";
    EXPECT_EQ(seen(a_hundred(2, 6)).finishes_away, 2) << "two of ten are, but not of thirty";
}

TEST(foresight, counts_an_instance_in_the_details_of_its_batch) {
    const a_rule what = a_rule("batch").each_batch().when("batch.count.abnormal >= 4").do_notify();
    EXPECT_EQ(ahead_of(what, a_hundred(2, 3)).failures_away, 2);
}

TEST(foresight, knows_of_no_distance_that_is_out_of_reach) {
    const a_rule what = a_rule("most").when("count.abnormal > 80").do_pause();
    EXPECT_EQ(ahead_of(what, a_hundred(1, 4)).failures_away, 0);
}

TEST(foresight, tells_when_time_alone_makes_a_rule_true) {
    rollout_story story({a_policy().rule(
        a_rule("still").when(R"(ticket.unchanged_for >= duration("40s"))").do_notify())});
    story.see(a_hundred(0, 4));
    const auto asked = ahead_of(story).asked;
    ASSERT_TRUE(asked);
    EXPECT_GE(*asked, story.now() + 40s);
    EXPECT_LE(*asked, story.now() + 41s);
}

TEST(foresight, does_not_look_beyond_its_horizon) {
    const a_rule what = a_rule("old").when(R"(ticket.unchanged_for > duration("2h"))").do_notify();
    EXPECT_FALSE(ahead_of(what, a_hundred(0, 4)).asked);
}

TEST(foresight, asks_for_a_reading_when_a_for_ends) {
    const a_rule what = a_rule("bad").when("count.abnormal > 0").hold(10s).do_pause();
    rollout_story story({a_policy().rule(what)});
    story.see(a_hundred(1, 4));
    const foresight found = ahead_of(story);
    EXPECT_TRUE(found.holding);
    EXPECT_FALSE(found.quiet);
    EXPECT_EQ(found.asked, story.now() + 10s);
}

TEST(foresight, looks_out_for_the_effect_of_an_operation) {
    rollout_story story({a_policy().rule(a_rule("bad").when("count.abnormal > 0").do_pause())});
    story.see(a_hundred(1, 4));
    ASSERT_EQ(story.sent().size(), 1U);
    story.answer(policies::answer_kind::accepted);
    EXPECT_TRUE(ahead_of(story).awaiting);
}

TEST(foresight, leaves_rules_out_that_are_true_already) {
    const a_rule what = a_rule("bad").when("count.abnormal > 0").do_notify();
    EXPECT_EQ(ahead_of(what, a_hundred(1, 4)).failures_away, 0);
}

TEST(foresight, leaves_policies_out_that_are_for_other_tickets) {
    rollout_story story({a_policy()
                             .match(R"(ticket.name == "another")")
                             .rule(a_rule("bad").when("count.abnormal > 1").do_pause())});
    story.see(a_hundred(1, 4));
    EXPECT_EQ(ahead_of(story).failures_away, 0);
}

TEST(foresight, takes_a_paused_or_ready_ticket_for_quiet) {
    const a_rule what = a_rule("bad").when("count.abnormal > 1").do_pause();
    EXPECT_TRUE(ahead_of(what, a_hundred(1, 4).paused()).quiet);
    a_ticket ready = a_ticket().batch(10).ready();
    EXPECT_TRUE(ahead_of(what, ready).quiet);
    EXPECT_FALSE(ahead_of(what, a_hundred(0, 4)).quiet);
}

TEST(foresight, takes_a_ticket_for_quiet_in_which_nothing_has_changed_for_long) {
    rollout_story story({a_policy().rule(a_rule("bad").when("count.abnormal > 1").do_pause())});
    story.see(a_hundred(0, 4));
    story.watch(a_hundred(0, 4), 11);
    EXPECT_FALSE(ahead_of(story).quiet) << "it has changed within the horizon";
    story.watch(a_hundred(0, 4), 1);
    EXPECT_TRUE(ahead_of(story).quiet);
    story.watch(a_hundred(1, 4), 13);
    EXPECT_FALSE(ahead_of(story).quiet) << "one more failure is all that it takes";
}

TEST(foresight, changes_nothing_of_the_ticket) {
    rollout_story story({a_policy().rule(a_rule("bad").when("count.abnormal > 1").do_pause())});
    story.see(a_hundred(0, 4));
    const policies::ticket_state before = story.state();
    ahead_of(story);
    EXPECT_TRUE(policies::same_durable_state(before, story.state()));
    EXPECT_EQ(ahead_of(story), ahead_of(story));
}

}  // namespace
}  // namespace rolloutd::tests
