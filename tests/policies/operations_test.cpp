// DESIGN §6 Precedence, Sending, Answers and Effects, where a clause speaks of one operation.

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/rollout_story.h"

namespace rolloutd::tests::operations_story {

using namespace policies;

namespace {

using texts = std::vector<std::string>;

a_ticket batches() {
    return a_ticket().batch(10, "PAUSE").batch(10, "PAUSE").batch(10).with_details();
}

a_ticket running(int abnormal = 2) {
    return batches().in_batch(1, {{"ABNORMAL", abnormal}, {"PROCESSING", 10 - abnormal}});
}

a_ticket at_rest() { return batches().in_batch(1, {{"FINISHED", 10}}).paused(); }

a_ticket second_batch(int ready = 0) {
    return batches()
        .current(2)
        .in_batch(1, {{"FINISHED", 10}})
        .in_batch(2, {{"PROCESSING", 10 - ready}});
}

a_rule host(const std::string& name, instance_id id) {
    return a_rule(name)
        .each_instance()
        .when("instance.id == " + std::to_string(id) + " && instance.status == \"PROCESSING\"")
        .do_cancel_instance();
}

a_rule next() { return a_rule("next").when("ticket.status == \"PAUSED\"").do_continue(); }

// A continue of a rotation pause that was answered 200.
rollout_story continued() {
    rollout_story story{{a_policy().rule(next())}};
    story.watch(running(0), 2);
    story.watch(at_rest(), 2);
    EXPECT_EQ(story.sent(), texts{"continue"});
    story.answer(answer_kind::accepted);
    return story;
}

}  // namespace

TEST(precedence, ties_go_by_batch_before_instance) {
    rollout_story story{{a_policy().rule(a_rule("h")
                                             .each_instance()
                                             .when("instance.status == \"PROCESSING\"")
                                             .do_cancel_instance())}};
    reading what = batches().in_batch(1, {{"PROCESSING", 10}}).in_batch(2, {{"PROCESSING", 10}});
    what.details[1].instances[0].id = 7;  // the lowest number of all, in the second batch
    story.watch(what, 2);
    ASSERT_EQ(story.all<intended>().size(), 1u);
    EXPECT_EQ(story.all<intended>()[0].what.instance, 1001);
}

TEST(precedence, is_the_order_of_the_design) {
    const std::vector<action> order{action::cancel, action::pause, action::skip_batch,
                                    action::cancel_instance, action::continue_ticket};
    EXPECT_TRUE(std::ranges::is_sorted(order));
    const auto rule = [](const char* name, action what) {
        return a_rule(name)
            .each_instance()
            .when("instance.id == 1005 && count.abnormal == 1")
            .then(what);
    };
    // continue is never legal beside the others: PAUSED allows only cancel beside it.
    for (std::size_t i = 0; i + 1 < 4; ++i) {
        rollout_story story{{a_policy().rule(rule("a", order[i + 1])).rule(rule("b", order[i]))}};
        story.watch(running(0), 2);
        story.watch(running(1), 2);
        ASSERT_FALSE(story.all<intended>().empty());
        EXPECT_EQ(story.all<intended>()[0].what.what, order[i]) << to_text(order[i]);
    }
    rollout_story rest{
        {a_policy().rule(next()).rule(a_rule("end").when("count.finished > 9").do_cancel())}};
    rest.watch(running(0), 2);
    rest.watch(at_rest(), 2);
    EXPECT_EQ(rest.sent(), texts{"cancel"});
}

TEST(precedence, what_is_suppressed_outranks_nothing) {
    rollout_story story{{a_policy()
                             .rule(a_rule("end").when("count.abnormal > 0").do_cancel().times(0))
                             .rule(host("h", 1005))}};
    story.watch(running(), 3);
    EXPECT_EQ(story.sent(), texts{"cancel_instance 1005"});
}

TEST(guarded, by_cancel_rules_as_by_pause_rules_and_whatever_step_they_stand_at) {
    const std::vector<a_rule> guards{
        a_rule("g").when("count.finished > 0").hold(24h).do_cancel(),
        a_rule("g").when("count.finished > 0").hold(24h).do_notify().then(action::cancel, 1h, true),
        a_rule("g").each_instance().when("instance.id == 1001").hold(24h).do_pause(),
    };
    for (const a_rule& each : guards) {
        rollout_story story{{a_policy("a").rule(next()), a_policy("b").rule(each)}};
        story.watch(running(0), 2);
        story.watch(at_rest(), 3);
        EXPECT_EQ(story.decision(), "suppressed/guarded");
        EXPECT_TRUE(story.sent().empty());
    }
    rollout_story other{
        {a_policy("a").rule(next()),
         a_policy("b").rule(a_rule("g").when("count.finished > 0").hold(24h).do_skip()),
         a_policy("c").match("false").rule(guards[0])}};
    other.watch(running(0), 2);
    other.watch(at_rest(), 3);
    EXPECT_EQ(other.sent(), texts{"continue"});
}

TEST(guarded, by_a_rule_of_an_instance_or_batch_that_is_undetermined) {
    for (const bool batch : {false, true}) {
        a_rule guard = batch ? a_rule("g").each_batch().when("batch.count.abnormal > 0")
                             : a_rule("g").each_instance().when("instance.slowness > 3.0");
        reading rest = at_rest();
        if (batch) rest.details[1].instances.pop_back();  // in doubt
        rollout_story story{{a_policy().rule(next()).rule(guard.do_pause())}};
        story.watch(running(0), 2);
        story.watch(rest, 3);
        EXPECT_EQ(story.decision(), "suppressed/guarded");
    }
}

TEST(sending, an_equal_operation_waits_for_the_effect_of_the_one_before) {
    const auto seen = [](int finished) {
        return batches().in_batch(
            1, {{"ABNORMAL", 2}, {"PROCESSING", 8 - finished}, {"FINISHED", finished}});
    };
    rollout_story story{{a_policy()
                             .rule(host("a", 1003))
                             .rule(a_rule("b")
                                       .each_instance()
                                       .when("instance.id == 1004 && count.finished > 0")
                                       .do_cancel_instance())}};
    story.watch(seen(0), 3);
    story.answer(answer_kind::accepted);
    story.watch(seen(1), 5);
    EXPECT_EQ(story.sent(), texts{"cancel_instance 1003"});
    EXPECT_EQ(story.decision(), "suppressed/in_flight");
    story.watch(seen(1).instance(1003, "CANCELED"), 2);
    EXPECT_EQ(story.sent(), (texts{"cancel_instance 1003", "cancel_instance 1004"}));
}

TEST(answers, an_unknown_cancel_or_cancel_instance_without_effect_is_sent_again_at_once) {
    const std::vector<a_rule> rules{a_rule("end").when("count.abnormal > 0").do_cancel(),
                                    host("h", 1005)};
    for (const a_rule& each : rules) {
        rollout_story story{{a_policy().rule(each)}};
        story.watch(running(), 3);
        ASSERT_EQ(story.sent().size(), 1u);
        story.answer(answer_kind::unknown);
        story.watch(running(), 2, 1s);
        ASSERT_EQ(story.sent().size(), 2u) << story.sent()[0];
        EXPECT_EQ(story.sent()[0], story.sent()[1]);
        EXPECT_EQ(story.all<intended>().size(), 2u) << "each with its own intent";
        EXPECT_EQ(story.all<intended>()[1].attempt, 2);
        story.answer(answer_kind::unknown);
        story.watch(running(), 2, 1s);
        story.answer(answer_kind::unknown);
        story.watch(running(), 20, 1s);
        EXPECT_EQ(story.sent().size(), 3u) << "three tries in all";
        EXPECT_EQ(story.effect(), "lost");
    }
}

TEST(answers, an_unknown_skip_is_not_sent_again_when_its_batch_is_no_longer_current) {
    rollout_story story{{a_policy().rule(a_rule("s")
                                             .each_batch()
                                             .when("batch.index == 1 && batch.count.processing > 0")
                                             .do_skip())}};
    story.watch(running(), 3);
    ASSERT_EQ(story.sent(), texts{"skip_batch 1"});
    story.answer(answer_kind::unknown);
    story.watch(running().current(2), 30);
    EXPECT_EQ(story.sent().size(), 1u);
    EXPECT_EQ(story.effect(), "confirmed");
}

TEST(effects, a_continue_is_confirmed_when_the_ticket_is_no_longer_paused) {
    rollout_story story = continued();
    story.watch(at_rest(), 2);
    EXPECT_EQ(story.effect(), "");
    story.watch(second_batch(), 1);
    EXPECT_EQ(story.effect(), "confirmed");
}

TEST(effects, a_continue_is_confirmed_when_an_instance_of_a_later_batch_left_ready) {
    rollout_story story = continued();
    // The second batch has run and paused again between two readings.
    story.watch(batches()
                    .current(2)
                    .in_batch(1, {{"FINISHED", 10}})
                    .in_batch(2, {{"FINISHED", 10}})
                    .paused(),
                1);
    ASSERT_FALSE(story.all<effected>().empty());
    EXPECT_EQ(story.all<effected>()[0].effect, effect_kind::confirmed);
    EXPECT_TRUE(story.all<foreign>().empty());
}

TEST(effects, a_continue_without_effect_is_lost_at_the_deadline_and_due_after_the_cooldown) {
    rollout_story story = continued();
    story.watch(at_rest(), 11);
    EXPECT_EQ(story.effect(), "");
    story.watch(at_rest(), 1);
    EXPECT_EQ(story.effect(), "lost");
    EXPECT_EQ(story.all<notified>().size(), 1u);
    const timestamp due = story.now() + 10min;
    while (story.now() + 10s < due)
        story.watch(at_rest(), 1, 10s);
    EXPECT_EQ(story.sent().size(), 1u);
    story.watch(at_rest(), 3, 10s);
    EXPECT_EQ(story.sent().size(), 2u);
}

TEST(effects, an_end_of_another_kind_overtakes_every_operation) {
    rollout_story next_one = continued();
    next_one.watch(at_rest().canceled(), 1);
    EXPECT_EQ(next_one.effect(), "overtaken");

    rollout_story skip{{a_policy().rule(
        a_rule("s").each_batch().when("batch.current && batch.count.abnormal > 0").do_skip())}};
    skip.watch(running(), 3);
    skip.answer(answer_kind::accepted);
    skip.watch(running().canceled(), 1);
    EXPECT_EQ(skip.effect(), "overtaken");
    EXPECT_TRUE(skip.state().given_up.empty());
}

TEST(effects, cancel_and_cancel_instance_are_lost_after_the_effect_deadline) {
    const std::vector<a_rule> rules{a_rule("end").when("count.abnormal > 0").do_cancel(),
                                    host("h", 1005)};
    for (const a_rule& each : rules) {
        rollout_story story{{a_policy().rule(each)}};
        story.rules().effect_deadline = 20s;
        story.watch(running(), 3);
        story.answer(answer_kind::accepted);
        story.after(19999ms).see(running());
        EXPECT_EQ(story.effect(), "") << story.sent()[0];
        story.after(1ms).see(running());
        EXPECT_EQ(story.effect(), "lost") << story.sent()[0];
    }
}

TEST(effects, a_pause_stays_pending_up_to_the_timeout_and_two_minutes_to_the_millisecond) {
    for (const std::optional<duration> timeout :
         {std::optional<duration>{1min}, std::optional<duration>{10min},
          std::optional<duration>{}}) {
        rollout_story story{{a_policy().rule(a_rule("p").when("count.abnormal > 0").do_pause())}};
        reading what = running();
        what.info.timeout = timeout;
        story.watch(what, 1);
        story.answer(answer_kind::accepted);
        const timestamp last = story.now() + timeout.value_or(30min) + 2min;
        story.watch(what, 1);
        while (story.now() + 15s < last)
            story.watch(what, 1, 15s);
        story.after(last - 1ms - story.now()).see(what);
        EXPECT_EQ(story.effect(), "pending");
        EXPECT_EQ(story.last().wake_at, last);
        story.after(1ms).see(what);
        EXPECT_EQ(story.effect(), "lost");
    }
}

}  // namespace rolloutd::tests::operations_story
