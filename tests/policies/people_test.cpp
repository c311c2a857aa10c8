// DESIGN §6 People, pause_cause, and the parts of Precedence that people touch.

#include "policies/people.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/rollout_story.h"
#include "tests/support/scenes.h"

namespace rolloutd::tests {

using namespace policies;

namespace {

// Nothing that is settled is ever undone, so the condition ends by what is added.
const std::string sometimes = "count.abnormal > 0 && count.finished != 1";

a_ticket second_batch() {
    return two_batches()
        .current(2)
        .in_batch(1, {{"FINISHED", 10}})
        .in_batch(2, {{"PROCESSING", 10}});
}

a_policy resuming() {
    return a_policy().rule(a_rule("next").when("ticket.status == \"PAUSED\"").do_continue());
}

a_policy guarding() { return a_policy().rule(a_rule("failing").when(sometimes).do_pause()); }

// The rule has paused the ticket, and still holds.
rollout_story paused_by_a_rule(a_policy what) {
    rollout_story story{{std::move(what)}};
    story.watch(running(), 1);
    story.watch(running(2), 1);
    story.answer(answer_kind::accepted);
    story.watch(running(2).paused(), 1);
    EXPECT_EQ(story.state().pause_cause, pause_origin::policy);
    return story;
}

std::size_t count_of_step(const rollout_story& story, int step) {
    const auto notices = story.all<notified>();
    return static_cast<std::size_t>(std::ranges::count(notices, step, &notified::step));
}

}  // namespace

TEST(people, after_a_persons_pause_there_is_no_automatic_continue) {
    rollout_story story{{resuming()}};
    story.watch(running(), 2);
    story.watch(running().paused(), 1);
    story.watch(running().paused(), 60, 1min);
    EXPECT_EQ(story.all<foreign>().size(), 1u);
    EXPECT_EQ(story.decision(), "suppressed/human");
    EXPECT_TRUE(story.sent().empty()) << "however long it takes";
}

TEST(people, it_lasts_until_a_person_releases) {
    rollout_story story{{resuming()}};
    story.watch(running(), 2);
    story.watch(running().paused(), 3);
    story.say(act_kind::release);
    story.watch(running().paused(), 2);
    EXPECT_EQ(story.sent(), std::vector<std::string>{"continue"});
}

TEST(people, or_until_a_person_continues_after_which_human_hold_withholds_it) {
    rollout_story story{{resuming()}};
    story.rules().human_hold = 1min;
    story.watch(running(), 2);
    story.watch(running().paused(), 1);
    story.watch(running(), 1);
    EXPECT_FALSE(story.state().people.paused);
    story.watch(at_rest(), 11);  // a rotation pause, 55 s later
    EXPECT_EQ(story.state().pause_cause, pause_origin::rotation);
    EXPECT_EQ(story.decision(), "suppressed/human");
    EXPECT_TRUE(story.sent().empty());
    story.watch(at_rest(), 2);
    EXPECT_EQ(story.sent(), std::vector<std::string>{"continue"});
}

TEST(people, a_release_ends_with_the_pause_that_it_was_about) {
    rollout_story story{{resuming()}};
    story.watch(running(), 2);
    story.watch(running().paused(), 1);
    story.say(act_kind::release);
    story.watch(running(), 1);
    story.say(act_kind::release);  // of the human hold that the continue began
    story.watch(running().paused(), 3);
    EXPECT_EQ(story.decision(), "suppressed/human");
    EXPECT_TRUE(story.sent().empty());
}

TEST(people, it_survives_a_restart) {
    rollout_story story{{resuming()}};
    story.watch(running(), 2);
    story.watch(running().paused(), 1);
    story.restart(story.now());
    story.watch(running().paused(), 5);
    EXPECT_TRUE(story.sent().empty());
}

TEST(people, after_a_person_continues_a_rotation_pause_nothing_changes) {
    rollout_story story{{resuming()}};
    story.say(act_kind::hold);
    story.watch(running(), 2);
    story.watch(at_rest(), 1);
    story.say(act_kind::release);
    story.watch(second_batch(), 2);
    ASSERT_EQ(story.all<foreign>().size(), 1u);
    EXPECT_EQ(story.all<foreign>()[0].pause_cause, pause_origin::rotation);
    EXPECT_FALSE(story.state().people.meddled);
    EXPECT_FALSE(story.state().people.paused);
}

TEST(people, a_rule_whose_pause_a_person_continues_is_overridden_until_it_has_been_false) {
    rollout_story story = paused_by_a_rule(
        a_policy().rule(a_rule("failing").when(sometimes).do_pause().then(action::cancel, 30s)));
    story.watch(running(2), 30);  // a person continues, and the ladder's time passes
    EXPECT_EQ(story.sent(), std::vector<std::string>{"pause"});
    EXPECT_EQ(story.decision(), "suppressed/human");
    EXPECT_TRUE(story.last().views.at(0).overridden) << "shown";
    EXPECT_EQ(count_of_step(story, step_of_override), 1u) << "notified once";
    EXPECT_FALSE(story.state().people.meddled) << "nothing else is withheld";

    story.watch(running(2, 1), 1);
    EXPECT_FALSE(story.last().views.at(0).overridden);
    story.watch(running(2, 2), 1);
    EXPECT_EQ(story.sent().size(), 2u) << "armed again after false";
}

TEST(people, the_override_survives_a_restart_and_undetermined) {
    rollout_story story = paused_by_a_rule(guarding());
    story.watch(running(2), 1);
    story.restart(story.now());
    story.after(5s).fail();
    story.watch(running(2), 2);
    EXPECT_TRUE(story.last().views.at(0).overridden);
    EXPECT_EQ(count_of_step(story, step_of_override), 1u);
}

TEST(people, an_overridden_rule_that_is_true_still_guards) {
    rollout_story story = paused_by_a_rule(
        guarding().rule(a_rule("skip").each_batch().when("batch.count.abnormal > 0").do_skip()));
    story.watch(running(2), 3);
    EXPECT_EQ(story.decision(), "suppressed/guarded");
}

TEST(people, a_rule_that_is_false_by_then_is_not_overridden) {
    rollout_story story = paused_by_a_rule(guarding());
    story.watch(running(2, 1), 1);
    EXPECT_EQ(count_of_step(story, step_of_override), 0u);
    story.watch(running(2, 2), 1);
    EXPECT_EQ(story.sent().size(), 2u);
}

TEST(people, any_other_operation_withholds_all_but_pause_and_notify_for_human_hold) {
    rollout_story story{
        {a_policy()
             .rule(a_rule("h").each_instance().when("instance.id == 1005").do_cancel_instance())
             .rule(a_rule("s").each_batch().when("batch.index == 1").do_skip())
             .rule(a_rule("c").when("count.canceled > 0").do_cancel())}};
    story.rules().human_hold = 1min;
    story.watch(running(), 1);
    const auto one_less = two_batches().in_batch(1, {{"CANCELED", 1}, {"PROCESSING", 9}});
    story.watch(one_less, 12);
    ASSERT_EQ(story.all<foreign>().size(), 1u);
    EXPECT_EQ(story.all<foreign>()[0].what, action::cancel_instance);
    for (const char* rule : {"h", "s", "c"}) {
        const auto decisions = story.all<decided>();
        EXPECT_TRUE(std::ranges::any_of(decisions, [rule](const decided& each) {
            return each.rule == rule && each.reason == suppression::human;
        })) << rule;
    }
    EXPECT_TRUE(story.sent().empty());
    story.watch(one_less, 2);
    EXPECT_EQ(story.sent(), std::vector<std::string>{"cancel"}) << "due again a minute later";
}

TEST(people, pause_and_notify_stay_armed) {
    rollout_story story{
        {a_policy().rule(a_rule("p").when("count.canceled > 0").do_notify().do_pause())}};
    story.watch(running(), 2);
    story.watch(two_batches().in_batch(1, {{"CANCELED", 1}, {"PROCESSING", 9}}), 1);
    ASSERT_EQ(story.all<foreign>().size(), 1u);
    EXPECT_EQ(story.all<notified>().size(), 1u);
    EXPECT_EQ(story.sent(), std::vector<std::string>{"pause"});
}

TEST(people, a_hold_withholds_every_operation_and_notices_go_on) {
    rollout_story story{
        {a_policy().rule(a_rule("p").when("count.abnormal > 0").do_notify().do_pause())}};
    story.watch(running(), 1);
    story.say(act_kind::hold);
    story.watch(running(2), 2);
    EXPECT_EQ(story.decision(), "suppressed/hold");
    EXPECT_EQ(story.all<decided>().back().detail, "held by ana: looking into it");
    EXPECT_TRUE(story.sent().empty());
    EXPECT_EQ(story.all<notified>().size(), 1u);
    story.restart(story.now());
    story.watch(running(2), 2);
    EXPECT_TRUE(story.sent().empty()) << "it survives a restart";
    story.say(act_kind::release);
    story.watch(running(2), 1);
    EXPECT_EQ(story.sent(), std::vector<std::string>{"pause"});
}

TEST(people, guarded_counts_rules_that_only_propose) {
    rollout_story story{
        {resuming(), a_policy("careful")
                         .mode(mode::propose)
                         .rule(a_rule("p").when("count.abnormal > 0").hold(1h).do_pause())}};
    story.watch(running(), 2);
    story.watch(two_batches().in_batch(1, {{"ABNORMAL", 1}, {"FINISHED", 9}}).paused(), 2);
    EXPECT_EQ(story.state().pause_cause, pause_origin::rotation);
    EXPECT_EQ(story.decision(), "suppressed/guarded");
    EXPECT_TRUE(story.sent().empty());
}

TEST(foreign, a_skip_is_recognised_by_what_it_left_behind) {
    rollout_story story{{a_policy()}};
    story.watch(running(), 2);
    const auto skipped = two_batches()
                             .current(2)
                             .in_batch(1, {{"PROCESSING", 10}})
                             .in_batch(2, {{"PROCESSING", 10}});
    story.watch(skipped, 3);
    ASSERT_EQ(story.all<foreign>().size(), 1u);
    EXPECT_EQ(story.all<foreign>()[0].what, action::skip_batch);
    EXPECT_EQ(story.all<foreign>()[0].batch, 1);
    EXPECT_TRUE(story.state().people.meddled);
}

TEST(foreign, a_batch_that_was_left_settled_was_not_skipped) {
    rollout_story story{{a_policy()}};
    story.watch(running(), 2);
    story.watch(second_batch(), 2);
    EXPECT_TRUE(story.all<foreign>().empty());
}

TEST(foreign, our_own_skip_and_cancelled_instance_are_not) {
    rollout_story skip{{a_policy().rule(
        a_rule("s").each_batch().when("batch.current && batch.count.abnormal > 0").do_skip())}};
    skip.watch(running(1), 3);
    skip.answer(answer_kind::accepted);
    skip.watch(two_batches()
                   .current(2)
                   .in_batch(1, {{"ABNORMAL", 1}, {"PROCESSING", 9}})
                   .in_batch(2, {{"PROCESSING", 10}}),
               2);
    EXPECT_EQ(skip.effect(), "confirmed");
    EXPECT_TRUE(skip.all<foreign>().empty());

    rollout_story host{{a_policy().rule(
        a_rule("h").each_instance().when("instance.id == 1001").do_cancel_instance())}};
    host.watch(running(), 3);
    host.answer(answer_kind::accepted);
    host.watch(running().instance(1001, "CANCELED"), 2);
    EXPECT_EQ(host.effect(), "confirmed");
    EXPECT_TRUE(host.all<foreign>().empty());
}

TEST(foreign, a_cancelled_instance_is_told_apart_from_ours_whichever_page_is_ahead) {
    rollout_story story{{a_policy().rule(
        a_rule("h").each_instance().when("instance.id == 1001").do_cancel_instance())}};
    story.watch(running(), 3);
    story.answer(answer_kind::accepted);
    // The details show it, the statistics do not yet.
    reading details_first = running().instance(1001, "CANCELED");
    details_first.stats = running().read().stats;
    story.watch(details_first, 1);
    story.watch(running().instance(1001, "CANCELED"), 2);
    EXPECT_TRUE(story.all<foreign>().empty());
    story.watch(running().instance(1001, "CANCELED").instance(1002, "CANCELED"), 2);
    ASSERT_EQ(story.all<foreign>().size(), 1u);
    EXPECT_EQ(story.all<foreign>()[0].instances, 1);
}

TEST(foreign, what_was_cancelled_before_the_first_sight_is_nobodys) {
    rollout_story story{{a_policy()}};
    story.watch(running().instance(1001, "CANCELED"), 2);
    story.watch(running().instance(1001, "CANCELED").instance(1002, "ABNORMAL"), 2);
    EXPECT_TRUE(story.all<foreign>().empty());
}

TEST(pause_cause, is_policy_only_with_nobody_elses_operation_since_the_intent) {
    rollout_story before{{guarding()}};
    before.watch(running(), 1);
    before.watch(running(2), 1);
    before.answer(answer_kind::accepted);
    before.watch(two_batches().in_batch(1, {{"ABNORMAL", 2}, {"CANCELED", 1}, {"PROCESSING", 7}}),
                 1);
    EXPECT_EQ(before.all<foreign>().size(), 1u);
    before.watch(
        two_batches().in_batch(1, {{"ABNORMAL", 2}, {"CANCELED", 1}, {"PROCESSING", 7}}).paused(),
        1);
    EXPECT_EQ(before.effect(), "confirmed");
    EXPECT_EQ(before.state().pause_cause, pause_origin::other);

    rollout_story after = paused_by_a_rule(guarding());
    after.watch(
        two_batches().in_batch(1, {{"ABNORMAL", 2}, {"CANCELED", 1}, {"PROCESSING", 7}}).paused(),
        1);
    EXPECT_EQ(after.state().pause_cause, pause_origin::other);
    EXPECT_EQ(after.state().paused_by, "");
}

TEST(pause_cause, is_operator_for_a_pause_through_rolloutctl) {
    rollout_story story{{resuming()}};
    story.watch(running(), 2);
    story.order(action::pause);
    story.watch(running(), 1);
    story.answer(answer_kind::accepted);
    story.watch(running().paused(), 3);
    EXPECT_EQ(story.state().pause_cause, pause_origin::operator_);
    EXPECT_EQ(story.decision(), "suppressed/human");
    EXPECT_TRUE(story.all<foreign>().empty());
}

TEST(pause_cause, is_other_for_a_pause_that_followed_a_continue_unseen) {
    // The second batch began and ended between two readings: nobody saw it being PROCESSING.
    rollout_story story{{a_policy()}};
    story.watch(running(), 2);
    story.watch(at_rest(), 1);
    EXPECT_EQ(story.state().pause_cause, pause_origin::rotation);
    story.watch(a_ticket(at_rest()).current(2).in_batch(2, {{"FINISHED", 10}}), 1);
    EXPECT_EQ(story.state().pause_cause, pause_origin::other);
    ASSERT_EQ(story.all<foreign>().size(), 1u);
    EXPECT_EQ(story.all<foreign>()[0].what, action::continue_ticket);
}

}  // namespace rolloutd::tests
