// What an explanation must not say: everything that it tells is so, of large tickets too.

#include <gmock/gmock.h>

#include "policies/explain.h"
#include "tests/support/explained.h"

namespace rolloutd::tests {
namespace {

using policies::action;
using policies::explanation;
using policies::told_rule;
using policies::verdict;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// So that nothing has acted yet, and anything may.
explanation tell_after_a_freeze(rollout_story& story, const a_ticket& seen) {
    story.fleet().frozen = true;
    story.watch(seen, 2);
    story.fleet().frozen = false;
    return told_of(story);
}

// One policy whose match asks for a label that the ticket does not have, with one rule of each
// kind.
a_policy labelled() {
    return a_policy()
        .match("ticket.labels[\"tier\"] == \"prod\"")
        .rule(a_rule("all").when("count.abnormal >= 3").do_pause())
        .rule(a_rule("b").each_batch().when("batch.count.abnormal > 0").do_skip())
        .rule(a_rule("i")
                  .each_instance()
                  .when("instance.status == \"ABNORMAL\"")
                  .do_cancel_instance());
}

TEST(explain, a_match_that_is_undetermined_is_told_and_nothing_else_of_its_rules) {
    rollout_story story({labelled()});
    story.watch(of_two_batches(2, 1, 4), 2);
    const explanation found = told_of(story);
    ASSERT_EQ(found.rules.size(), 3U) << "one line for each rule";
    for (const told_rule& each : found.rules) {
        EXPECT_EQ(each.now, verdict::undetermined);
        EXPECT_EQ(each.word, "undetermined");
        ASSERT_EQ(each.clauses.size(), 1U);
        EXPECT_EQ(each.clauses[0].part, "match");
        EXPECT_EQ(each.clauses[0].now, verdict::undetermined);
        EXPECT_THAT(each.clauses[0].said, HasSubstr("[no_such_key]"));
        EXPECT_THAT(each.verdict_said, HasSubstr("whether its policy is for this ticket"));
        EXPECT_THAT(each.margins, IsEmpty());
        EXPECT_EQ(each.distance, policies::margin{});
    }
    EXPECT_EQ(found.rules[1].every, "batch");
    EXPECT_EQ(found.rules[2].every, "instance");
}

TEST(explain, a_match_that_is_undetermined_lets_no_time_make_a_rule_true) {
    rollout_story story({a_policy()
                             .match("ticket.labels[\"tier\"] == \"prod\"")
                             .rule(a_rule("old").when("count.abnormal > 0").do_pause())});
    story.watch(of_two_batches(2, 1, 4), 2);
    EXPECT_THAT(first_of(story).margins, IsEmpty()) << "its own condition holds already";
}

TEST(explain, of_many_subjects_five_are_told_and_the_rest_is_counted) {
    rollout_story story(
        {a_policy().rule(a_rule("hung")
                             .each_instance()
                             .when("instance.batch == 1 ? true : ticket.labels[\"x\"] == \"y\"")
                             .do_cancel_instance())});
    const explanation found = tell_after_a_freeze(story, of_two_batches(0, 0, 200));
    ASSERT_EQ(found.rules.size(), 5U);
    EXPECT_EQ(found.rules[0].word, "") << "what acts is told first";
    EXPECT_EQ(found.rules[3].rest, "");
    EXPECT_EQ(found.rules[4].rest,
              "205 more instances are not told one by one: 195 true, 10 undetermined");
}

TEST(explain, what_acts_is_among_those_that_are_told) {
    rollout_story story({a_policy().rule(
        a_rule("hung").each_instance().when("instance.batch == 1").do_cancel_instance())});
    a_ticket ticket;
    ticket.batch(10).processing().current(1).with_details().in_batch(
        1, {{"FINISHED", 9}, {"PROCESSING", 1}});
    const explanation found = tell_after_a_freeze(story, ticket);
    ASSERT_EQ(found.rules.size(), 5U);
    EXPECT_EQ(to_text(found.rules[0].key.who), "instance:1010");
}

TEST(explain, a_first_step_that_waits_is_told_when_it_acts_and_not_before) {
    rollout_story story({a_policy().rule(
        a_rule("slow").when("count.abnormal > 0").hold(30s).then(action::cancel, 30min))});
    story.watch(of_two_batches(2, 1, 4), 4);
    const told_rule told = first_of(story);
    // True since 10:00:05.
    EXPECT_EQ(told.verdict_said, "true for 15s of 30s; would cancel at 10:30:35Z");
    EXPECT_EQ(told.why, "then: it would cancel 30m later");
}

TEST(explain, what_is_withheld_is_not_said_to_act) {
    rollout_story story({a_policy()
                             .mode(policies::mode::observe)
                             .rule(a_rule("p").when("count.abnormal > 0").hold(30s).do_pause())});
    story.watch(of_two_batches(21, 3, 6), 4);
    EXPECT_THAT(first_of(story).verdict_said, HasSubstr("the 30s are over at "));
    rollout_story told({a_policy()
                            .mode(policies::mode::observe)
                            .rule(a_rule("n").when("count.abnormal > 3").do_notify())});
    told.watch(of_two_batches(2, 1, 4), 2);
    EXPECT_THAT(first_of(told).why, HasSubstr("[mode]"));
}

TEST(explain, a_record_that_is_not_written_yet_is_not_named) {
    const auto telling = [](policies::mode ceiling) {
        return a_policy().mode(ceiling).rule(a_rule("n").when("count.abnormal > 0").do_pause());
    };
    rollout_story story({telling(policies::mode::enforce)});
    story.fleet().frozen = true;
    story.watch(of_two_batches(2, 1, 4), 2);
    story.reload({telling(policies::mode::observe)});
    EXPECT_EQ(first_of(story).word, "mode");
    EXPECT_THAT(first_of(story).why, ::testing::Not(HasSubstr("recorded as decision")));
    story.watch(of_two_batches(2, 1, 4), 1);
    EXPECT_THAT(first_of(story).why, HasSubstr("recorded as decision"));
}

TEST(explain, a_reload_asks_for_two_readings_as_the_engine_does) {
    const auto skipping = [] {
        return a_policy().rule(a_rule("skip").when("count.abnormal > 0").do_skip());
    };
    rollout_story story({skipping()});
    EXPECT_EQ(tell_after_a_freeze(story, of_two_batches(2, 1, 4)).rules[0].word, "");
    story.reload({skipping()});
    EXPECT_EQ(first_of(story).word, "first_reading") << "not read since";
    story.watch(of_two_batches(2, 1, 4), 1);
    EXPECT_EQ(first_of(story).word, "first_reading") << "read once since";
    EXPECT_EQ(story.decision(), "suppressed/freeze");
    story.watch(of_two_batches(2, 1, 4), 1);
    EXPECT_EQ(story.decision(), "act");
}

TEST(explain, counts_are_supposed_of_the_current_batch_alone) {
    rollout_story story({a_policy().rule(a_rule("b")
                                             .each_batch()
                                             .needs("batch.count.settled >= 5")
                                             .when("batch.count.abnormal >= 2")
                                             .do_skip())});
    story.watch(of_two_batches(1, 1, 5), 3);
    const explanation found = told_of(story);
    ASSERT_EQ(found.rules.size(), 2U);
    EXPECT_THAT(found.rules[0].margins,
                Contains("3 more failures of the 5 that are still open in it would make it true"));
    EXPECT_THAT(found.rules[1].margins, IsEmpty()) << "its own hosts may yet fail";
}

}  // namespace
}  // namespace rolloutd::tests
