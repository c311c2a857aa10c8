// DESIGN §6: Limits, guarded, modes, freeze, human; what may be carried out, and why not.

#include "policies/judgement.h"

#include <gtest/gtest.h>

#include "tests/support/rollout_story.h"
#include "tests/support/scenes.h"

namespace rolloutd::tests {

using namespace policies;

namespace {

a_rule next() { return a_rule("next").when("ticket.status == \"PAUSED\"").do_continue(); }

a_rule host(const std::string& condition) {
    return a_rule("host").each_instance().when(condition).do_cancel_instance();
}

// Answers what is sent and shows the instance as CANCELED.
void cancel_confirmed(rollout_story& story, a_ticket& ticket, instance_id id) {
    story.answer(answer_kind::accepted);
    story.watch(ticket.instance(id, "CANCELED"), 1);
}

}  // namespace

TEST(modes, observe_records_once_in_an_episode_and_sends_nothing) {
    rollout_story story{{a_policy()
                             .mode(mode::observe)
                             .rule(a_rule("failing").when("count.abnormal > 0").do_pause())}};
    story.watch(running(2), 10);
    EXPECT_EQ(story.decision(), "observe");
    EXPECT_EQ(story.all<decided>().size(), 1u);
    EXPECT_TRUE(story.all<intended>().empty());
    EXPECT_TRUE(story.sent().empty());
}

TEST(modes, the_daemon_caps_what_a_policy_may_do) {
    rollout_story story{{a_policy().rule(a_rule("failing").when("count.abnormal > 0").do_pause())}};
    story.rules().ceiling = mode::observe;
    story.watch(running(2), 3);
    EXPECT_EQ(story.decision(), "observe");
    EXPECT_EQ(story.all<decided>().at(0).detail, "the daemon's mode is observe");
}

TEST(modes, propose_records_a_proposal_and_sends_nothing) {
    rollout_story story{{a_policy()
                             .mode(mode::propose)
                             .rule(a_rule("failing").when("count.abnormal > 0").do_pause())}};
    story.watch(running(2), 10);
    EXPECT_EQ(story.decision(), "propose");
    EXPECT_EQ(story.all<decided>().size(), 1u);
    EXPECT_TRUE(story.sent().empty());
}

TEST(modes, a_step_that_asks_for_approval_is_proposed) {
    rollout_story story{
        {a_policy().rule(a_rule("end").when("count.abnormal > 0").then(action::cancel, 0s, true))}};
    story.watch(running(2), 5);
    EXPECT_EQ(story.decision(), "propose");
    EXPECT_TRUE(story.sent().empty());
}

TEST(modes, nothing_but_pause_and_notify_acts_before_the_second_fresh_reading) {
    rollout_story story{{a_policy()
                             .rule(a_rule("end").when("count.abnormal > 0").do_cancel())
                             .rule(a_rule("tell").when("count.abnormal > 0").do_notify())}};
    story.watch(running(2), 1);
    EXPECT_TRUE(story.all<intended>().empty());
    EXPECT_EQ(story.all<decided>().size(), 1u);
    EXPECT_EQ(story.all<notified>().size(), 1u);
    story.watch(running(2), 1);
    EXPECT_EQ(story.all<intended>().size(), 1u);
    story.reload({a_policy().rule(a_rule("end2").when("count.abnormal > 0").do_cancel())});
    story.watch(running(2), 1);
    EXPECT_EQ(story.all<decided>().size(), 2u);
}

TEST(freeze, withholds_every_operation_and_no_notice) {
    rollout_story story{{a_policy()
                             .rule(a_rule("failing").when("count.abnormal > 0").do_pause())
                             .rule(a_rule("tell").when("count.abnormal > 0").do_notify())}};
    story.fleet().frozen = true;
    story.watch(running(2), 3);
    EXPECT_EQ(story.all<decided>().at(0).reason, suppression::freeze);
    EXPECT_EQ(story.all<notified>().size(), 1u);
    EXPECT_TRUE(story.sent().empty());
    story.fleet().frozen = false;
    story.watch(running(2), 1);
    EXPECT_EQ(story.sent(), std::vector<std::string>{"pause"});
}

TEST(freeze, takes_back_what_was_not_sent) {
    rollout_story story{{a_policy().rule(a_rule("end").when("count.abnormal > 0").do_cancel())}};
    story.watch(running(2), 2);
    story.fleet().frozen = true;
    story.watch(running(2), 1);
    EXPECT_EQ(story.effect(), "withdrawn");
    EXPECT_TRUE(story.sent().empty());
}

TEST(guarded, a_true_pause_rule_withholds_continue_its_for_notwithstanding) {
    rollout_story story{{a_policy().rule(next()).rule(
        a_rule("failing").when("count.finished > 0").hold(24h).do_pause())}};
    story.watch(running(), 2);
    story.watch(at_rest(), 5);
    EXPECT_EQ(story.decision(), "suppressed/guarded");
    EXPECT_TRUE(story.sent().empty());
}

TEST(guarded, an_undetermined_pause_rule_withholds_too_but_not_for_want_of_needs) {
    for (const bool needs : {false, true}) {
        a_rule failing("failing");
        failing.when("percent(count.abnormal, count.unknown) > 1.0").do_pause();
        if (needs) failing.needs("count.unknown > 0");
        rollout_story story{{a_policy().rule(next()).rule(failing)}};
        story.watch(running(), 2);
        story.watch(at_rest(), 3);
        EXPECT_EQ(story.sent().size(), needs ? 1u : 0u);
    }
}

TEST(guarded, a_rule_that_only_observes_guards_nothing) {
    rollout_story story{{a_policy("a").rule(next()),
                         a_policy("b")
                             .mode(mode::observe)
                             .rule(a_rule("failing").when("count.finished > 0").do_pause())}};
    story.watch(running(), 2);
    story.watch(at_rest(), 2);
    EXPECT_EQ(story.sent(), std::vector<std::string>{"continue"});
}

TEST(guarded, skip_is_withheld_as_continue_is) {
    rollout_story story{
        {a_policy()
             .rule(a_rule("skip").each_batch().when("batch.current").do_skip())
             .rule(a_rule("failing").when("count.abnormal > 0").hold(24h).do_pause())}};
    story.watch(running(2), 3);
    EXPECT_EQ(story.decision(), "suppressed/guarded");
}

TEST(human, a_pause_of_another_is_never_continued) {
    rollout_story story{{a_policy().rule(next())}};
    story.watch(running(), 2);
    story.watch(running().paused(), 10);
    EXPECT_EQ(story.state().pause_cause, pause_origin::other);
    EXPECT_EQ(story.decision(), "suppressed/human");
    EXPECT_TRUE(story.sent().empty());
}

TEST(human, a_rules_pause_is_continued_only_by_a_rule_of_its_policy_that_names_it) {
    const a_rule failing =
        a_rule("failing").when("ticket.status == \"PROCESSING\" && count.abnormal == 2").do_pause();
    const a_rule naming =
        a_rule("again")
            .when("ticket.status == \"PAUSED\" && ticket.paused_by == \"web/failing\"")
            .do_continue();
    const auto run = [&](std::vector<a_policy> policies) {
        rollout_story story{std::move(policies)};
        story.watch(running(2), 2);
        story.answer(answer_kind::accepted);
        story.watch(running(2).paused(), 4);
        return story.sent().size();
    };
    EXPECT_EQ(run({a_policy().rule(failing).rule(naming)}), 2u);
    EXPECT_EQ(run({a_policy().rule(failing).rule(next())}), 1u);
    EXPECT_EQ(run({a_policy().rule(failing), a_policy("other").rule(naming)}), 1u);
}

TEST(limits, times_are_counted_over_all_subjects_of_a_rule) {
    rollout_story story{{a_policy().rule(host("instance.status == \"PROCESSING\"").times(2))}};
    a_ticket ticket = running();
    story.watch(ticket, 3);
    cancel_confirmed(story, ticket, 1001);
    story.watch(ticket, 2);
    cancel_confirmed(story, ticket, 1002);
    story.watch(ticket, 5);
    EXPECT_EQ(story.sent(),
              (std::vector<std::string>{"cancel_instance 1001", "cancel_instance 1002"}));
    EXPECT_EQ(story.decision(), "suppressed/limit");
}

TEST(limits, a_cooldown_lies_between_two_acts_of_a_rule) {
    rollout_story story{
        {a_policy().rule(host("instance.status == \"PROCESSING\"").cooldown(1min))}};
    a_ticket ticket = running();
    story.watch(ticket, 3);
    cancel_confirmed(story, ticket, 1001);
    story.watch(ticket, 10);
    EXPECT_EQ(story.sent().size(), 1u);
    story.watch(ticket, 4);
    EXPECT_EQ(story.sent().size(), 2u);
}

TEST(limits, a_percentage_is_of_the_tickets_instances_rounded_down_and_at_least_one) {
    struct sample {
        int tenths;
        std::size_t allowed;
    };
    for (const sample& each : {sample{1, 1}, sample{99, 1}, sample{100, 2}, sample{149, 2}}) {
        rollout_story story{{a_policy().rule(
            host("instance.status == \"PROCESSING\"").percent_tenths(each.tenths))}};
        a_ticket ticket = running();
        story.watch(ticket, 3);
        for (instance_id id = 1001; id < 1006; ++id) {
            if (story.state().flights.empty()) break;
            cancel_confirmed(story, ticket, id);
            story.watch(ticket, 2);
        }
        EXPECT_EQ(story.sent().size(), each.allowed) << each.tenths;
    }
}

TEST(limits, never_withhold_a_pause) {
    rollout_story story{
        {a_policy().rule(a_rule("failing").when("count.abnormal > 1").times(0).do_pause())}};
    story.watch(running(2), 1);
    EXPECT_EQ(story.sent(), std::vector<std::string>{"pause"});
}

TEST(limits, what_was_refused_or_withdrawn_counts_for_nothing) {
    rollout_story story{
        {a_policy().rule(a_rule("end").when("count.abnormal > 0").do_cancel().times(1))}};
    story.watch(running(2), 3);
    story.withhold();
    EXPECT_TRUE(story.state().totals.empty());
    story.watch(running(2), 2);
    EXPECT_EQ(story.sent().size(), 2u);
}

TEST(decisions, a_suppressed_action_stays_due_and_is_recorded_once) {
    rollout_story story{{a_policy().rule(next())}};
    story.watch(running(), 2);
    story.watch(running().paused(), 20);
    EXPECT_EQ(story.all<decided>().size(), 1u);
}

TEST(decisions, the_evidence_names_every_value_with_integers) {
    rollout_story story{
        {a_policy()
             .variable("failed", "percent(count.abnormal, count.settled)")
             .rule(a_rule("failing").when("failed > ticket.failure_allowed").do_pause())}};
    story.watch(running(2), 1);
    const auto decisions = story.all<decided>();
    ASSERT_EQ(decisions.size(), 1u);
    const auto find = [&](const std::string& name) -> const evidence_item* {
        for (const evidence_item& each : decisions[0].evidence) {
            if (each.name == name) return &each;
        }
        return nullptr;
    };
    ASSERT_NE(find("count.abnormal"), nullptr);
    EXPECT_EQ(find("count.abnormal")->value, evidence_value{std::int64_t{2}});
    ASSERT_NE(find("ticket.failure_allowed"), nullptr);
    EXPECT_EQ(find("ticket.failure_allowed")->value, evidence_value{10.0});
    ASSERT_NE(find("percent(count.abnormal, count.settled)"), nullptr);
    EXPECT_EQ(find("percent(count.abnormal, count.settled)")->arguments,
              (std::vector<evidence_value>{std::int64_t{2}, std::int64_t{2}}));
}

}  // namespace rolloutd::tests
