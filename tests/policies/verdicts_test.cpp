// DESIGN §6: Verdicts, `for`, Episodes.

#include "policies/verdicts.h"

#include <gtest/gtest.h>

#include "tests/support/rollout_story.h"

namespace rolloutd::tests {

using namespace policies;

namespace {

a_policy failing_policy(duration hold = 0s) {
    return a_policy()
        .variable("judged", "count.finished + count.abnormal")
        .variable("failed", "percent(count.abnormal, judged)")
        .rule(a_rule("failing").when("failed > ticket.failure_allowed").hold(hold).do_pause());
}

a_ticket ticket_with(int finished, int abnormal, int tenths, int size = 1000) {
    return a_ticket().batch(size).success_rate_tenths(tenths).in_batch(
        1, {{"FINISHED", finished}, {"ABNORMAL", abnormal}, {"PROCESSING", size}});
}

rule_view view_of(const rollout_story& story) { return story.last().views.at(0); }

}  // namespace

TEST(verdicts, a_share_is_judged_in_tenths_just_below_at_and_just_above) {
    struct sample {
        int finished;
        int abnormal;
        int tenths;
        verdict expected;
    };
    const std::vector<sample> samples{
        {197, 3, 985, verdict::no},    // 1.5% of 1.5% allowed
        {196, 4, 985, verdict::yes},   // 2.0%
        {198, 2, 985, verdict::no},    // 1.0%
        {986, 14, 986, verdict::no},   // 1.4%: 100 - 98.6 in doubles is less
        {985, 15, 986, verdict::yes},  // 1.5%
        {987, 13, 986, verdict::no},   // 1.3%
        {9, 1, 900, verdict::no},     {89, 11, 900, verdict::yes},  {91, 9, 900, verdict::no},
        {10, 0, 1000, verdict::no},   {999, 1, 1000, verdict::yes},
    };
    for (const sample& each : samples) {
        rollout_story story{{failing_policy()}};
        story.see(ticket_with(each.finished, each.abnormal, each.tenths));
        EXPECT_EQ(view_of(story).now, each.expected)
            << each.abnormal << " of " << each.finished + each.abnormal << " at " << each.tenths;
    }
}

TEST(verdicts, no_evidence_is_no_evidence_of_failure) {
    rollout_story story{{failing_policy()}};
    story.watch(ticket_with(0, 0, 900), 3);
    EXPECT_EQ(view_of(story).now, verdict::undetermined);
    EXPECT_EQ(view_of(story).reason, "division_by_zero");
    EXPECT_TRUE(story.all<decided>().empty());
}

TEST(verdicts, needs_not_met_is_undetermined_for_that_reason) {
    rollout_story story{{a_policy().rule(
        a_rule("x").needs("count.finished >= 5").when("count.abnormal > 0").do_pause())}};
    story.watch(ticket_with(4, 1, 900), 2);
    EXPECT_EQ(view_of(story).now, verdict::undetermined);
    EXPECT_EQ(view_of(story).reason, "needs");
    EXPECT_TRUE(story.sent().empty());
    story.watch(ticket_with(5, 1, 900), 1);
    EXPECT_EQ(view_of(story).now, verdict::yes);
    EXPECT_EQ(story.sent(), std::vector<std::string>{"pause"});
}

TEST(verdicts, a_policy_that_does_not_match_judges_nothing) {
    rollout_story story{{a_policy()
                             .match("ticket.name.startsWith(\"other\")")
                             .rule(a_rule("x").when("count.abnormal > 0").do_pause())}};
    story.watch(ticket_with(5, 1, 900), 3);
    EXPECT_TRUE(story.last().views.empty());
    EXPECT_TRUE(story.sent().empty());
}

TEST(verdicts, an_error_in_a_condition_is_undetermined_and_never_acts) {
    rollout_story story{
        {a_policy().rule(a_rule("x").when("ticket.labels.tier == \"prod\"").do_pause())}};
    story.watch(ticket_with(5, 1, 900), 3);
    EXPECT_EQ(view_of(story).now, verdict::undetermined);
    EXPECT_TRUE(story.sent().empty());
}

TEST(verdicts, for_holds_at_the_reading_where_the_time_is_reached_and_not_before) {
    rollout_story story{{failing_policy(10s)}};
    story.watch(ticket_with(1, 1, 900), 2);
    EXPECT_EQ(view_of(story).held, 5s);
    EXPECT_EQ(story.last().wake_at, story.now() + 5s);
    story.after(4999ms).see(ticket_with(1, 1, 900));
    EXPECT_TRUE(story.sent().empty());
    story.after(1ms).see(ticket_with(1, 1, 900));
    EXPECT_EQ(story.sent().size(), 1u);
}

TEST(verdicts, for_starts_anew_after_false) {
    rollout_story story{{failing_policy(10s)}};
    story.watch(ticket_with(1, 1, 900), 2);
    story.watch(ticket_with(98, 2, 900), 1);
    EXPECT_EQ(view_of(story).now, verdict::no);
    story.watch(ticket_with(98, 20, 900), 2);
    EXPECT_EQ(view_of(story).held, 5s);
    EXPECT_TRUE(story.sent().empty());
}

TEST(verdicts, undetermined_closes_the_stretch_without_resetting_it) {
    const auto policy = a_policy().rule(
        a_rule("x").needs("count.unknown == 0").when("count.abnormal > 0").hold(10s).do_pause());
    rollout_story story{{policy}};
    const auto unclear =
        a_ticket().batch(10).in_batch(1, {{"ABNORMAL", 1}, {"ODD", 1}, {"PROCESSING", 8}});
    const auto clear = a_ticket().batch(10).in_batch(1, {{"ABNORMAL", 1}, {"PROCESSING", 9}});
    story.watch(clear, 2);    // 5 s
    story.watch(unclear, 2);  // nothing
    EXPECT_EQ(view_of(story).now, verdict::undetermined);
    EXPECT_EQ(view_of(story).held, 5s);
    story.watch(clear, 1);
    EXPECT_EQ(view_of(story).held, 5s);
    EXPECT_TRUE(story.sent().empty());
    story.watch(clear, 1);
    EXPECT_EQ(view_of(story).held, 10s);
    EXPECT_EQ(story.sent().size(), 1u);
}

TEST(verdicts, an_interval_counts_in_full_up_to_three_times_the_planned_one_and_else_not_at_all) {
    rollout_story near{{failing_policy(30s)}};
    near.see(ticket_with(1, 1, 900));
    near.after(15s).see(ticket_with(1, 1, 900));
    EXPECT_EQ(view_of(near).held, 15s);

    rollout_story far{{failing_policy(30s)}};
    far.see(ticket_with(1, 1, 900));
    far.after(15001ms).see(ticket_with(1, 1, 900));
    EXPECT_EQ(view_of(far).held, 0s);
    EXPECT_FALSE(far.all<observed>().back().continuous);
}

TEST(verdicts, what_had_held_before_a_gap_is_kept) {
    rollout_story story{{failing_policy(30s)}};
    story.watch(ticket_with(1, 1, 900), 3);  // 10 s
    story.after(5min).see(ticket_with(1, 1, 900));
    EXPECT_EQ(view_of(story).held, 10s);
    story.watch(ticket_with(1, 1, 900), 4);
    EXPECT_EQ(view_of(story).held, 30s);
    EXPECT_EQ(story.sent().size(), 1u);
}

TEST(verdicts, a_short_blindness_does_not_interrupt_what_holds) {
    rollout_story story{{failing_policy(10s)}};
    story.see(ticket_with(1, 1, 900));
    story.after(5s).fail();
    EXPECT_TRUE(story.sent().empty());
    story.after(5s).see(ticket_with(1, 1, 900));
    EXPECT_EQ(view_of(story).held, 10s);
    EXPECT_EQ(story.sent().size(), 1u);
}

TEST(verdicts, for_survives_a_restart_without_the_time_that_nobody_saw) {
    rollout_story story{{failing_policy(20s)}};
    story.watch(ticket_with(1, 1, 900), 3);  // 10 s
    const timestamp seen = story.now();
    story.after(1h).restart(seen);
    story.see(ticket_with(1, 1, 900));
    EXPECT_EQ(view_of(story).held, 10s);
    story.watch(ticket_with(1, 1, 900), 2);
    EXPECT_EQ(view_of(story).held, 20s);
    EXPECT_EQ(story.sent().size(), 1u);
}

TEST(verdicts, an_episode_ends_only_when_the_condition_has_been_false) {
    rollout_story story{{failing_policy()}};
    story.watch(ticket_with(1, 1, 900), 1);
    story.answer(answer_kind::accepted);
    story.watch(a_ticket(ticket_with(1, 1, 900)).paused(), 1);
    EXPECT_EQ(story.effect(), "confirmed");
    // A person continues it; it still fails, and the episode's only step is done.
    story.watch(ticket_with(1, 1, 900), 5);
    EXPECT_EQ(story.sent().size(), 1u);
    story.watch(ticket_with(50, 1, 900), 1);
    story.watch(ticket_with(50, 50, 900), 1);
    EXPECT_EQ(story.sent().size(), 2u);
    EXPECT_EQ(story.all<intended>().back().episode, 2);
}

TEST(verdicts, for_starts_anew_when_the_rule_is_changed_but_a_spent_episode_stays) {
    rollout_story waiting{{failing_policy(10s)}};
    waiting.watch(ticket_with(1, 1, 900), 2);
    waiting.reload({failing_policy(11s)});
    waiting.watch(ticket_with(1, 1, 900), 1);
    EXPECT_EQ(view_of(waiting).held, 0s);
    waiting.watch(ticket_with(1, 1, 900), 1);
    EXPECT_EQ(view_of(waiting).held, 5s);

    rollout_story spent{{failing_policy()}};
    spent.watch(ticket_with(1, 1, 900), 1);
    spent.answer(answer_kind::accepted);
    spent.watch(a_ticket(ticket_with(1, 1, 900)).paused(), 1);
    spent.reload({failing_policy(1s)});
    spent.watch(ticket_with(1, 1, 900), 3);
    EXPECT_EQ(spent.sent().size(), 1u);
}

TEST(verdicts, a_blind_step_leaves_every_verdict_but_those_about_being_blind) {
    rollout_story story{
        {a_policy()
             .rule(a_rule("failing").when("count.abnormal > 0").hold(1h).do_pause())
             .rule(a_rule("unseen").when("ticket.unseen_for > duration(\"20s\")").do_notify())}};
    story.watch(ticket_with(1, 1, 900), 2);
    story.after(10s).fail();
    EXPECT_EQ(story.last().views.at(0).now, verdict::undetermined);
    EXPECT_EQ(story.last().views.at(0).reason, "not_seen");
    EXPECT_EQ(story.state().rules.at({"web", "failing", {}}).now, verdict::yes);
    EXPECT_TRUE(story.all<notified>().empty());
    story.after(11s).fail();
    story.after(5s).fail();
    EXPECT_EQ(story.all<notified>().size(), 1u);
    // It comes back, and goes again: another episode.
    story.watch(ticket_with(1, 1, 900), 1);
    story.after(30s).fail();
    EXPECT_EQ(story.all<notified>().size(), 2u);
}

TEST(verdicts, plainly_false_instances_leave_no_trace) {
    rollout_story story{{a_policy().rule(
        a_rule("hung").each_instance().when("instance.status == \"HUNG\"").do_cancel_instance())}};
    story.watch(a_ticket().batch(100).with_details(), 3);
    EXPECT_TRUE(story.state().rules.empty());
    EXPECT_TRUE(story.all<verdict_changed>().empty());
    EXPECT_TRUE(story.last().views.empty());
}

}  // namespace rolloutd::tests
