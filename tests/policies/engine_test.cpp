// DESIGN §6: Steps, and the story of a daemon that is killed (§3.3).

#include "policies/engine.h"

#include <gtest/gtest.h>

#include "tests/support/rollout_story.h"
#include "tests/support/scenes.h"

namespace rolloutd::tests {

using namespace policies;

TEST(steps, a_failed_reading_blinds_at_once_and_is_recorded_once_per_cause) {
    rollout_story story{{pausing()}};
    story.watch(a_ticket().batch(10), 2);
    story.after(5s).fail("timeout");
    story.after(5s).fail("timeout");
    EXPECT_TRUE(story.state().blind);
    EXPECT_EQ(story.all<blinded>().size(), 1u);
    story.after(5s).fail("reset");
    EXPECT_EQ(story.all<blinded>().size(), 2u);
    story.watch(a_ticket().batch(10), 1);
    EXPECT_FALSE(story.state().blind);
}

TEST(steps, a_ticket_that_nobody_tried_to_read_is_undetermined_too) {
    rollout_story story{{pausing()}};
    story.watch(a_ticket().batch(10), 2);
    story.after(15s).wake();
    EXPECT_FALSE(story.state().blind);
    story.after(1ms).wake();
    EXPECT_TRUE(story.state().blind);
    EXPECT_EQ(story.all<blinded>().back().origin, "schedule");
}

TEST(steps, a_flawed_reading_is_a_blind_step) {
    rollout_story story{{pausing()}};
    story.watch(a_ticket().batch(10), 1);
    reading odd = running(2);
    odd.stats.total = 19;
    story.after(5s).see(odd);
    EXPECT_FALSE(story.last().fresh);
    EXPECT_TRUE(story.sent().empty());
    EXPECT_EQ(story.all<blinded>().back().origin, "reading");
}

TEST(steps, nothing_is_sent_from_a_blind_step_whatever_its_rules_say) {
    rollout_story story{
        {a_policy().rule(a_rule("blind").when("ticket.unseen_for > duration(\"1s\")").do_pause())}};
    story.watch(running(2), 2);
    story.after(30s).fail();
    EXPECT_EQ(story.decision(), "suppressed/illegal");
    story.after(30s).fail();
    EXPECT_TRUE(story.sent().empty());
    EXPECT_EQ(story.all<decided>().size(), 1u);
}

TEST(steps, an_ended_ticket_is_let_go_when_its_details_agree) {
    rollout_story story{{pausing()}};
    const auto done = a_ticket().batch(2).with_details().in_batch(1, {{"FINISHED", 2}}).finished();
    story.watch(done, 1);
    EXPECT_TRUE(story.last().over);
}

TEST(steps, an_ended_ticket_whose_details_never_agree_is_let_go_after_ten_more_readings) {
    rollout_story story{{pausing()}};
    const auto late =
        a_ticket().batch(2).with_details().in_batch(1, {{"PROCESSING", 2}}).finished();
    story.watch(late, 10);
    EXPECT_FALSE(story.last().over);
    story.watch(late, 1);
    EXPECT_TRUE(story.last().over);
}

TEST(steps, an_operation_under_way_is_settled_before_the_ticket_is_let_go) {
    rollout_story story{{pausing()}};
    const auto going =
        a_ticket().batch(2).with_details().in_batch(1, {{"ABNORMAL", 1}, {"PROCESSING", 1}});
    story.see(going);
    const auto done = a_ticket().batch(2).with_details().finished().in_batch(
        1, {{"ABNORMAL", 1}, {"FINISHED", 1}});
    story.watch(done, 1);
    EXPECT_FALSE(story.last().over) << "the pause is not answered";
    story.answer(answer_kind::accepted);
    story.watch(done, 1);
    EXPECT_EQ(story.effect(), "overtaken");
    EXPECT_TRUE(story.last().over);
}

TEST(kill, an_intent_without_a_result_is_looked_for_and_not_sent_twice) {
    rollout_story story{{pausing()}};
    story.see(running(2));
    ASSERT_EQ(story.sent().size(), 1u);
    // Killed before the answer came; the pause had reached the cloud.
    story.after(20s).restart(story.now() - 20s);
    story.watch(a_ticket(running(2)).paused(), 5);
    EXPECT_EQ(story.sent().size(), 1u);
    EXPECT_EQ(story.effect(), "confirmed");
    EXPECT_EQ(story.state().pause_cause, pause_origin::policy);
}

TEST(kill, an_intent_that_never_reached_the_cloud_is_sent_again_after_a_look) {
    rollout_story story{{pausing()}};
    story.see(running(2));
    story.after(20s).restart(story.now() - 20s);
    story.after(1s).fail();
    EXPECT_EQ(story.sent().size(), 1u) << "not before the ticket is seen";
    story.watch(running(2), 1);
    EXPECT_EQ(story.sent().size(), 2u);
    EXPECT_EQ(story.all<intended>().back().attempt, 2);
}

TEST(kill, a_continue_on_the_wire_becomes_a_proposal) {
    rollout_story story{
        {a_policy().rule(a_rule("next").when("ticket.status == \"PAUSED\"").do_continue())}};
    const auto at_rest =
        a_ticket().batch(2, "PAUSE").batch(2).in_batch(1, {{"FINISHED", 2}}).paused();
    story.watch(a_ticket().batch(2, "PAUSE").batch(2).in_batch(1, {{"PROCESSING", 2}}), 2);
    story.watch(at_rest, 2);
    ASSERT_EQ(story.sent().size(), 1u);
    story.after(10s).restart(story.now() - 10s);
    story.watch(at_rest, 10);
    EXPECT_EQ(story.sent().size(), 1u);
    EXPECT_EQ(story.decision(), "propose");
}

TEST(kill, a_confirmed_pause_is_remembered) {
    rollout_story story{{pausing()}};
    story.see(running(2));
    story.answer(answer_kind::accepted);
    story.watch(a_ticket(running(2)).paused(), 1);
    story.after(1h).restart(story.now() - 1h);
    // Continued by a person meanwhile; the episode is spent.
    story.watch(running(2), 10);
    EXPECT_EQ(story.sent().size(), 1u);
}

}  // namespace rolloutd::tests
