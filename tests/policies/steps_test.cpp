// DESIGN §6 Steps, Verdicts and `for`: when the engine steps, when readings count, and for which
// moment the next one is planned.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "policies/facts.h"
#include "policies/rule_scope.h"
#include "tests/support/rollout_story.h"

namespace rolloutd::tests::steps_story {

using namespace policies;

namespace {

const rule_key failing_rule{"web", "failing", {}};

a_ticket failing(int abnormal = 2) {
    return a_ticket().batch(10).with_details().in_batch(
        1, {{"ABNORMAL", abnormal}, {"PROCESSING", 10 - abnormal}});
}

a_policy pausing(duration hold) {
    return a_policy().rule(a_rule("failing").when("count.abnormal > 0").hold(hold).do_pause());
}

a_policy cancelling() {
    return a_policy().rule(a_rule("failing").when("count.abnormal > 0").do_cancel());
}

// A reading that had been planned `planned` after the one before it.
void see_as_planned(rollout_story& story, const reading& what, duration planned) {
    story.take(seen{.what = what, .planned = planned});
}

}  // namespace

TEST(engine_steps, at_acts_answers_and_wake_ups_too_but_these_yield_no_operation) {
    rollout_story story{{cancelling()}};
    story.watch(failing(), 1);
    const auto expect_no_operation = [&](const char* what) {
        EXPECT_FALSE(story.last().fresh) << what;
        EXPECT_FALSE(story.last().send) << what;
        EXPECT_TRUE(story.all<intended>().empty()) << what;
    };
    story.say(act_kind::hold);
    expect_no_operation("an act");
    story.say(act_kind::release);
    EXPECT_EQ(story.all<released>().size(), 1u);
    expect_no_operation("an act");
    story.after(1h).wake();
    EXPECT_EQ(story.all<blinded>().size(), 1u);
    expect_no_operation("a wake-up");
    story.fail();
    expect_no_operation("a failed reading");
    story.watch(failing(), 2);
    ASSERT_EQ(story.sent().size(), 1u);
    story.answer(answer_kind::not_executed);
    EXPECT_EQ(story.all<answered>().size(), 1u);
    EXPECT_FALSE(story.last().send) << "an answer";
    story.after(1h).wake();
    EXPECT_EQ(story.all<intended>().size(), 1u) << "the backoff is over, but nobody looked";
}

TEST(engine_steps, two_fresh_readings_come_before_anything_but_pause_and_notify) {
    const a_policy all = a_policy()
                             .rule(a_rule("p").when("count.abnormal > 0").do_pause())
                             .rule(a_rule("n").when("count.abnormal > 0").do_notify());
    rollout_story quick{{all}};
    quick.watch(failing(), 1);
    EXPECT_EQ(quick.sent().size(), 1u);
    EXPECT_EQ(quick.all<notified>().size(), 1u);

    rollout_story first{{cancelling()}};
    first.watch(failing(), 1);
    EXPECT_TRUE(first.all<intended>().empty()) << "first sight";
    EXPECT_EQ(first.last().wake_at, first.now()) << "the second one is asked for at once";
    first.after(5s).fail();
    first.watch(failing(), 1);
    EXPECT_EQ(first.all<intended>().size(), 1u) << "a failed one in between counts for nothing";

    rollout_story after_start{{cancelling()}};
    after_start.watch(failing(0), 5);
    after_start.restart(after_start.now());
    after_start.watch(failing(), 1);
    EXPECT_TRUE(after_start.all<intended>().empty()) << "start";
    after_start.watch(failing(), 1);
    EXPECT_EQ(after_start.all<intended>().size(), 1u);

    rollout_story after_reload{{a_policy()}};
    after_reload.watch(failing(), 5);
    after_reload.reload({cancelling()});
    after_reload.watch(failing(), 1);
    EXPECT_TRUE(after_reload.all<intended>().empty()) << "reload";
    after_reload.watch(failing(), 1);
    EXPECT_EQ(after_reload.all<intended>().size(), 1u);
}

TEST(engine_steps, an_order_that_is_not_found_is_not_seen_and_not_let_go) {
    rollout_story story{{pausing(0s)}};
    story.watch(failing(0), 2);
    for (int i = 0; i < 20; ++i) {
        story.after(5s).take(seen{
            .what =
                failed_reading{
                    .origin = "service", .code = "COC.00040709", .detail = {}, .not_found = true},
            .planned = 5s});
        EXPECT_FALSE(story.last().over);
    }
    EXPECT_TRUE(story.state().blind);
    story.watch(failing(), 1);
    EXPECT_EQ(story.sent().size(), 1u) << "it is judged again when it is found again";
}

TEST(engine_steps, a_ticket_that_is_not_over_is_never_let_go) {
    for (const char* word : {"READY", "PROCESSING", "PAUSED", "ABNORMAL", "ODD"}) {
        rollout_story story{{pausing(0s)}};
        story.watch(a_ticket().batch(2).with_details().in_batch(1, {{"FINISHED", 2}}).status(word),
                    20);
        EXPECT_FALSE(story.last().over) << word;
    }
    for (const char* word : {"FINISHED", "CANCELED", "ROLLBACKED", "ERROR"}) {
        rollout_story story{{pausing(0s)}};
        story.watch(a_ticket().batch(2).with_details().in_batch(1, {{"FINISHED", 2}}).status(word),
                    1);
        EXPECT_TRUE(story.last().over) << word;
    }
}

// What a reading planned is not forgotten because an answer came first, nor when it fell due
// meanwhile.
TEST(planned_reading, outlives_an_answer_and_is_due_at_once_when_its_time_has_passed) {
    for (const duration answered_after : {1s, 9s}) {
        rollout_story story{
            {pausing(6s),
             a_policy("hosts").rule(
                 a_rule("host").each_instance().when("instance.id == 1010").do_cancel_instance())}};
        story.watch(failing(), 3);
        ASSERT_EQ(story.sent().size(), 1u);
        const auto due = story.last().wake_at;
        ASSERT_TRUE(due);
        story.after(answered_after).answer(answer_kind::accepted);
        EXPECT_EQ(story.last().wake_at, std::max(*due, story.now()));
    }
}

TEST(unread, counts_from_three_times_the_planned_interval_where_that_is_more_than_15_s) {
    for (const duration planned : {1s, 5s, 10s, 60s}) {
        const duration longest = std::max<duration>(15s, 3 * planned);
        rollout_story story{{pausing(1h)}};
        see_as_planned(story, failing(), planned);
        story.after(longest).take(wake{.planned = planned});
        EXPECT_FALSE(story.state().blind) << to_text(planned);
        story.after(1ms).take(wake{.planned = planned});
        EXPECT_TRUE(story.state().blind) << to_text(planned);
        ASSERT_FALSE(story.last().views.empty());
        EXPECT_EQ(story.last().views[0].now, verdict::undetermined);
    }
}

TEST(unread, every_fact_but_five_is_undetermined_in_the_step_itself) {
    rollout_story story{{pausing(1h)}};
    story.watch(failing(), 2);
    const policy owner = a_policy().build();
    const std::set<std::string> known{"now", "ticket.id", "ticket.name", "ticket.labels",
                                      "ticket.unseen_for"};
    for (const bool blind : {false, true}) {
        const fact_view view{story.state(), story.now(), blind};
        const rule_scope scope{view, owner, {}, nullptr};
        for (const fact_entry& each : all_facts()) {
            if (each.name.starts_with("batch.") || each.name.starts_with("instance.")) continue;
            const auto made = cel::compile(each.name, facts_environment(subject_kind::ticket));
            ASSERT_TRUE(std::holds_alternative<cel::expression>(made)) << each.name;
            const cel::value got = scope.evaluate(std::get<cel::expression>(made), nullptr);
            const bool expected = blind && !known.contains(each.name);
            if (expected) {
                ASSERT_TRUE(got.is_error()) << each.name;
                EXPECT_EQ(got.as_error().code, "not_seen") << each.name;
            } else if (got.is_error()) {
                EXPECT_EQ(got.as_error().code, "missing") << each.name;
            }
        }
        EXPECT_TRUE(scope.evaluate(owner.match, nullptr).as_boolean());
    }
}

TEST(hold_for, an_interval_counts_up_to_three_times_the_planned_one) {
    for (const duration planned : {1s, 5s, 10s, 20s}) {
        const duration longest = std::max<duration>(15s, 3 * planned);
        for (const duration gap : {longest - 1ms, longest, longest + 1ms}) {
            rollout_story story{{pausing(1h)}};
            see_as_planned(story, failing(), planned);
            story.after(gap);
            see_as_planned(story, failing(), planned);
            EXPECT_EQ(story.last().views.at(0).held, gap > longest ? 0s : gap)
                << to_text(planned) << ", " << to_text(gap);
        }
    }
}

TEST(hold_for, the_first_true_reading_counts_nothing_and_the_last_false_one_neither) {
    rollout_story story{{pausing(10s)}};
    story.watch(failing(0), 5);
    story.watch(failing(), 1);
    EXPECT_EQ(story.last().views.at(0).held, 0s);
    EXPECT_EQ(story.last().wake_at, story.now() + 10s);
}

TEST(hold_for, runs_on_while_the_ticket_is_paused) {
    rollout_story story{
        {a_policy().rule(a_rule("failing").when("count.abnormal > 0").hold(30s).do_cancel())}};
    story.watch(failing(), 2);
    story.watch(failing().paused(), 5);
    EXPECT_EQ(story.last().views.at(0).held, 30s);
    EXPECT_EQ(story.all<intended>().size(), 1u);
}

TEST(hold_for, the_reading_that_was_planned_for_it_stays_planned_whatever_happens_before) {
    const auto story_with_plan = [] {
        rollout_story story{{pausing(12s).rule(
            a_rule("odd").each_instance().when("instance.id == 1005").do_cancel_instance())}};
        story.watch(failing(), 3, 4s);
        EXPECT_EQ(story.sent().size(), 1u);
        return story;
    };
    rollout_story answered_one = story_with_plan();
    const timestamp due = answered_one.now() + 4s;
    ASSERT_EQ(answered_one.last().wake_at, due);
    answered_one.after(1s).answer(answer_kind::accepted);
    EXPECT_EQ(answered_one.last().wake_at, due) << "an answer";

    rollout_story act = story_with_plan();
    act.after(1s).say(act_kind::hold);
    EXPECT_EQ(act.last().wake_at, act.now()) << "an act asks for one at once";
    act.after(1s).fail();
    EXPECT_EQ(act.last().wake_at, due) << "a failed reading";
    act.after(1s).wake();
    EXPECT_EQ(act.last().wake_at, due) << "a wake-up";
    act.after(1s).see(failing());
    EXPECT_NE(act.last().wake_at, due) << "it is over";
}

TEST(engine_steps, what_is_recorded_at_an_equal_reading_tells_what_it_rests_on) {
    rollout_story story{{pausing(10s)}};
    story.watch(failing(), 2);
    EXPECT_TRUE(story.last().bare) << "its time runs, and there is no news";
    EXPECT_TRUE(story.last().views.at(0).evidence.empty());
    story.watch(failing(), 1);
    ASSERT_EQ(story.sent().size(), 1u);
    const evidence_item counted{.name = "count.abnormal", .value = 2, .arguments = {}};
    EXPECT_THAT(story.all<decided>().back().evidence, testing::ElementsAre(counted));
    EXPECT_FALSE(story.last().bare);
    EXPECT_THAT(story.last().views.at(0).evidence, testing::ElementsAre(counted));
}

TEST(hold_for, counts_nothing_while_the_policy_does_not_match) {
    rollout_story story{{pausing(20s).match("ticket.status == \"PROCESSING\"")}};
    story.watch(failing(), 3);  // 10 s
    story.watch(failing().paused(), 10);
    EXPECT_TRUE(story.last().views.empty());
    EXPECT_EQ(story.state().rules.at(failing_rule).now, verdict::undetermined);
    story.watch(failing(), 1);
    EXPECT_EQ(story.last().views.at(0).held, 10s);
    EXPECT_EQ(story.state().rules.at(failing_rule).episode, 1) << "it has not been false";
    EXPECT_TRUE(story.sent().empty());
    story.watch(failing(), 2);
    EXPECT_EQ(story.sent().size(), 1u);
}

TEST(hold_for, counts_nothing_while_its_rule_is_gone) {
    rollout_story story{{pausing(20s)}};
    story.watch(failing(), 3);  // 10 s
    story.reload({a_policy()});
    story.watch(failing(), 10);
    story.reload({pausing(20s)});
    story.watch(failing(), 2);
    EXPECT_EQ(story.last().views.at(0).held, 15s);
    EXPECT_TRUE(story.sent().empty());
}

TEST(hold_for, goes_on_when_the_file_is_changed_and_the_rule_is_not) {
    rollout_story story{{pausing(20s)}};
    story.watch(failing(), 3);  // 10 s
    story.reload({pausing(20s).rule(a_rule("other").when("count.abnormal > 5").do_notify())});
    story.watch(failing(), 1);
    EXPECT_EQ(story.last().views.at(0).held, 15s);
}

}  // namespace rolloutd::tests::steps_story
