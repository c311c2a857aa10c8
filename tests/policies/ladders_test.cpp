// DESIGN §6 Ladders: from when `after` counts, what freezes it, and who waits for whom.

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/rollout_story.h"

namespace rolloutd::tests::ladders_story {

using namespace policies;

namespace {

const rule_key ladder{"web", "x", {}};

a_ticket failing(int finished = 0) {
    return a_ticket().batch(10).batch(10).with_details().in_batch(
        1, {{"ABNORMAL", 2}, {"FINISHED", finished}, {"PROCESSING", 8 - finished}});
}

a_rule pause_then_cancel() {
    return a_rule("x").when("count.abnormal > 0").do_pause().then(action::cancel, 30s);
}

// Expects the cancel's intent exactly at `due`, and a reading planned for it.
void expect_cancel_at(rollout_story& story, const reading& what, timestamp due) {
    const std::size_t before = story.all<intended>().size();
    EXPECT_EQ(story.last().wake_at, due);
    while (story.now() + 5s < due)
        story.watch(what, 1);
    story.after(due - 1ms - story.now()).see(what);
    EXPECT_EQ(story.all<intended>().size(), before) << "a millisecond too early";
    story.after(1ms).see(what);
    ASSERT_EQ(story.all<intended>().size(), before + 1);
    EXPECT_EQ(story.all<intended>().back().what.what, action::cancel);
}

}  // namespace

TEST(ladder_after, counts_from_the_confirmation_and_the_pause_that_it_made_does_not_freeze_it) {
    rollout_story story{{a_policy().rule(pause_then_cancel())}};
    story.see(failing());
    story.answer(answer_kind::accepted);
    story.watch(failing(), 12);  // pending for a minute
    EXPECT_EQ(story.effect(), "pending");
    EXPECT_EQ(story.all<intended>().size(), 1u) << "the pause is not done yet";
    story.watch(failing().paused(), 1);
    ASSERT_EQ(story.effect(), "confirmed");
    expect_cancel_at(story, failing().paused(), story.now() + 30s);
}

TEST(ladder_after, counts_from_the_reading_that_showed_the_goal_already) {
    rollout_story story{{a_policy().rule(pause_then_cancel())}};
    story.watch(failing().paused(), 1);
    EXPECT_EQ(story.decision(), "suppressed/already");
    expect_cancel_at(story, failing().paused(), story.now() + 30s);
}

TEST(ladder_after, counts_from_the_notice) {
    rollout_story story{{a_policy().rule(
        a_rule("x").when("count.abnormal > 0").do_notify().then(action::cancel, 30s))}};
    story.watch(failing(), 1);
    ASSERT_EQ(story.all<notified>().size(), 1u);
    expect_cancel_at(story, failing(), story.now() + 30s);
}

TEST(ladder_after, of_the_first_step_counts_from_when_the_rule_holds) {
    rollout_story story{{a_policy().rule(
        a_rule("x").when("count.abnormal > 0").hold(10s).then(action::cancel, 30s))}};
    story.watch(failing(), 1);
    const timestamp begun = story.now();
    story.watch(failing(), 2);
    EXPECT_EQ(story.last().views.at(0).held, 10s);
    expect_cancel_at(story, failing(), begun + 40s);
}

TEST(ladder_after, is_wall_time_and_runs_on_while_a_person_has_paused_the_ticket) {
    rollout_story story{{a_policy().rule(
        a_rule("x").when("count.abnormal > 0").do_notify().then(action::notify, 30s))}};
    story.watch(failing(), 1);
    story.watch(failing().paused(), 5);
    EXPECT_EQ(story.all<notified>().size(), 1u);
    story.watch(failing().paused(), 1);
    EXPECT_EQ(story.all<notified>().size(), 2u);
}

TEST(ladder_after, stands_still_while_nobody_looks_and_over_a_restart) {
    for (const bool restarts : {false, true}) {
        rollout_story story{{a_policy().rule(
            a_rule("x").when("count.abnormal > 0").do_notify().then(action::pause, 30s))}};
        story.watch(failing(), 3);  // the notice, then 10 s
        if (restarts)
            story.after(1h).restart(story.now() - 1h);
        else
            story.after(1h);
        story.see(failing());
        story.watch(failing(), 3, 5s);
        EXPECT_TRUE(story.sent().empty()) << "25 s that anybody saw";
        story.watch(failing(), 1, 5s);
        EXPECT_EQ(story.sent().size(), 1u);
    }
}

TEST(ladder_steps, are_taken_once_in_an_episode_and_again_in_the_next) {
    rollout_story story{
        {a_policy().rule(a_rule("x").when("count.finished != 1").do_notify().do_pause())}};
    story.watch(failing(), 1);
    story.answer(answer_kind::accepted);
    story.watch(failing().paused(), 1);
    story.watch(failing(), 20);  // continued by a person; it still holds
    EXPECT_EQ(story.state().rules.at(ladder).step, 2);
    EXPECT_EQ(story.sent().size(), 1u);
    story.watch(failing(1), 1);
    EXPECT_EQ(story.state().rules.at(ladder).step, 0);
    story.watch(failing(2), 1);
    EXPECT_EQ(story.sent().size(), 2u);
}

TEST(ladder_steps, a_suppressed_one_keeps_every_operation_behind_it_waiting) {
    rollout_story story{{a_policy().rule(
        a_rule("x").when("count.abnormal > 0").do_pause().do_notify().do_cancel().do_notify())}};
    story.fleet().frozen = true;
    story.watch(failing(), 10);
    const auto decisions = story.all<decided>();
    EXPECT_EQ(std::ranges::count(decisions, suppression::freeze, &decided::reason), 1)
        << "told once, whatever goes ahead of it";
    EXPECT_EQ(story.state().rules.at(ladder).step, 0);
    EXPECT_EQ(story.all<notified>().size(), 2u) << "notices never wait";
    EXPECT_TRUE(story.all<intended>().empty());
    story.fleet().frozen = false;
    story.watch(failing(), 1);
    EXPECT_EQ(story.sent(), std::vector<std::string>{"pause"});
    story.answer(answer_kind::accepted);
    story.watch(failing().paused(), 2);
    EXPECT_EQ(story.sent(), (std::vector<std::string>{"pause", "cancel"}));
    EXPECT_EQ(story.all<notified>().size(), 2u) << "and are given once";
}

TEST(ladder_steps, false_ends_one_whose_next_step_is_under_way) {
    rollout_story story{
        {a_policy().rule(a_rule("x").when("count.finished != 1").do_pause().do_cancel())}};
    story.watch(failing(), 2);
    story.answer(answer_kind::accepted);
    story.watch(failing(1), 1);
    story.watch(failing(1).paused(), 3);
    EXPECT_EQ(story.effect(), "confirmed");
    EXPECT_EQ(story.sent(), std::vector<std::string>{"pause"}) << "nobody takes the next step";
    EXPECT_EQ(story.state().rules.at(ladder).step, 0);
}

}  // namespace rolloutd::tests::ladders_story
