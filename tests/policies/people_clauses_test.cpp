// DESIGN §6 People and pause_cause, clause by clause: which act withholds what, and whose a pause
// is.

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/rollout_story.h"

namespace rolloutd::tests::people_story {

using namespace policies;

namespace {

using texts = std::vector<std::string>;

a_ticket batches() {
    return a_ticket().batch(10, "PAUSE").batch(10, "PAUSE").batch(5).with_details();
}

a_ticket running(int abnormal = 0) {
    return batches().in_batch(1, {{"ABNORMAL", abnormal}, {"PROCESSING", 10 - abnormal}});
}

a_ticket at_rest() { return batches().in_batch(1, {{"FINISHED", 10}}).paused(); }

a_ticket second_batch() {
    return batches().current(2).in_batch(1, {{"FINISHED", 10}}).in_batch(2, {{"PROCESSING", 10}});
}

a_rule next() { return a_rule("next").when("ticket.status == \"PAUSED\"").do_continue(); }

bool was_withheld_as_human(const rollout_story& story, const std::string& rule) {
    const auto decisions = story.all<decided>();
    return std::ranges::any_of(decisions, [&rule](const decided& each) {
        return each.rule == rule && each.reason == suppression::human;
    });
}

// What a person can do beside pausing: before it, and after it.
struct other_act {
    action what;
    reading before;
    reading after;
};

std::vector<other_act> other_acts() {
    return {
        {action::cancel_instance, running(), running().instance(1001, "CANCELED")},
        {action::skip_batch, running(),
         batches().current(2).in_batch(1, {{"PROCESSING", 10}}).in_batch(2, {{"PROCESSING", 9}})},
        // Of a pause that neither the rotation nor a rule made.
        {action::continue_ticket, running().paused(), running()}};
}

}  // namespace

TEST(human_hold, follows_any_other_act_and_withholds_four_operations_for_its_time) {
    for (const other_act& each : other_acts()) {
        rollout_story story{{a_policy()
                                 .rule(a_rule("end").when("count.total > 0").do_cancel())
                                 .rule(a_rule("s").each_batch().when("batch.current").do_skip())
                                 .rule(a_rule("h")
                                           .each_instance()
                                           .when("instance.status == \"PROCESSING\"")
                                           .do_cancel_instance())}};
        story.rules().human_hold = 1min;
        story.watch(each.before, 1);
        story.watch(each.after, 1);
        const timestamp until = story.now() + 1min;
        ASSERT_EQ(story.all<foreign>().size(), 1u) << to_text(each.what);
        EXPECT_EQ(story.all<foreign>()[0].what, each.what);
        for (const char* rule : {"end", "s", "h"})
            EXPECT_TRUE(was_withheld_as_human(story, rule))
                << rule << " after " << to_text(each.what);
        EXPECT_EQ(story.last().wake_at, until) << "a reading is planned for its end";
        story.watch(each.after, 10);
        story.after(until - 1ms - story.now()).see(each.after);
        EXPECT_TRUE(story.all<intended>().empty()) << to_text(each.what);
        story.after(1ms).see(each.after);
        EXPECT_EQ(story.all<intended>().size(), 1u) << to_text(each.what);
    }
}

TEST(human_hold, withholds_a_continue_of_a_rotation_pause) {
    rollout_story story{{a_policy().rule(next())}};
    story.rules().human_hold = 1min;
    story.watch(running(), 2);
    story.watch(running().instance(1001, "CANCELED"), 1);
    const auto rest = batches().in_batch(1, {{"CANCELED", 1}, {"FINISHED", 9}}).paused();
    story.watch(rest, 11);
    EXPECT_EQ(story.state().pause_cause, pause_origin::rotation);
    EXPECT_EQ(story.decision(), "suppressed/human");
    story.watch(rest, 2);
    EXPECT_EQ(story.sent(), texts{"continue"});
}

TEST(human_hold, leaves_pause_and_notify_armed_after_each_of_them) {
    for (const other_act& each : other_acts()) {
        rollout_story story{{a_policy().rule(
            a_rule("p").when("ticket.running_for >= duration(\"20s\")").do_notify().do_pause())}};
        story.watch(each.before, 2);
        story.watch(each.after, 8);
        ASSERT_EQ(story.all<foreign>().size(), 1u) << to_text(each.what);
        EXPECT_EQ(story.all<notified>().size(), 1u) << to_text(each.what);
        EXPECT_EQ(story.sent(), texts{"pause"}) << to_text(each.what);
    }
}

TEST(human_hold, does_not_follow_a_pause_or_the_continue_of_a_rotation_or_of_a_rules_pause) {
    rollout_story pause{{a_policy()}};
    pause.watch(running(), 2);
    pause.watch(running().paused(), 1);
    EXPECT_FALSE(pause.state().people.meddled);

    rollout_story rotation{{a_policy().rule(
        a_rule("h").each_instance().when("instance.id == 2001").do_cancel_instance())}};
    rotation.watch(running(), 2);
    rotation.watch(at_rest(), 2);
    rotation.watch(second_batch(), 3);
    ASSERT_EQ(rotation.all<foreign>().size(), 1u);
    EXPECT_EQ(rotation.sent(), texts{"cancel_instance 2001"}) << "nothing changes";
}

TEST(human_hold, ends_with_a_release) {
    rollout_story story{{a_policy().rule(a_rule("end").when("count.canceled > 0").do_cancel())}};
    story.watch(running(), 2);
    story.watch(running().instance(1001, "CANCELED"), 3);
    EXPECT_EQ(story.decision(), "suppressed/human");
    story.say(act_kind::release);
    story.watch(running().instance(1001, "CANCELED"), 2);
    EXPECT_EQ(story.sent(), texts{"cancel"});
}

TEST(rolloutctl, a_pause_through_it_is_continued_by_no_rule_until_a_person_says_so) {
    for (const bool releases : {false, true}) {
        rollout_story story{{a_policy().rule(next())}};
        story.rules().human_hold = 1s;
        story.watch(running(), 2);
        story.order(action::pause);
        story.watch(running(), 1);
        story.answer(answer_kind::accepted);
        story.watch(running().paused(), 20, 1min);
        EXPECT_EQ(story.sent(), texts{"pause"}) << "however long it takes";
        EXPECT_EQ(story.decision(), "suppressed/human");
        if (releases) {
            story.say(act_kind::release);
            story.watch(running().paused(), 2);
        } else {
            story.order(action::continue_ticket);
            story.watch(running().paused(), 1);
        }
        EXPECT_EQ(story.sent(), (texts{"pause", "continue"}));
    }
}

TEST(rolloutctl, a_continue_of_a_rotation_pause_through_it_changes_nothing) {
    rollout_story story{{a_policy().rule(
        a_rule("h").each_instance().when("instance.id == 2001").do_cancel_instance())}};
    story.watch(running(), 2);
    story.watch(at_rest(), 2);
    story.order(action::continue_ticket);
    story.watch(at_rest(), 1);
    story.answer(answer_kind::accepted);
    story.watch(second_batch(), 3);
    EXPECT_FALSE(story.state().people.meddled);
    EXPECT_EQ(story.sent(), (texts{"continue", "cancel_instance 2001"}));
}

TEST(rolloutctl, its_operations_are_not_journalled_as_foreign_as_well) {
    struct sample {
        action what;
        reading after;
    };
    const std::vector<sample> samples{
        {action::pause, running().paused()},
        {action::cancel_instance, running().instance(1003, "CANCELED")},
        {action::skip_batch,
         batches().current(2).in_batch(1, {{"PROCESSING", 10}}).in_batch(2, {{"PROCESSING", 10}})},
        {action::cancel, running().canceled()}};
    for (const sample& each : samples) {
        rollout_story story{{a_policy()}};
        story.watch(running(), 2);
        story.order(each.what, std::nullopt, 1003);
        story.watch(running(), 1);
        story.answer(answer_kind::accepted);
        story.watch(each.after, 3);
        EXPECT_EQ(story.effect(), "confirmed") << to_text(each.what);
        EXPECT_TRUE(story.all<foreign>().empty()) << to_text(each.what);
        EXPECT_TRUE(story.state().people.acted) << to_text(each.what);
    }
}

TEST(overridden, is_the_rule_whose_pause_it_was_and_no_other) {
    rollout_story story{
        {a_policy()
             .rule(a_rule("paused").when("count.abnormal >= 2").do_pause())
             .rule(a_rule("other").when("count.abnormal >= 2").hold(30s).do_pause())}};
    story.watch(running(), 1);
    story.watch(running(2), 1);
    story.answer(answer_kind::accepted);
    story.watch(running(2).paused(), 1);
    ASSERT_EQ(story.state().paused_by, "web/paused");
    story.watch(running(2), 3);
    EXPECT_TRUE(story.state().rules.at({"web", "paused", {}}).overridden);
    EXPECT_FALSE(story.state().rules.at({"web", "other", {}}).overridden);
    story.watch(running(2), 2);
    EXPECT_EQ(story.sent(), (texts{"pause", "pause"})) << "the other one is armed";
}

TEST(pause_cause, is_not_rotation_when_anything_of_a_later_batch_has_moved) {
    for (const char* status : {"PROCESSING", "FINISHED", "CANCELED", "ABNORMAL", "ODD"}) {
        rollout_story story{{a_policy()}};
        story.watch(running(), 2);
        story.watch(a_ticket(at_rest()).in_batch(2, {{status, 1}}), 1);
        EXPECT_EQ(story.state().pause_cause, pause_origin::other) << status;
    }
}

TEST(pause_cause, is_not_rotation_without_an_unsettled_instance_seen_in_the_batch) {
    rollout_story story{{a_policy()}};
    story.watch(batches().in_batch(1, {{"FINISHED", 10}}), 2);  // PROCESSING, and nothing to do
    story.watch(at_rest(), 1);
    EXPECT_EQ(story.state().pause_cause, pause_origin::other);
}

TEST(pause_cause, is_rotation_of_the_batch_that_was_seen_to_run_whichever_it_is) {
    const auto third = batches()
                           .current(2)
                           .in_batch(1, {{"FINISHED", 10}})
                           .in_batch(2, {{"FINISHED", 9}, {"ABNORMAL", 1}})
                           .paused();
    rollout_story story{{a_policy()}};
    story.watch(second_batch(), 2);
    story.watch(third, 1);
    EXPECT_EQ(story.state().pause_cause, pause_origin::rotation) << "failed is settled as well";
    rollout_story restarted_one{{a_policy()}};
    restarted_one.watch(second_batch(), 2);
    restarted_one.restart(restarted_one.now());
    restarted_one.watch(third, 1);
    EXPECT_EQ(restarted_one.state().pause_cause, pause_origin::other) << "a gap";
}

}  // namespace rolloutd::tests::people_story
