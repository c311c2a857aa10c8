// DESIGN §6: Sending, Answers.

#include "policies/sending.h"

#include <gtest/gtest.h>

#include "tests/support/rollout_story.h"
#include "tests/support/scenes.h"

namespace rolloutd::tests {

using namespace policies;

namespace {

a_policy skipping() {
    return a_policy().rule(
        a_rule("skip").each_batch().when("batch.current && batch.count.abnormal > 0").do_skip());
}

a_policy cancelling_host() {
    return a_policy().rule(a_rule("odd")
                               .each_instance()
                               .when("instance.id == 1003 && instance.status == \"PROCESSING\"")
                               .do_cancel_instance());
}

// The first batch is over, and the ticket paused by itself.
void reach_rotation_pause(rollout_story& story) {
    story.watch(running(), 2);
    story.watch(at_rest(), 1);
}

}  // namespace

TEST(sending, a_pause_is_sent_with_its_intent_and_without_a_second_reading) {
    rollout_story story{{pausing()}};
    const outcome& first = story.see(running(2));
    ASSERT_TRUE(first.send);
    EXPECT_EQ(first.send->what.what, action::pause);
    EXPECT_EQ(first.send->status, "PROCESSING");
    EXPECT_NE(first.send->decision, 0u);
    EXPECT_EQ(kind_of(story.records().at(first.send_intent - 1).what), "intent");
    EXPECT_EQ(kind_of(story.records().at(first.send->decision - 1).what), "decision");
}

TEST(sending, anything_else_is_sent_only_after_another_reading_that_still_shows_it) {
    rollout_story story{{continuing()}};
    reach_rotation_pause(story);
    EXPECT_TRUE(story.sent().empty());
    EXPECT_TRUE(story.last().read_now);
    EXPECT_EQ(story.all<intended>().size(), 1u);
    story.after(1s).see(at_rest());
    EXPECT_EQ(story.sent(), std::vector<std::string>{"continue"});
    EXPECT_EQ(story.all<intended>().size(), 1u);
}

TEST(sending, nothing_is_continued_while_an_instance_runs_that_the_statistics_do_not_place) {
    rollout_story story{{a_policy().rule(a_rule("next")
                                             .when("ticket.status == \"PAUSED\" && "
                                                   "ticket.pause_cause == \"rotation\"")
                                             .do_continue())}};
    story.watch(a_ticket().batch(10, "PAUSE").batch(10).in_batch(1, {{"PROCESSING", 10}}), 2);
    reading unplaced = a_ticket()
                           .batch(10, "PAUSE")
                           .batch(10)
                           .paused()
                           .in_batch(1, {{"FINISHED", 9}, {"PROCESSING", 1}});
    for (status_row& row : unplaced.stats.rows) {
        if (row.status == "PROCESSING") row.batches.clear();
    }
    story.watch(unplaced, 5);
    EXPECT_EQ(story.state().pause_cause, pause_origin::other);
    EXPECT_TRUE(story.sent().empty());
}

TEST(sending, a_changed_status_withdraws_what_was_not_sent) {
    rollout_story story{{continuing()}};
    reach_rotation_pause(story);
    story.after(1s).see(a_ticket()
                            .batch(10, "PAUSE")
                            .batch(10)
                            .with_details()
                            .current(2)
                            .in_batch(1, {{"FINISHED", 10}}));
    EXPECT_EQ(story.effect(), "withdrawn");
    EXPECT_TRUE(story.sent().empty());
}

TEST(sending, a_changed_batch_withdraws_a_skip) {
    rollout_story story{{skipping()}};
    story.watch(running(2), 2);
    ASSERT_EQ(story.all<intended>().size(), 1u);
    story.watch(a_ticket(running(2)).current(2), 1);
    EXPECT_EQ(story.effect(), "withdrawn");
    EXPECT_TRUE(story.sent().empty());
}

TEST(sending, an_instance_that_ended_meanwhile_is_not_cancelled) {
    rollout_story story{{cancelling_host()}};
    story.watch(running(2), 2);
    ASSERT_EQ(story.all<intended>().size(), 1u);
    story.watch(a_ticket(running(2)).instance(1003, "FINISHED"), 1);
    EXPECT_EQ(story.effect(), "withdrawn");
    EXPECT_TRUE(story.sent().empty());
}

TEST(sending, after_a_reload_what_was_not_sent_waits_for_a_second_reading_too) {
    rollout_story story{{continuing()}};
    reach_rotation_pause(story);
    ASSERT_EQ(story.state().flights.size(), 1u);
    story.reload({continuing()});
    story.watch(at_rest(), 1);
    EXPECT_TRUE(story.sent().empty());
    EXPECT_TRUE(story.last().read_now);
    story.watch(at_rest(), 1);
    EXPECT_EQ(story.sent().size(), 1u);
}

TEST(sending, what_was_withdrawn_is_due_again) {
    rollout_story story{{continuing()}};
    reach_rotation_pause(story);
    story.after(1s).see(at_rest());
    ASSERT_EQ(story.sent().size(), 1u);
    story.withhold("hold");
    EXPECT_EQ(story.effect(), "withdrawn");
    story.watch(at_rest(), 2);
    EXPECT_EQ(story.sent().size(), 2u);
    EXPECT_EQ(story.all<intended>().back().attempt, 1);
}

TEST(sending, an_intent_without_a_fresh_reading_is_withdrawn_after_the_cloud_timeout) {
    rollout_story story{{continuing()}};
    reach_rotation_pause(story);
    story.after(5s).fail();
    EXPECT_EQ(story.effect(), "");
    story.after(6s).fail();
    EXPECT_EQ(story.effect(), "withdrawn");
    EXPECT_TRUE(story.sent().empty());
}

TEST(sending, one_operation_at_a_time_until_its_answer) {
    rollout_story story{{pausing().rule(a_rule("end").when("count.abnormal > 2").do_cancel())}};
    story.watch(running(2), 2);
    ASSERT_EQ(story.sent(), std::vector<std::string>{"pause"});
    // A stronger one is due while the pause is on the wire.
    story.watch(a_ticket(running(2)).in_batch(1, {{"ABNORMAL", 3}, {"PROCESSING", 7}}), 2);
    EXPECT_EQ(story.sent().size(), 1u);
    EXPECT_EQ(story.decision(), "suppressed/in_flight");
    // Answered, its effect awaited: the stronger one may go, after its second look.
    story.answer(answer_kind::accepted);
    story.watch(a_ticket(running(2)).in_batch(1, {{"ABNORMAL", 3}, {"PROCESSING", 7}}), 2);
    EXPECT_EQ(story.sent(), (std::vector<std::string>{"pause", "cancel"}));
}

TEST(sending, a_weaker_operation_waits_for_the_effect_of_the_one_before) {
    rollout_story story{{pausing().rule(
        a_rule("odd").each_instance().when("instance.id == 1003").do_cancel_instance())}};
    story.watch(running(2), 2);
    story.answer(answer_kind::accepted);
    story.watch(running(2), 3);
    EXPECT_EQ(story.sent(), std::vector<std::string>{"pause"});
    EXPECT_EQ(story.decision(), "suppressed/in_flight");
}

TEST(sending, a_pause_takes_the_place_of_a_weaker_operation_that_is_not_sent_yet) {
    rollout_story story{{pausing().rule(
        a_rule("skip").each_batch().when("batch.current && batch.count.finished > 0").do_skip())}};
    const auto calm =
        a_ticket().batch(10).with_details().in_batch(1, {{"FINISHED", 1}, {"PROCESSING", 9}});
    const auto bad = a_ticket().batch(10).with_details().in_batch(
        1, {{"FINISHED", 1}, {"ABNORMAL", 1}, {"PROCESSING", 8}});
    story.watch(calm, 2);
    ASSERT_EQ(story.all<intended>().size(), 1u);
    story.watch(bad, 1);
    EXPECT_EQ(story.effect(), "withdrawn");
    EXPECT_EQ(story.sent(), std::vector<std::string>{"pause"});
}

TEST(answers, refused_is_told_and_due_again_after_the_cooldown) {
    rollout_story story{{pausing()}};
    story.see(running(2));
    story.answer(answer_kind::refused);
    EXPECT_EQ(story.effect(), "refused");
    EXPECT_EQ(story.all<notified>().size(), 1u);
    story.after(9min).watch(running(2), 3);
    EXPECT_EQ(story.decision(), "suppressed/cooldown");
    EXPECT_EQ(story.sent().size(), 1u);
    story.after(1min).watch(running(2), 1);
    EXPECT_EQ(story.sent().size(), 2u);
    EXPECT_EQ(story.all<intended>().back().attempt, 1);
}

TEST(answers, not_executed_is_tried_again_after_a_growing_backoff_with_a_new_intent) {
    rollout_story story{{pausing()}};
    story.see(running(2));
    story.answer(answer_kind::not_executed);
    story.after(999ms).see(running(2));
    EXPECT_EQ(story.sent().size(), 1u);
    story.after(1ms).see(running(2));
    EXPECT_EQ(story.sent().size(), 2u);
    EXPECT_EQ(story.all<intended>().back().attempt, 2);
    story.answer(answer_kind::not_executed);
    story.after(1999ms).see(running(2));
    EXPECT_EQ(story.sent().size(), 2u);
    story.after(1ms).see(running(2));
    EXPECT_EQ(story.sent().size(), 3u);
    story.answer(answer_kind::not_executed);
    story.watch(running(2), 3);
    EXPECT_EQ(story.sent().size(), 4u) << "a pause that was never written is not given up";
    EXPECT_EQ(story.effect(), "");
}

TEST(answers, what_is_never_executed_is_given_up_after_its_tries_unless_it_protects) {
    rollout_story story{{a_policy().rule(a_rule("x").when("count.abnormal > 0").do_cancel())}};
    story.watch(running(2), 3);
    for (int attempt = 1; attempt <= 3; ++attempt) {
        ASSERT_EQ(story.sent().size(), static_cast<std::size_t>(attempt));
        story.answer(answer_kind::not_executed);
        story.watch(running(2), 2);
    }
    EXPECT_EQ(story.sent().size(), 3u) << "tries are bounded";
    EXPECT_EQ(story.effect(), "lost");
    EXPECT_EQ(story.all<notified>().size(), 1u);
}

TEST(answers, a_pause_that_may_have_been_written_is_given_up_after_its_tries) {
    rollout_story story{{pausing()}};
    story.see(running(2));
    for (int attempt = 1; attempt <= 3; ++attempt) {
        ASSERT_EQ(story.sent().size(), static_cast<std::size_t>(attempt));
        story.answer(answer_kind::unknown);
        story.watch(running(2), 2);
    }
    EXPECT_EQ(story.sent().size(), 3u);
    EXPECT_EQ(story.effect(), "lost");
}

TEST(answers, not_executed_waits_as_long_as_the_server_said) {
    rollout_story story{{pausing()}};
    story.see(running(2));
    story.answer(answer_kind::not_executed, 7s);
    story.after(5s).see(running(2));
    EXPECT_EQ(story.sent().size(), 1u);
    story.after(2s).see(running(2));
    EXPECT_EQ(story.sent().size(), 2u);
}

TEST(answers, not_executed_is_not_tried_again_when_the_rule_no_longer_holds) {
    rollout_story story{
        {a_policy().rule(a_rule("x").when("count.abnormal > 0 && count.finished < 5").do_pause())}};
    story.see(running(2));
    story.answer(answer_kind::not_executed);
    story.watch(a_ticket(running(2)).in_batch(1, {{"ABNORMAL", 2}, {"FINISHED", 8}}), 3);
    EXPECT_EQ(story.sent().size(), 1u);
    EXPECT_EQ(story.effect(), "withdrawn");
}

TEST(answers, an_unknown_pause_is_looked_for_and_confirmed_when_its_effect_shows) {
    rollout_story story{{pausing()}};
    story.see(running(2));
    EXPECT_TRUE(story.answer(answer_kind::unknown).read_now);
    EXPECT_EQ(story.effect(), "unknown");
    story.watch(a_ticket(running(2)).paused(), 3);
    EXPECT_EQ(story.effect(), "confirmed");
    EXPECT_EQ(story.sent().size(), 1u);
    EXPECT_EQ(story.state().paused_by, "web/failing");
}

TEST(answers, an_unknown_pause_without_effect_is_sent_again_at_once_within_the_tries) {
    rollout_story story{{pausing()}};
    story.see(running(2));
    for (int i = 0; i < 5; ++i) {
        story.answer(answer_kind::unknown);
        story.after(1s).see(running(2));
    }
    EXPECT_EQ(story.sent().size(), 3u);
    EXPECT_EQ(story.all<intended>().size(), 3u);
    EXPECT_EQ(story.all<decided>().size(), 2u) << "one decision, and the wait for the cooldown";
    EXPECT_EQ(story.effect(), "lost");
}

TEST(answers, an_unknown_operation_is_not_sent_again_blindly) {
    rollout_story story{{pausing()}};
    story.see(running(2));
    story.answer(answer_kind::unknown);
    for (int i = 0; i < 10; ++i)
        story.after(5s).fail();
    EXPECT_EQ(story.sent().size(), 1u);
    story.watch(running(2), 1);
    EXPECT_EQ(story.sent().size(), 2u);
}

TEST(answers, an_unknown_skip_waits_for_the_effect_deadline) {
    rollout_story story{{skipping()}};
    story.watch(running(2), 3);
    ASSERT_EQ(story.sent(), std::vector<std::string>{"skip_batch 1"});
    story.answer(answer_kind::unknown);
    story.watch(running(2), 11);
    EXPECT_EQ(story.all<intended>().size(), 1u);
    story.watch(running(2), 2);
    EXPECT_EQ(story.all<intended>().size(), 2u);
    EXPECT_EQ(story.sent().size(), 2u);
}

TEST(answers, an_unknown_continue_becomes_a_proposal_and_is_never_sent_again) {
    rollout_story story{{continuing()}};
    reach_rotation_pause(story);
    story.watch(at_rest(), 1);
    ASSERT_EQ(story.sent().size(), 1u);
    story.answer(answer_kind::unknown);
    for (int i = 0; i < 200; ++i)
        story.watch(at_rest(), 1, 15s);
    EXPECT_EQ(story.sent().size(), 1u);
    EXPECT_EQ(story.decision(), "propose");
}

TEST(answers, an_unknown_continue_is_not_sent_again_because_its_rule_was_in_doubt_for_a_moment) {
    rollout_story story{{a_policy().rule(
        a_rule("next")
            .when("ticket.status == \"PAUSED\" && ticket.timeout > duration(\"1s\")")
            .do_continue())}};
    reach_rotation_pause(story);
    story.watch(at_rest(), 1);
    ASSERT_EQ(story.sent().size(), 1u);
    story.answer(answer_kind::unknown);
    reading doubtful = at_rest();
    doubtful.info.timeout.reset();
    story.watch(doubtful, 1);
    for (int i = 0; i < 200; ++i)
        story.watch(at_rest(), 1, 15s);
    EXPECT_EQ(story.sent().size(), 1u);
    EXPECT_EQ(story.decision(), "propose");
}

TEST(answers, an_unknown_continue_whose_rule_is_gone_is_not_waited_for) {
    rollout_story story{{continuing()}};
    reach_rotation_pause(story);
    story.watch(at_rest(), 1);
    story.answer(answer_kind::unknown);
    story.reload({pausing()});
    story.watch(at_rest(), 1);
    EXPECT_EQ(story.effect(), "lost");
    EXPECT_TRUE(story.state().flights.empty());
    story.reload({continuing()});
    for (int i = 0; i < 200; ++i)
        story.watch(at_rest(), 1, 15s);
    EXPECT_EQ(story.sent().size(), 1u) << "nor sent again when the rule is back";
}

TEST(answers, an_answer_to_nothing_changes_nothing) {
    rollout_story story{{pausing()}};
    story.see(running(2));
    story.answer(answer_kind::accepted);
    const std::size_t before = story.records().size();
    story.answer(answer_kind::accepted);
    story.withhold();
    EXPECT_EQ(story.records().size(), before);
}

TEST(answers, a_long_message_is_cut_between_characters) {
    rollout_story story{{pausing()}};
    story.see(running(2));
    std::string message(511, 'x');
    message += "\xc3\xa4 and more";
    const context around{.rules = story.rules(), .fleet = story.fleet(), .now = story.now()};
    const outcome result = decide(answer{.intent = story.last().send_intent,
                                         .kind = answer_kind::refused,
                                         .http_status = 403,
                                         .code = "APIGW.0302",
                                         .message = message,
                                         .retry_after = {}},
                                  story.state(), around);
    EXPECT_EQ(std::get<answered>(result.events.at(0)).message, std::string(511, 'x'));
}

}  // namespace rolloutd::tests
