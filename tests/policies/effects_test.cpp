// DESIGN §6: Effects, and foreign operations of People.

#include "policies/effects.h"

#include <gtest/gtest.h>

#include "tests/support/rollout_story.h"

namespace rolloutd::tests {

using namespace policies;

namespace {

a_ticket failing_batch() {
    return a_ticket()
        .batch(10, "PAUSE")
        .batch(10)
        .with_details()
        .in_batch(1, {{"ABNORMAL", 2}, {"PROCESSING", 4}});
}

// A pause that was answered 200.
rollout_story paused_story() {
    rollout_story story{{a_policy().rule(a_rule("failing").when("count.abnormal > 0").do_pause())}};
    story.see(failing_batch());
    story.answer(answer_kind::accepted);
    return story;
}

rollout_story story_of(const a_rule& rule, const a_ticket& first) {
    rollout_story story{{a_policy().rule(rule)}};
    story.watch(first, 3);
    EXPECT_EQ(story.sent().size(), 1u);
    story.answer(answer_kind::accepted);
    return story;
}

a_rule skip() { return a_rule("skip").each_batch().when("batch.current").do_skip().times(1); }

a_rule cancel_host() {
    return a_rule("odd")
        .each_instance()
        .when("instance.id == 1003 && instance.status == \"PROCESSING\"")
        .do_cancel_instance();
}

}  // namespace

TEST(effects, paused_confirms_a_pause_and_names_the_rule) {
    rollout_story story = paused_story();
    story.watch(a_ticket(failing_batch()).paused(), 1);
    EXPECT_EQ(story.effect(), "confirmed");
    EXPECT_EQ(story.state().pause_cause, pause_origin::policy);
    EXPECT_EQ(story.state().paused_by, "web/failing");
    EXPECT_TRUE(story.all<foreign>().empty());
    EXPECT_TRUE(story.state().flights.empty());
}

// The statistics may leave out in which batches the instances of a row are.
TEST(effects, a_skip_is_not_confirmed_by_statistics_that_do_not_say_where_what_is_unsettled_is) {
    rollout_story story = story_of(skip(), failing_batch());
    reading unplaced = failing_batch();
    for (status_row& row : unplaced.stats.rows)
        row.batches.clear();
    story.watch(unplaced, 1);
    EXPECT_NE(story.effect(), "confirmed");
    EXPECT_EQ(story.state().flights.size(), 1u);
}

TEST(effects, a_pause_is_overtaken_by_an_end) {
    for (const char* word : {"FINISHED", "CANCELED", "ERROR", "ROLLBACKED", "ABNORMAL"}) {
        rollout_story story = paused_story();
        story.watch(a_ticket(failing_batch()).status(word), 1);
        EXPECT_EQ(story.effect(), "overtaken") << word;
    }
}

TEST(effects, a_pause_stays_pending_while_nothing_more_starts) {
    rollout_story story = paused_story();
    for (int i = 0; i < 27; ++i)
        story.watch(failing_batch(), 1, 15s);  // 6 min 45 s of 5 + 2 min
    EXPECT_EQ(story.effect(), "pending");
    EXPECT_EQ(story.all<effected>().size(), 1u);
    story.watch(failing_batch(), 1, 15s);
    EXPECT_EQ(story.effect(), "lost");
    EXPECT_EQ(story.all<notified>().size(), 1u);
    EXPECT_EQ(story.sent().size(), 1u);
}

TEST(effects, a_pause_under_which_instances_go_on_to_start_is_lost_at_the_deadline) {
    rollout_story story = paused_story();
    story.watch(failing_batch(), 10);
    const auto more = a_ticket(failing_batch()).in_batch(1, {{"ABNORMAL", 2}, {"PROCESSING", 5}});
    story.watch(more, 1);
    EXPECT_EQ(story.effect(), "pending");
    story.watch(more, 1);
    EXPECT_EQ(story.effect(), "lost");
}

TEST(effects, an_instance_that_was_started_before_the_answer_does_not_count_against_a_pause) {
    rollout_story story = paused_story();
    const auto more = a_ticket(failing_batch()).in_batch(1, {{"ABNORMAL", 2}, {"PROCESSING", 5}});
    story.watch(more, 30);
    EXPECT_EQ(story.effect(), "pending");
}

TEST(effects, a_later_batch_confirms_a_skip_and_its_open_instances_are_given_up) {
    rollout_story story = story_of(skip(), failing_batch());
    story.watch(a_ticket(failing_batch()).current(2), 1);
    EXPECT_EQ(story.effect(), "confirmed");
    EXPECT_EQ(story.state().given_up.size(), 8u);
    EXPECT_EQ(story.state().totals.at({"web", "skip", {}}).instances.size(), 8u);
}

TEST(effects, nothing_unsettled_confirms_a_skip_and_what_ended_by_itself_is_not_given_up) {
    rollout_story story = story_of(skip(), failing_batch());
    story.watch(
        a_ticket(failing_batch()).in_batch(1, {{"ABNORMAL", 3}, {"FINISHED", 1}, {"CANCELED", 6}}),
        1);
    EXPECT_EQ(story.effect(), "confirmed");
    EXPECT_EQ(story.state().given_up.size(), 6u);
}

TEST(effects, a_skip_without_effect_is_lost_at_the_deadline_and_not_before) {
    rollout_story story = story_of(skip(), failing_batch());
    story.watch(failing_batch(), 11);
    EXPECT_EQ(story.effect(), "");
    story.watch(failing_batch(), 1);
    EXPECT_EQ(story.effect(), "lost");
    EXPECT_TRUE(story.state().given_up.empty());
}

TEST(effects, canceled_confirms_the_cancelling_of_an_instance_and_it_is_given_up) {
    rollout_story story = story_of(cancel_host(), failing_batch());
    story.watch(a_ticket(failing_batch()).instance(1003, "CANCELED"), 1);
    EXPECT_EQ(story.effect(), "confirmed");
    EXPECT_EQ(story.state().given_up, std::set<instance_id>{1003});
}

TEST(effects, an_instance_that_ends_otherwise_overtakes_its_cancelling) {
    rollout_story story = story_of(cancel_host(), failing_batch());
    story.watch(a_ticket(failing_batch()).instance(1003, "FINISHED"), 1);
    EXPECT_EQ(story.effect(), "overtaken");
    EXPECT_TRUE(story.state().given_up.empty());
}

TEST(effects, canceled_confirms_a_cancel_and_finished_overtakes_it) {
    const a_rule rule = a_rule("end").when("count.abnormal > 1").do_cancel();
    rollout_story done = story_of(rule, failing_batch());
    done.watch(a_ticket(failing_batch()).canceled(), 1);
    EXPECT_EQ(done.effect(), "confirmed");
    rollout_story late = story_of(rule, failing_batch());
    late.watch(a_ticket(failing_batch()).finished().in_batch(1, {{"ABNORMAL", 2}, {"FINISHED", 8}}),
               1);
    EXPECT_EQ(late.effect(), "overtaken");
}

TEST(effects, what_is_lost_is_due_again_after_the_cooldown) {
    rollout_story story =
        story_of(a_rule("end").when("count.abnormal > 1").do_cancel(), failing_batch());
    story.watch(failing_batch(), 12);
    EXPECT_EQ(story.effect(), "lost");
    story.watch(failing_batch(), 39, 15s);
    EXPECT_EQ(story.sent().size(), 1u);
    EXPECT_EQ(story.decision(), "suppressed/cooldown");
    story.watch(failing_batch(), 3, 15s);
    EXPECT_EQ(story.sent().size(), 2u);
}

TEST(pause_cause, rotation_is_what_rolloutd_saw_the_ticket_do_by_itself) {
    rollout_story story{{a_policy()}};
    const auto running = a_ticket().batch(10, "PAUSE").batch(10).in_batch(1, {{"PROCESSING", 10}});
    const auto over =
        a_ticket().batch(10, "PAUSE").batch(10).in_batch(1, {{"FINISHED", 10}}).paused();
    story.watch(running, 2);
    story.watch(over, 1);
    EXPECT_EQ(story.state().pause_cause, pause_origin::rotation);
    EXPECT_TRUE(story.all<foreign>().empty());
}

TEST(pause_cause, anything_less_is_other) {
    const auto running = a_ticket().batch(10, "PAUSE").batch(10).in_batch(1, {{"PROCESSING", 10}});
    const auto over =
        a_ticket().batch(10, "PAUSE").batch(10).in_batch(1, {{"FINISHED", 10}}).paused();

    rollout_story first_seen{{a_policy()}};
    first_seen.watch(over, 1);
    EXPECT_EQ(first_seen.state().pause_cause, pause_origin::other);

    rollout_story gap{{a_policy()}};
    gap.watch(running, 1);
    gap.after(1min).see(over);
    EXPECT_EQ(gap.state().pause_cause, pause_origin::other);
    EXPECT_TRUE(gap.all<foreign>().empty()) << "it may have paused by itself meanwhile";

    rollout_story unsettled{{a_policy()}};
    unsettled.watch(running, 1);
    unsettled.watch(a_ticket(over).in_batch(1, {{"FINISHED", 9}, {"PROCESSING", 1}}), 1);
    EXPECT_EQ(unsettled.state().pause_cause, pause_origin::other);
    EXPECT_EQ(unsettled.all<foreign>().size(), 1u);

    rollout_story no_rotation{{a_policy()}};
    no_rotation.watch(a_ticket().batch(10).batch(10).in_batch(1, {{"PROCESSING", 10}}), 1);
    no_rotation.watch(a_ticket().batch(10).batch(10).in_batch(1, {{"FINISHED", 10}}).paused(), 1);
    EXPECT_EQ(no_rotation.state().pause_cause, pause_origin::other);

    rollout_story last_batch{{a_policy()}};
    last_batch.watch(a_ticket().batch(10, "PAUSE").in_batch(1, {{"PROCESSING", 10}}), 1);
    last_batch.watch(a_ticket().batch(10, "PAUSE").in_batch(1, {{"FINISHED", 10}}).paused(), 1);
    EXPECT_EQ(last_batch.state().pause_cause, pause_origin::other);
}

TEST(foreign, a_pause_a_continue_and_a_cancel_of_somebody_else_are_recorded) {
    rollout_story story{{a_policy()}};
    const auto running = a_ticket().batch(10).in_batch(1, {{"PROCESSING", 10}});
    story.watch(running, 1);
    story.watch(a_ticket(running).paused(), 2);
    story.watch(running, 2);
    story.watch(a_ticket(running).canceled(), 1);
    const auto found = story.all<foreign>();
    ASSERT_EQ(found.size(), 3u);
    EXPECT_EQ(found[0].what, action::pause);
    EXPECT_EQ(found[1].what, action::continue_ticket);
    EXPECT_EQ(found[2].what, action::cancel);
}

TEST(foreign, our_own_operations_are_not) {
    rollout_story story = paused_story();
    story.watch(a_ticket(failing_batch()).paused(), 2);
    EXPECT_TRUE(story.all<foreign>().empty());
}

}  // namespace rolloutd::tests
