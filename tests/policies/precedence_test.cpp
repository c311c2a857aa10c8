// DESIGN §6: Precedence, Ladders.

#include "policies/precedence.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/rollout_story.h"

namespace rolloutd::tests {

using namespace policies;

namespace {

a_ticket failing(int abnormal = 2, int finished = 0) {
    return a_ticket().batch(10).batch(10).with_details().in_batch(
        1, {{"ABNORMAL", abnormal}, {"FINISHED", finished}, {"PROCESSING", 10}});
}

std::string operation_of(const intended& what) { return std::string{to_text(what.what.what)}; }

}  // namespace

TEST(precedence, the_strongest_of_all_that_are_due_goes_first) {
    const std::string always = "count.abnormal > 0";
    rollout_story story{
        {a_policy()
             .rule(a_rule("e").each_instance().when("instance.id == 1005").do_cancel_instance())
             .rule(a_rule("c").when("ticket.current_batch == 1").do_cancel())
             .rule(a_rule("p").when(always).do_pause())}};
    story.see(failing());
    EXPECT_EQ(story.sent(), std::vector<std::string>{"pause"}) << "only a pause may act at first";
    story.answer(answer_kind::accepted);
    story.watch(failing(), 1);
    EXPECT_EQ(operation_of(story.all<intended>().back()), "cancel");
    story.watch(failing(), 1);
    EXPECT_EQ(story.sent().back(), "cancel");
}

TEST(precedence, losers_are_outranked_and_stay_due) {
    rollout_story story{
        {a_policy()
             .rule(a_rule("e").each_instance().when("instance.id == 1005").do_cancel_instance())
             .rule(a_rule("c").when("count.finished == 0").do_cancel())}};
    story.watch(failing(), 2);
    ASSERT_EQ(story.all<intended>().size(), 1u);
    EXPECT_EQ(operation_of(story.all<intended>()[0]), "cancel");
    const auto decisions = story.all<decided>();
    EXPECT_TRUE(std::ranges::any_of(decisions, [](const decided& each) {
        return each.rule == "e" && each.reason == suppression::outranked;
    }));
    // The condition of the stronger one ends before it is sent, and the weaker one has its turn.
    story.watch(failing(2, 1), 2);
    EXPECT_EQ(operation_of(story.all<intended>().back()), "cancel_instance");
}

TEST(precedence, ties_go_by_policy_then_rule_then_instance) {
    const auto host = [](const char* name) {
        return a_rule(name)
            .each_instance()
            .when("instance.id >= 1003 && instance.status == \"PROCESSING\"")
            .do_cancel_instance();
    };
    rollout_story story{{a_policy("zebra").rule(host("a")),
                         a_policy("ant").rule(host("second")).rule(host("first"))}};
    story.watch(failing(), 2);
    const auto intents = story.all<intended>();
    ASSERT_EQ(intents.size(), 1u);
    EXPECT_EQ(intents[0].policy, "ant");
    EXPECT_EQ(intents[0].rule, "second");
    EXPECT_EQ(intents[0].what.instance, 1003);
}

TEST(precedence, a_notice_never_competes) {
    rollout_story story{{a_policy()
                             .rule(a_rule("p").when("count.abnormal > 0").do_pause())
                             .rule(a_rule("n").when("count.abnormal > 0").do_notify())}};
    story.see(failing());
    EXPECT_EQ(story.sent().size(), 1u);
    EXPECT_EQ(story.all<notified>().size(), 1u);
}

TEST(precedence, a_proposal_outranks_nothing) {
    rollout_story story{
        {a_policy()
             .rule(a_rule("c").when("count.abnormal > 0").then(action::cancel, 0s, true))
             .rule(a_rule("e").each_instance().when("instance.id == 1005").do_cancel_instance())}};
    story.watch(failing(), 3);
    EXPECT_EQ(story.sent(), std::vector<std::string>{"cancel_instance 1005"});
}

TEST(ladders, each_step_is_taken_once_and_after_the_one_before_is_done) {
    rollout_story story{{a_policy().rule(a_rule("escalate")
                                             .when("count.abnormal > 0")
                                             .do_notify()
                                             .do_pause()
                                             .then(action::cancel, 30min))}};
    story.see(failing());
    EXPECT_EQ(story.all<notified>().size(), 1u);
    EXPECT_EQ(story.sent(), std::vector<std::string>{"pause"});
    story.answer(answer_kind::accepted);
    story.watch(failing().paused(), 1);
    EXPECT_EQ(story.effect(), "confirmed");
    const timestamp done = story.now();
    EXPECT_EQ(story.last().wake_at, done + 30min);
    while (story.now() + 15s < done + 30min)
        story.watch(failing().paused(), 1, 15s);
    EXPECT_EQ(story.all<intended>().size(), 1u);
    story.watch(failing().paused(), 2, 15s);
    EXPECT_EQ(story.sent(), (std::vector<std::string>{"pause", "cancel"}));
    story.answer(answer_kind::accepted);
    story.watch(failing().canceled(), 5);
    EXPECT_EQ(story.sent().size(), 2u);
    EXPECT_EQ(story.all<notified>().size(), 1u);
}

TEST(ladders, a_goal_that_already_holds_counts_as_done) {
    rollout_story story{
        {a_policy().rule(a_rule("x").when("count.abnormal > 0").do_pause().do_notify())}};
    story.watch(failing().paused(), 2);
    EXPECT_EQ(story.all<decided>().at(0).reason, suppression::already);
    EXPECT_EQ(story.all<notified>().size(), 1u);
    EXPECT_TRUE(story.sent().empty());
    EXPECT_EQ(story.state().rules.at({"web", "x", {}}).step, 2);
}

TEST(ladders, a_notice_does_not_wait_for_a_suppressed_step_before_it) {
    rollout_story story{{a_policy().rule(
        a_rule("x").when("count.abnormal > 0").do_continue().do_notify().do_pause())}};
    story.watch(failing(), 5);
    EXPECT_EQ(story.all<notified>().size(), 1u);
    EXPECT_TRUE(story.sent().empty()) << "the pause waits behind the continue";
    EXPECT_EQ(story.all<decided>().at(1).reason, suppression::illegal);
}

TEST(ladders, false_ends_the_ladder_and_the_next_episode_begins_at_its_foot) {
    rollout_story story{
        {a_policy().rule(a_rule("x").when("count.finished != 1").do_notify().do_pause())}};
    story.see(failing());
    story.answer(answer_kind::accepted);
    story.watch(failing().paused(), 1);
    story.watch(failing(2, 1), 1);
    story.watch(failing(2, 2), 1);
    EXPECT_EQ(story.all<notified>().size(), 2u);
    EXPECT_EQ(story.sent().size(), 2u);
}

TEST(ladders, undetermined_freezes_the_time_between_steps) {
    rollout_story story{{a_policy().rule(a_rule("x")
                                             .needs("count.unknown == 0")
                                             .when("count.abnormal > 0")
                                             .do_notify()
                                             .then(action::pause, 30s))}};
    const auto unclear = a_ticket().batch(10).batch(10).in_batch(
        1, {{"ABNORMAL", 2}, {"ODD", 1}, {"PROCESSING", 9}});
    const auto clear = a_ticket().batch(10).batch(10).in_batch(1, {{"ABNORMAL", 2}});
    story.watch(clear, 4);    // the notice, then 15 s
    story.watch(unclear, 5);  // nothing counts until it is clear again
    story.watch(clear, 2);
    EXPECT_TRUE(story.sent().empty());
    story.watch(clear, 1);
    EXPECT_EQ(story.sent().size(), 1u);
}

TEST(ladders, in_observe_the_whole_ladder_is_shown) {
    rollout_story story{{a_policy()
                             .mode(mode::observe)
                             .rule(a_rule("x")
                                       .when("count.abnormal > 0")
                                       .do_notify()
                                       .do_pause()
                                       .then(action::cancel, 1min))}};
    story.watch(failing(), 20);
    const auto decisions = story.all<decided>();
    ASSERT_EQ(decisions.size(), 3u);
    EXPECT_EQ(decisions[2].do_, action::cancel);
    EXPECT_TRUE(story.all<notified>().empty());
}

}  // namespace rolloutd::tests
