// DESIGN §6 People: rolloutctl's operations pass freeze, hold, windows, limits, modes and breaker,
// need a durable intent, and count as a person's.

#include "policies/operator_acts.h"

#include <gtest/gtest.h>

#include "policies/effects.h"
#include "tests/support/rollout_story.h"
#include "tests/support/scenes.h"

namespace rolloutd::tests {

using namespace policies;

namespace {

using texts = std::vector<std::string>;

}  // namespace

TEST(operator_acts, an_operation_has_an_intent_of_its_own_and_is_sent_after_one_more_reading) {
    rollout_story story{{a_policy()}};
    story.watch(running(), 1);
    story.order(action::skip_batch);
    EXPECT_TRUE(story.sent().empty());
    EXPECT_TRUE(story.last().read_now);
    const auto intents = story.all<intended>();
    ASSERT_EQ(intents.size(), 1u);
    EXPECT_EQ(intents[0].by, "ana");
    EXPECT_EQ(intents[0].what.batch, 1) << "the current one, as none was named";
    const auto* act = std::get_if<operated>(&story.records().at(intents[0].decision - 1).what);
    ASSERT_NE(act, nullptr) << "its decision is the record of the act";
    EXPECT_EQ(act->reason, "wrong build");
    story.after(1s).see(running());
    EXPECT_EQ(story.sent(), texts{"skip_batch 1"});
}

TEST(operator_acts, pass_freeze_hold_windows_limits_modes_and_breaker) {
    rollout_story story{
        {a_policy()
             .mode(mode::observe)
             .window({.allow = false,
                      .what = {action::skip_batch},
                      .span = week_span{.from_minute = 0, .to_minute = 7 * 24 * 60 - 1},
                      .hours = std::nullopt,
                      .zone = "UTC",
                      .reason = "always",
                      .where = {}})}};
    story.rules().ceiling = mode::observe;
    story.fleet().frozen = true;
    story.fleet().breaker_open = true;
    story.say(act_kind::hold);
    story.watch(running(), 1);
    story.order(action::skip_batch);
    story.watch(running(), 1);
    EXPECT_EQ(story.sent(), texts{"skip_batch 1"});
}

TEST(operator_acts, what_is_illegal_is_refused_and_recorded) {
    rollout_story story{{a_policy()}};
    story.order(action::pause);
    EXPECT_EQ(story.last().refused, "the ticket has not been read yet");
    story.watch(running(), 1);
    story.order(action::continue_ticket);
    EXPECT_EQ(story.last().refused, "illegal: the ticket is PROCESSING");
    story.order(action::skip_batch, 2);
    EXPECT_NE(story.last().refused, "");
    story.order(action::cancel_instance);
    EXPECT_NE(story.last().refused, "");
    story.watch(running().paused(), 1);
    story.order(action::pause);
    EXPECT_EQ(story.last().refused,
              "already: the ticket is PAUSED; hold it to keep rules from continuing it");
    EXPECT_EQ(story.all<operated>().size(), 5u);
    EXPECT_TRUE(story.all<intended>().empty());
    EXPECT_TRUE(story.sent().empty());
}

TEST(operator_acts, an_operation_whose_ground_has_changed_is_withdrawn) {
    rollout_story story{{a_policy()}};
    story.watch(running(), 1);
    story.order(action::skip_batch);
    story.watch(two_batches().in_batch(1, {{"FINISHED", 10}}).paused(), 1);
    EXPECT_EQ(story.effect(), "withdrawn");
    EXPECT_TRUE(story.sent().empty());
}

TEST(operator_acts, a_pause_that_finds_the_ticket_paused_is_the_persons_all_the_same) {
    rollout_story story{
        {a_policy().rule(a_rule("n").when("ticket.status == \"PAUSED\"").do_continue())}};
    story.watch(running(), 2);
    story.order(action::pause);
    const auto over = two_batches().in_batch(1, {{"FINISHED", 10}}).paused();
    story.watch(over, 5);
    EXPECT_EQ(story.effect(), "confirmed");
    EXPECT_EQ(story.state().pause_cause, pause_origin::operator_);
    EXPECT_EQ(story.decision(), "suppressed/human");
    EXPECT_TRUE(story.sent().empty());
}

TEST(operator_acts, one_that_no_reading_confirms_in_time_is_withdrawn) {
    rollout_story story{{a_policy()}};
    story.watch(running(), 1);
    story.order(action::cancel);
    story.after(11s).fail();
    EXPECT_EQ(story.effect(), "withdrawn");
    story.watch(running(), 2);
    EXPECT_TRUE(story.sent().empty());
}

TEST(operator_acts, rules_wait_for_what_a_person_asked_for) {
    rollout_story story{{a_policy().rule(
        a_rule("h").each_instance().when("instance.id == 1005").do_cancel_instance())}};
    story.watch(running(), 2);
    ASSERT_EQ(story.all<intended>().size(), 1u) << "the rule's, not sent yet";
    story.order(action::continue_ticket);
    EXPECT_EQ(story.effect(), "") << "what is refused takes nothing back";
    story.order(action::skip_batch);
    EXPECT_EQ(story.effect(), "withdrawn");
    EXPECT_EQ(story.all<effected>()[0].detail, "skip_batch by ana goes first");
    story.watch(running(), 1);
    EXPECT_EQ(story.decision(), "suppressed/in_flight");
    EXPECT_EQ(story.sent(), texts{"skip_batch 1"});
}

TEST(operator_acts, one_operation_in_flight_and_then_only_a_stronger_one) {
    rollout_story story{{a_policy()}};
    story.watch(running(), 1);
    story.order(action::skip_batch);
    story.order(action::cancel_instance, std::nullopt, 1003);
    EXPECT_NE(story.last().refused, "");
    story.watch(running(), 1);
    story.order(action::pause);  // while the skip is not answered
    EXPECT_EQ(story.last().refused, "");
    story.after(1s).see(running());
    EXPECT_EQ(story.sent(), texts{"skip_batch 1"}) << "it waits for the answer";
    story.take(answer{.intent = 3,
                      .kind = answer_kind::accepted,
                      .http_status = 200,
                      .code = {},
                      .message = {},
                      .retry_after = {}});
    story.watch(running(), 1);
    EXPECT_EQ(story.sent(), (texts{"skip_batch 1", "pause"}));
}

TEST(operator_acts, count_as_a_persons_and_withhold_what_a_persons_withholds) {
    rollout_story story{{a_policy().rule(
        a_rule("h").each_instance().when("instance.id == 1005").do_cancel_instance())}};
    story.rules().human_hold = 1min;
    story.watch(running(), 1);
    story.order(action::cancel_instance, std::nullopt, 1003);
    story.watch(running(), 1);
    story.answer(answer_kind::accepted);
    story.watch(running().instance(1003, "CANCELED"), 2);
    EXPECT_EQ(story.effect(), "confirmed");
    EXPECT_EQ(story.decision(), "suppressed/human");
    EXPECT_EQ(story.state().given_up, std::set<instance_id>{1003});
    EXPECT_TRUE(story.state().totals.empty()) << "no rule's limit is used up";
    story.watch(running().instance(1003, "CANCELED"), 12);
    EXPECT_EQ(story.sent(), (texts{"cancel_instance 1003", "cancel_instance 1005"}));
}

TEST(operator_acts, a_continue_of_a_rules_pause_overrides_the_rule) {
    rollout_story story{{a_policy().rule(a_rule("p").when("count.abnormal > 0").do_pause())}};
    story.watch(running(2), 1);
    story.answer(answer_kind::accepted);
    story.watch(running(2).paused(), 1);
    story.order(action::continue_ticket);
    story.watch(running(2).paused(), 1);
    story.answer(answer_kind::accepted);
    EXPECT_EQ(story.all<notified>().size(), 1u);
    story.watch(running(2), 5);
    EXPECT_EQ(story.effect(), "confirmed");
    EXPECT_TRUE(story.last().views.at(0).overridden);
    EXPECT_EQ(story.sent(), (texts{"pause", "continue"}));
    EXPECT_EQ(story.all<notified>().size(), 1u) << "told once";
}

TEST(operator_acts, a_lost_continue_is_never_repeated) {
    rollout_story story{{a_policy()}};
    const auto paused = two_batches().in_batch(1, {{"FINISHED", 10}}).paused();
    story.watch(paused, 1);
    story.order(action::continue_ticket);
    story.watch(paused, 1);
    story.answer(answer_kind::unknown);
    story.watch(paused, 3);
    EXPECT_EQ(story.effect(), "lost");
    EXPECT_EQ(story.sent(), texts{"continue"});
    EXPECT_TRUE(story.all<proposed>().empty()) << "the person can say it again";
    EXPECT_EQ(story.all<notified>().size(), 1u);
}

TEST(operator_acts, a_lost_cancel_is_tried_again_each_time_with_its_own_intent) {
    rollout_story story{{a_policy()}};
    story.watch(running(), 1);
    story.order(action::cancel);
    story.watch(running(), 1);
    story.answer(answer_kind::unknown);
    story.watch(running(), 2);
    EXPECT_EQ(story.sent(), (texts{"cancel", "cancel"}));
    const auto intents = story.all<intended>();
    ASSERT_EQ(intents.size(), 2u);
    EXPECT_EQ(intents[1].attempt, 2);
    EXPECT_EQ(intents[1].decision, intents[0].decision);
    EXPECT_EQ(story.state().flights.size(), 1u);
}

TEST(operator_acts, what_was_under_way_at_a_crash_is_read_before_it_is_sent_again) {
    rollout_story story{{a_policy()}};
    story.watch(running(), 1);
    story.order(action::pause);
    story.restart(story.now());
    story.watch(running().paused(), 1);
    EXPECT_EQ(story.effect(), "confirmed");
    EXPECT_EQ(story.state().pause_cause, pause_origin::operator_);
}

TEST(operator_acts, an_answer_to_a_proposal_that_is_not_open_is_refused) {
    rollout_story story{
        {a_policy().mode(mode::propose).rule(a_rule("p").when("count.abnormal > 0").do_pause())}};
    story.watch(running(2), 1);
    const sequence id = story.proposal();
    story.say(act_kind::approve, id + 100);
    EXPECT_EQ(story.last().refused, "there is no open proposal " + std::to_string(id + 100));
    story.say(act_kind::approve, id);
    EXPECT_EQ(story.last().refused, "");
    story.say(act_kind::approve, id);
    EXPECT_NE(story.last().refused, "");
    story.watch(running(2), 1);
    story.say(act_kind::deny, id);
    EXPECT_NE(story.last().refused, "") << "it is under way";

    rollout_story late{
        {a_policy().mode(mode::propose).rule(a_rule("p").when("count.abnormal > 0").do_pause())}};
    late.watch(running(2), 1);
    late.after(1h).say(act_kind::approve, late.proposal());
    EXPECT_NE(late.last().refused, "");
}

TEST(operator_acts, are_replayed_from_their_records) {
    const person ana{.uid = 7, .author = "ana", .reason = "why"};
    const operated skip{ana, "skip_batch", std::nullopt, 2, std::nullopt, "in flight"};
    const operator_act act = act_of(skip);
    EXPECT_EQ(act.what, act_kind::operate);
    EXPECT_EQ(act.call, (operation{action::skip_batch, 2, std::nullopt}));
    EXPECT_EQ(act.by, ana);
    EXPECT_EQ(act_of(operated{ana, "deny", 9, {}, {}, ""}).what, act_kind::deny);
    EXPECT_EQ(act_of(operated{ana, "approve", 9, {}, {}, ""}).proposal, 9u);
    EXPECT_EQ(act_of(held{ana}).by, ana);
    EXPECT_EQ(act_of(released{ana}).what, act_kind::release);
}

}  // namespace rolloutd::tests
