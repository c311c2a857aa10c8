// DESIGN §6: daemon limits, breaker, fleet_blind, spread; what the fleet withholds from one ticket.

#include "policies/fleet_rules.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/support/rollout_story.h"
#include "tests/support/scenes.h"

namespace rolloutd::tests {

using namespace policies;

namespace {

rollout_story one_rule(action what) {
    return rollout_story{{a_policy().rule(a_rule("r").when("count.abnormal > 0").then(what))}};
}

rollout_story cancelling_hosts(int hosts_of_twenty) {
    rollout_story story{{a_policy().rule(a_rule("host")
                                             .each_instance()
                                             .when("instance.status == \"PROCESSING\"")
                                             .do_cancel_instance())}};
    story.rules().limits.cancelled_percent_tenths = hosts_of_twenty * 50;
    return story;
}

// Cancels one host after the other until nothing is sent any more.
std::size_t cancelled_hosts(rollout_story& story) {
    a_ticket ticket = running();
    story.watch(ticket, 3);
    for (instance_id id = 1001; id < 1009 && !story.state().flights.empty(); ++id) {
        story.answer(answer_kind::accepted);
        story.watch(ticket.instance(id, "CANCELED"), 3);
    }
    return story.sent().size();
}

a_rule when_blind() { return a_rule("blind").when("ticket.unseen_for > duration('1m')"); }

}  // namespace

TEST(daemon_limits, operations_per_minute_trip_at_the_first_beyond) {
    for (const int used : {29, 30, 31}) {
        rollout_story story = one_rule(action::cancel);
        story.fleet().operations = used;
        story.watch(running(2), 3);
        EXPECT_EQ(story.sent().size(), used < 30 ? 1u : 0u) << used;
        if (used < 30) continue;
        const decided last = story.all<decided>().back();
        EXPECT_EQ(last.outcome, decision_outcome::propose);
        EXPECT_EQ(last.reason, suppression::breaker);
        EXPECT_EQ(limit_named(last.detail), "operations_per_minute");
    }
}

TEST(daemon_limits, tickets_per_hour_count_a_ticket_that_was_acted_on_already_once) {
    for (const bool acted_on : {false, true}) {
        rollout_story story = one_rule(action::cancel);
        story.fleet().tickets = 50;
        story.fleet().acted_on = acted_on;
        story.watch(running(2), 3);
        EXPECT_EQ(story.sent().size(), acted_on ? 1u : 0u);
    }
    rollout_story below = one_rule(action::cancel);
    below.fleet().tickets = 49;
    below.watch(running(2), 3);
    EXPECT_EQ(below.sent().size(), 1u);
}

TEST(daemon_limits, the_intent_that_was_counted_itself_is_still_sent) {
    rollout_story story = one_rule(action::cancel);
    story.fleet().operations = 29;
    story.watch(running(2), 2);
    story.fleet().operations = 30;
    story.watch(running(2), 1);
    EXPECT_EQ(story.sent(), std::vector<std::string>{"cancel"});
}

TEST(daemon_limits, cancelled_percent_counts_what_all_rules_of_the_ticket_gave_up) {
    for (const int allowed : {1, 2, 3}) {
        rollout_story story = cancelling_hosts(allowed);
        EXPECT_EQ(cancelled_hosts(story), static_cast<std::size_t>(allowed));
        const decided last = story.all<decided>().back();
        EXPECT_EQ(last.reason, suppression::breaker);
        EXPECT_EQ(limit_named(last.detail), "cancelled_percent");
    }
}

// A batch that hangs is more than a tenth of most tickets: the share withholds the next one.
TEST(daemon_limits, cancelled_percent_counts_what_skips_left_unsettled_before) {
    for (const int unsettled : {1, 2, 10}) {
        rollout_story story{
            {a_policy().rule(a_rule("skip").each_batch().when("batch.current").do_skip())}};
        story.rules().limits.cancelled_percent_tenths = 67;  // 2 of 30
        a_ticket ticket;
        ticket.batch(10).batch(10).batch(10).with_details().processing().current(1);
        ticket.in_batch(1, {{"FINISHED", 10 - unsettled}, {"PROCESSING", unsettled}});
        story.watch(ticket, 3);
        EXPECT_EQ(story.sent(), std::vector<std::string>{"skip_batch 1"});
        story.answer(answer_kind::accepted);
        story.watch(ticket.current(2).in_batch(2, {{"PROCESSING", 10}}), 3);
        EXPECT_EQ(story.sent().size(), unsettled == 1 ? 2U : 1U) << unsettled;
        if (unsettled == 1) continue;
        EXPECT_EQ(limit_named(story.all<decided>().back().detail), "cancelled_percent");
    }
}

TEST(limits, percent_counts_per_ticket_whichever_rule_gave_the_instances_up) {
    rollout_story story{
        {a_policy()
             .rule(a_rule("one").each_instance().when("instance.id == 1001").do_cancel_instance())
             .rule(a_rule("two")
                       .each_instance()
                       .when("instance.id == 1002")
                       .do_cancel_instance()
                       .percent_tenths(50))}};
    a_ticket ticket = running();
    story.watch(ticket, 3);
    story.answer(answer_kind::accepted);
    story.watch(ticket.instance(1001, "CANCELED"), 3);
    EXPECT_EQ(story.sent().size(), 1u) << "5% of 20 is one, and that is gone";
    EXPECT_EQ(story.decision(), "suppressed/limit");
}

TEST(breaker, all_but_pause_and_notify_falls_to_propose_until_it_is_closed) {
    for (const action what : {action::cancel, action::skip_batch, action::cancel_instance}) {
        rollout_story story{{a_policy().rule(
            what == action::cancel_instance
                ? a_rule("r").each_instance().when("instance.id == 1005").do_cancel_instance()
                : a_rule("r").when("count.abnormal > 0").then(what))}};
        story.fleet().breaker_open = true;
        story.watch(running(1), 4);
        EXPECT_TRUE(story.sent().empty()) << to_text(what);
        EXPECT_EQ(story.all<decided>().back().outcome, decision_outcome::propose);
        EXPECT_EQ(story.all<decided>().back().reason, suppression::breaker);
        EXPECT_EQ(story.proposal_fate(), "open");
    }
    rollout_story next{
        {a_policy().rule(a_rule("next").when("ticket.status == \"PAUSED\"").do_continue())}};
    next.watch(running(), 2);
    next.fleet().breaker_open = true;
    next.watch(at_rest(), 3);
    EXPECT_TRUE(next.sent().empty());
    EXPECT_EQ(next.all<decided>().back().reason, suppression::breaker);
}

TEST(breaker, withholds_neither_pause_nor_notice) {
    rollout_story story{
        {a_policy().rule(a_rule("r").when("count.abnormal > 0").do_notify().do_pause())}};
    story.fleet().breaker_open = true;
    story.fleet().operations = 1000;
    story.watch(running(2), 1);
    EXPECT_EQ(story.sent(), std::vector<std::string>{"pause"});
    EXPECT_EQ(story.all<notified>().size(), 1u);
}

TEST(breaker, what_a_person_approves_is_sent_although_it_is_open) {
    rollout_story story = one_rule(action::cancel);
    story.fleet().breaker_open = true;
    story.watch(running(2), 3);
    story.say(act_kind::approve, story.proposal());
    story.watch(running(2), 3);
    EXPECT_EQ(story.sent(), std::vector<std::string>{"cancel"});
}

TEST(breaker, takes_back_what_was_not_sent) {
    rollout_story story = one_rule(action::cancel);
    story.watch(running(2), 2);
    story.fleet().breaker_open = true;
    story.watch(running(2), 1);
    EXPECT_EQ(story.effect(), "withdrawn");
    EXPECT_TRUE(story.sent().empty());
}

TEST(breaker, new_episodes_act_again_once_it_is_closed) {
    rollout_story story{{a_policy().rule(
        a_rule("r").when("count.abnormal > 0 && count.finished != 1").do_cancel())}};
    const auto seen = [](int finished) {
        return a_ticket()
            .batch(10, "PAUSE")
            .batch(10)
            .with_details()
            .in_batch(1, {{"ABNORMAL", 2}, {"FINISHED", finished}, {"PROCESSING", 8 - finished}});
    };
    story.fleet().breaker_open = true;
    story.watch(seen(0), 3);
    story.fleet().breaker_open = false;
    story.watch(seen(0), 3);
    EXPECT_TRUE(story.sent().empty()) << "its proposal still waits for an answer";
    story.watch(seen(1), 1);
    story.watch(seen(2), 3);
    EXPECT_EQ(story.sent(), std::vector<std::string>{"cancel"});
}

TEST(pauses_per_minute, only_alert_and_only_when_the_limit_is_passed) {
    for (const int before : {299, 300, 301}) {
        rollout_story story = one_rule(action::pause);
        story.fleet().pauses = before;
        story.watch(running(2), 1);
        EXPECT_EQ(story.sent(), std::vector<std::string>{"pause"});
        EXPECT_EQ(story.all<notified>().size(), before == 300 ? 1u : 0u) << before;
    }
}

TEST(fleet_blind, is_20_percent_or_more_of_at_least_10_tickets) {
    EXPECT_FALSE(is_fleet_blind(9, 9));
    EXPECT_FALSE(is_fleet_blind(10, 1));
    EXPECT_TRUE(is_fleet_blind(10, 2));
    EXPECT_FALSE(is_fleet_blind(1000, 199)) << "19.9%";
    EXPECT_TRUE(is_fleet_blind(1000, 200));
    EXPECT_FALSE(is_fleet_blind(0, 0));
}

TEST(fleet_blind, a_rule_about_being_blind_may_only_notify) {
    rollout_story story{{a_policy().rule(when_blind().do_pause().do_notify())}};
    story.watch(running(), 2);
    story.fleet().watched = 10;
    story.fleet().unseen = 2;
    for (int i = 0; i < 20; ++i)
        story.after(5s).fail();
    EXPECT_EQ(story.all<decided>().at(0).reason, suppression::fleet_blind);
    EXPECT_EQ(story.all<notified>().size(), 1u);
    EXPECT_TRUE(story.sent().empty());
}

TEST(fleet_blind, counts_a_condition_that_names_it_through_a_variable) {
    for (const int unseen : {1, 2}) {
        rollout_story story{{a_policy()
                                 .variable("dark", "ticket.unseen_for")
                                 .variable("seen", "dark < duration('1m')")
                                 .rule(a_rule("r").when("seen && count.abnormal > 0").do_pause())}};
        story.fleet().watched = 10;
        story.fleet().unseen = unseen;
        story.watch(running(2), 2);
        EXPECT_EQ(story.sent().size(), unseen == 1 ? 1u : 0u);
        if (unseen == 2) {
            EXPECT_EQ(story.decision(), "suppressed/fleet_blind");
        }
    }
}

TEST(fleet_blind, leaves_every_other_rule_alone) {
    rollout_story story = one_rule(action::pause);
    story.fleet().watched = 10;
    story.fleet().unseen = 10;
    story.watch(running(2), 1);
    EXPECT_EQ(story.sent(), std::vector<std::string>{"pause"});
}

}  // namespace rolloutd::tests
