// DESIGN §6 Limits, Episodes and Legal, clause by clause: what is counted, for whom, and how long.

#include <gtest/gtest.h>

#include "tests/support/rollout_story.h"
#include "tests/support/scenes.h"

namespace rolloutd::tests::rule_limits_story {

using namespace policies;

namespace {

using texts = std::vector<std::string>;

a_rule host(const std::string& name, instance_id id) {
    return a_rule(name)
        .each_instance()
        .when("instance.id == " + std::to_string(id))
        .do_cancel_instance();
}

// Answers what is sent and shows the instance as CANCELED.
void cancel_confirmed(rollout_story& story, a_ticket& ticket, instance_id id) {
    story.answer(answer_kind::accepted);
    story.watch(ticket.instance(id, "CANCELED"), 3);
}

}  // namespace

TEST(rule_limits, each_rule_has_its_own_times) {
    rollout_story story{{a_policy().rule(host("a", 1001).times(1)).rule(host("b", 1002).times(1))}};
    a_ticket ticket = running();
    story.watch(ticket, 3);
    cancel_confirmed(story, ticket, 1001);
    EXPECT_EQ(story.sent(), (texts{"cancel_instance 1001", "cancel_instance 1002"}));
}

TEST(rule_limits, each_ticket_has_its_own_times) {
    const a_policy once = a_policy().rule(host("a", 1001).times(1));
    for (int ticket = 0; ticket < 2; ++ticket) {
        rollout_story story{{once}};
        story.watch(running(), 3);
        EXPECT_EQ(story.sent().size(), 1u);
    }
}

TEST(rule_limits, what_was_used_stays_used_over_changes_of_the_rule_and_restarts) {
    const auto cancelling = [](const std::string& when) {
        return a_policy().rule(
            a_rule("a").each_instance().when(when).do_cancel_instance().times(1));
    };
    rollout_story story{{cancelling("instance.id == 1001")}};
    a_ticket ticket = running();
    story.watch(ticket, 3);
    cancel_confirmed(story, ticket, 1001);
    story.reload({cancelling("instance.id == 1002")});
    story.watch(ticket, 3);
    EXPECT_EQ(story.decision(), "suppressed/limit");
    story.restart(story.now());
    story.watch(ticket, 3);
    EXPECT_EQ(story.sent(), texts{"cancel_instance 1001"});
}

TEST(rule_limits, a_person_uses_none_of_them_up) {
    rollout_story story{{a_policy().rule(host("a", 1001).times(1).cooldown(1h))}};
    story.rules().human_hold = 1s;
    a_ticket ticket = running();
    story.watch(ticket, 1);
    story.order(action::cancel_instance, std::nullopt, 1005);
    story.watch(ticket, 1);
    cancel_confirmed(story, ticket, 1005);
    EXPECT_EQ(story.sent(), (texts{"cancel_instance 1005", "cancel_instance 1001"}));
}

TEST(rule_limits, without_a_cooldown_two_acts_follow_each_other_at_once) {
    rollout_story story{{a_policy().rule(
        a_rule("a").each_instance().when("instance.id < 1003").do_cancel_instance())}};
    a_ticket ticket = running();
    story.watch(ticket, 3);
    cancel_confirmed(story, ticket, 1001);
    EXPECT_EQ(story.sent().size(), 2u);
}

TEST(rule_limits, a_cooldown_ends_to_the_millisecond_and_a_reading_is_planned_for_it) {
    rollout_story story{{a_policy().rule(a_rule("a")
                                             .each_instance()
                                             .when("instance.id < 1003")
                                             .do_cancel_instance()
                                             .cooldown(1min))}};
    a_ticket ticket = running();
    story.watch(ticket, 3);
    story.answer(answer_kind::accepted);
    const timestamp acted = story.now();
    story.watch(ticket.instance(1001, "CANCELED"), 2);
    EXPECT_EQ(story.decision(), "suppressed/cooldown");
    EXPECT_EQ(story.last().wake_at, acted + 1min);
    story.after(acted + 1min - 1ms - story.now()).see(ticket);
    EXPECT_EQ(story.all<intended>().size(), 1u);
    story.after(1ms).see(ticket);
    EXPECT_EQ(story.all<intended>().size(), 2u);
}

TEST(rule_limits, what_was_refused_is_due_again_after_ten_minutes_or_its_own_cooldown) {
    struct sample {
        std::optional<duration> own;
        duration expected;
    };
    for (const sample& each : {sample{std::nullopt, 10min}, sample{90s, 90s}}) {
        a_rule rule = a_rule("p").when("count.abnormal > 0").do_pause();
        if (each.own) rule.cooldown(*each.own);
        rollout_story story{{a_policy().rule(rule)}};
        story.watch(running(2), 1);
        story.answer(answer_kind::refused);
        EXPECT_EQ(story.all<notified>().size(), 1u);
        const timestamp due = story.now() + each.expected;
        story.after(each.expected - 1ms).see(running(2));
        EXPECT_EQ(story.decision(), "suppressed/cooldown");
        EXPECT_EQ(story.sent().size(), 1u);
        EXPECT_EQ(story.last().wake_at, due);
        story.after(1ms).see(running(2));
        EXPECT_EQ(story.sent().size(), 2u) << to_text(each.expected);
    }
}

TEST(rule_limits, a_percentage_counts_what_a_skip_left_unsettled) {
    rollout_story story{
        {a_policy()
             .rule(a_rule("skip").each_batch().when("batch.current && batch.index == 1").do_skip())
             .rule(host("a", 2001).percent_tenths(250))}};
    a_ticket ticket = a_ticket().batch(10).batch(10).with_details().in_batch(
        1, {{"FINISHED", 5}, {"PROCESSING", 5}});
    story.watch(ticket, 3);
    ASSERT_EQ(story.sent(), texts{"skip_batch 1"});
    story.answer(answer_kind::accepted);
    story.watch(ticket.current(2).in_batch(2, {{"PROCESSING", 10}}), 3);
    EXPECT_EQ(story.sent().size(), 1u) << "5 of 20 are gone, and no more than 25% may be";
    EXPECT_EQ(story.decision(), "suppressed/limit");
}

TEST(rule_limits, cancelled_percent_is_rounded_down_and_at_least_one) {
    struct sample {
        int tenths;
        std::size_t allowed;
    };
    for (const sample& each : {sample{1, 1}, sample{99, 1}, sample{100, 2}, sample{149, 2}}) {
        rollout_story story{{a_policy().rule(a_rule("a")
                                                 .each_instance()
                                                 .when("instance.status == \"PROCESSING\"")
                                                 .do_cancel_instance())}};
        story.rules().limits.cancelled_percent_tenths = each.tenths;
        a_ticket ticket = running();
        story.watch(ticket, 3);
        for (instance_id id = 1001; id < 1006 && !story.state().flights.empty(); ++id)
            cancel_confirmed(story, ticket, id);
        EXPECT_EQ(story.sent().size(), each.allowed) << each.tenths;
    }
}

TEST(episodes, in_propose_is_spent_when_the_decision_is_recorded) {
    rollout_story story{
        {a_policy().mode(mode::propose).rule(a_rule("p").when("count.abnormal > 0").do_pause())}};
    story.watch(running(2), 1);
    EXPECT_TRUE(story.state().rules.at({"web", "p", {}}).spent);
    EXPECT_EQ(story.all<decided>().size(), 1u);
}

TEST(episodes, what_is_suppressed_is_judged_again_at_every_reading_and_recorded_when_it_changes) {
    rollout_story story{{a_policy().rule(a_rule("p").when("count.abnormal > 0").do_cancel())}};
    story.say(act_kind::hold);
    story.watch(running(2), 5);
    EXPECT_EQ(story.all<decided>().size(), 1u);
    story.fleet().frozen = true;
    story.say(act_kind::release);
    story.watch(running(2), 5);
    ASSERT_EQ(story.all<decided>().size(), 2u) << "the reason has changed";
    EXPECT_EQ(story.all<decided>()[1].reason, suppression::freeze);
    story.fleet().frozen = false;
    story.watch(running(2), 1);
    EXPECT_EQ(story.decision(), "act");
    EXPECT_EQ(story.all<decided>().size(), 3u) << "the outcome has changed";
}

TEST(episodes, undetermined_and_blindness_end_none) {
    rollout_story story{{a_policy().rule(a_rule("p")
                                             .needs("count.unknown == 0")
                                             .when("count.abnormal > 0 && count.finished != 1")
                                             .do_notify())}};
    const auto seen = [](int finished, int odd) {
        return a_ticket().batch(10).in_batch(
            1, {{"ABNORMAL", 2}, {"FINISHED", finished}, {"ODD", odd}, {"PROCESSING", 10}});
    };
    story.watch(seen(0, 0), 1);
    story.watch(seen(0, 1), 2);
    story.after(1h).fail();
    story.watch(seen(0, 0), 2);
    EXPECT_EQ(story.all<notified>().size(), 1u);
    story.watch(seen(1, 0), 1);
    story.watch(seen(2, 0), 1);
    EXPECT_EQ(story.all<notified>().size(), 2u);
}

TEST(cloud_legal, widens_and_narrows_the_table) {
    const a_rule next = a_rule("n").when("ticket.status == \"ABNORMAL\"").do_continue();
    const a_rule stop = a_rule("p").when("count.abnormal > 0").do_cancel();
    rollout_story narrow{{a_policy().rule(stop)}};
    narrow.watch(running(2), 3);
    EXPECT_EQ(narrow.sent().size(), 1u) << "legal by our own table";
    rollout_story narrowed{{a_policy().rule(stop)}};
    narrowed.rules().legal.at(action::cancel) = {status_word::paused};
    narrowed.watch(running(2), 3);
    EXPECT_EQ(narrowed.decision(), "suppressed/illegal");
    EXPECT_TRUE(narrowed.sent().empty());
    narrowed.order(action::cancel);
    EXPECT_NE(narrowed.last().refused, "") << "for people as well";

    rollout_story ours{{a_policy().rule(next)}};
    ours.watch(running(2).abnormal(), 3);
    EXPECT_EQ(ours.decision(), "suppressed/illegal");
    rollout_story widened{{a_policy().rule(next)}};
    widened.rules().legal.at(action::continue_ticket).insert(status_word::abnormal);
    widened.watch(running(2).abnormal(), 3);
    EXPECT_EQ(widened.sent(), texts{"continue"});
}

TEST(legal, after_the_end_and_in_an_unknown_status_only_notices_are_given) {
    for (const char* word : {"FINISHED", "CANCELED", "ROLLBACKED", "ERROR", "ODD"}) {
        for (const action what :
             {action::pause, action::continue_ticket, action::cancel, action::skip_batch}) {
            rollout_story story{
                {a_policy().rule(a_rule("x").when("count.abnormal > 0").do_notify().then(what))}};
            story.watch(running(2).status(word), 3);
            EXPECT_EQ(story.all<notified>().size(), 1u) << word;
            EXPECT_TRUE(story.all<intended>().empty()) << to_text(what) << " in " << word;
        }
    }
}

}  // namespace rolloutd::tests::rule_limits_story
