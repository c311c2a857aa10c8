#include "tests/policies/engine_laws.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "policies/effects.h"
#include "policies/legality.h"

namespace rolloutd::tests {

using namespace policies;

namespace {

void expect_same(const rule_view& a, const rule_view& b) {
    EXPECT_EQ(a.key, b.key);
    EXPECT_EQ(a.now, b.now);
    EXPECT_EQ(a.reason, b.reason);
    EXPECT_EQ(a.held, b.held);
    EXPECT_EQ(a.spent, b.spent);
    EXPECT_EQ(a.outcome, b.outcome);
    EXPECT_EQ(a.suppressed, b.suppressed);
    EXPECT_EQ(a.proposal, b.proposal);
    EXPECT_EQ(a.evidence, b.evidence);
}

void expect_same(const outcome& a, const outcome& b) {
    EXPECT_EQ(a.events, b.events);
    EXPECT_EQ(a.wake_at, b.wake_at);
    EXPECT_EQ(a.read_now, b.read_now);
    EXPECT_EQ(a.send, b.send);
    EXPECT_EQ(a.send_intent, b.send_intent);
    EXPECT_EQ(a.over, b.over);
    EXPECT_EQ(a.fresh, b.fresh);
    EXPECT_EQ(a.refused, b.refused);
    ASSERT_EQ(a.views.size(), b.views.size());
    for (std::size_t i = 0; i < a.views.size(); ++i)
        expect_same(a.views[i], b.views[i]);
}

void expect_legal(const operation& what, const ticket_state& state, const settings& rules) {
    ASSERT_TRUE(state.last);
    EXPECT_EQ(judge_legality(what, state, rules.legal).is, legality::legal)
        << described(what) << " while " << state.last->info.status;
    const status_word status = classify(state.last->info.status);
    EXPECT_TRUE(rules.legal.at(what.what).contains(status)) << described(what);
    if (what.what == action::skip_batch) {
        EXPECT_EQ(what.batch, state.last->info.current_batch);
    }
}

// A rule may do something only if it is true in this very step, and has held for long enough.
void expect_true(const rule_key& key, const outcome& last, const char* what) {
    const auto view = std::ranges::find(last.views, key, &rule_view::key);
    ASSERT_NE(view, last.views.end()) << what << " of a rule that was not judged";
    EXPECT_EQ(view->now, verdict::yes) << what << " on " << view->reason;
    EXPECT_GE(view->held, view->hold_for) << what;
}

void expect_only_true_rules_acted(const outcome& last) {
    for (const event& each : last.events) {
        if (const auto* intent = std::get_if<intended>(&each)) {
            if (intent->by.empty())
                expect_true({intent->policy, intent->rule, intent->who}, last, "an intent");
        } else if (const auto* decision = std::get_if<decided>(&each)) {
            expect_true({decision->policy, decision->rule, decision->who}, last, "a decision");
        } else if (const auto* notice = std::get_if<notified>(&each)) {
            if (notice->step >= 0)
                expect_true({notice->policy, notice->rule, notice->who}, last, "a notice");
        }
    }
    if (last.send && last.send->by.empty())
        expect_true({last.send->policy, last.send->rule, last.send->who}, last, "an operation");
}

void expect_at_most_one(const outcome& last, const ticket_state& before,
                        const ticket_state& after) {
    const auto intents = std::ranges::count_if(
        last.events, [](const event& each) { return std::holds_alternative<intended>(each); });
    EXPECT_LE(intents, 1) << "two operations in one step";
    int unanswered = 0;
    for (const flight& each : after.flights) {
        const bool waits_for_its_turn = !each.what.by.empty() && each.intent != after.permitted;
        if (each.phase == flight_phase::intended && !waits_for_its_turn) ++unanswered;
    }
    EXPECT_LE(unanswered, 1) << "two operations in flight";
    if (!last.send || before.permitted == 0) return;
    for (const flight& each : after.flights) {
        EXPECT_FALSE(each.intent == before.permitted && each.intent != last.send_intent &&
                     each.phase == flight_phase::intended)
            << "two operations on their way";
    }
}

void expect_nothing_without_sight(const outcome& last) {
    if (last.fresh) return;
    EXPECT_FALSE(last.send) << "nothing is sent without a fresh reading";
    EXPECT_TRUE(std::ranges::none_of(last.events, [](const event& each) {
        // A person's is made at once, and sent after a reading.
        const auto* intent = std::get_if<intended>(&each);
        return intent != nullptr && intent->by.empty();
    }));
}

}  // namespace

std::vector<a_policy> random_policies(chances& luck, const std::vector<std::string>& conditions) {
    const std::vector<action> actions{action::cancel,          action::pause,
                                      action::skip_batch,      action::cancel_instance,
                                      action::continue_ticket, action::notify};
    std::vector<a_policy> policies;
    for (int i = 0; i < 2; ++i) {
        a_policy policy{"p" + std::to_string(i)};
        for (int k = 0; k < 4; ++k) {
            a_rule rule{"r" + std::to_string(k)};
            const action what = luck.among(actions);
            const std::string& condition = luck.among(conditions);
            if (what == action::cancel_instance || luck.one_in(5)) {
                rule.each_instance().when("instance.status == \"PROCESSING\" && " + condition);
            } else if (luck.one_in(4)) {
                rule.each_batch().when("batch.count.abnormal > 0 && " + condition);
            } else {
                rule.when(condition);
            }
            if (luck.one_in(3)) rule.needs("count.settled > 2");
            if (luck.one_in(3)) rule.hold(std::chrono::seconds{5 * luck.below(4)});
            if (luck.one_in(4)) rule.do_notify();
            if (luck.one_in(4)) rule.cooldown(20s);
            rule.then(what);
            if (luck.one_in(4)) rule.then(action::cancel, 10s, luck.one_in(2));
            policy.rule(rule);
        }
        if (luck.one_in(3)) policy.mode(mode::propose);
        policies.push_back(policy);
    }
    return policies;
}

std::vector<a_policy> random_policies(chances& luck) {
    return random_policies(luck,
                           {"count.abnormal > 1", "count.finished > 4",
                            "percent(count.abnormal, count.settled) > ticket.failure_allowed",
                            "ticket.status == \"PAUSED\"", "ticket.status == \"PROCESSING\"",
                            "ticket.status == \"PAUSED\" && ticket.pause_cause == \"rotation\"",
                            "(count.unknown > 0 || count.processing > 3)"});
}

void change_fleet(chances& luck, rollout_story& story) {
    fleet_view& fleet = story.fleet();
    if (luck.one_in(10)) {
        if (fleet.frozen) fleet.thawed_at = story.now();
        fleet.frozen = !fleet.frozen;
    }
    if (luck.one_in(15)) fleet.breaker_open = !fleet.breaker_open;
    fleet.operations = luck.below(40);
    fleet.tickets = luck.below(60);
    fleet.acted_on = luck.one_in(2);
    fleet.pauses = 298 + luck.below(4);
    fleet.watched = luck.below(20);
    fleet.unseen = luck.below(fleet.watched + 1);
    if (luck.one_in(10)) fleet.sighted_at = story.now();
}

void change_settings(chances& luck, settings& rules) {
    rules.limits.cancelled_percent_tenths = luck.below(1001);
    rules.limits.operations_per_minute = 1 + luck.below(40);
    rules.limits.spread = std::chrono::seconds{luck.below(120)};
    rules.tries = 1 + luck.below(4);
    rules.ceiling = luck.one_in(6) ? mode::propose : mode::enforce;
}

operator_act random_act(chances& luck, const ticket_state& state) {
    const std::vector<action> calls{action::cancel, action::pause, action::skip_batch,
                                    action::cancel_instance, action::continue_ticket};
    operator_act act{.what = static_cast<act_kind>(luck.below(5)),
                     .by = {.uid = 7, .author = "ana", .reason = "why"},
                     .proposal = static_cast<sequence>(luck.below(200)),
                     .call = {}};
    if (luck.one_in(2)) act.what = act_kind::operate;
    const bool known = !state.proposals.empty() && !luck.one_in(4);
    if (known) act.what = luck.one_in(4) ? act_kind::deny : act_kind::approve;
    if (known) act.proposal = state.proposals.front().id;
    act.call.what = luck.among(calls);
    if (luck.one_in(4)) act.call.batch = luck.below(3);
    if (luck.one_in(2)) act.call.instance = 1000 + luck.below(6);
    return act;
}

input random_answer(chances& luck, sequence intent) {
    if (luck.one_in(5)) return withheld{.intent = intent, .why = "hold"};
    return answer{.intent = intent,
                  .kind = static_cast<answer_kind>(luck.below(4)),
                  .http_status = 200,
                  .code = {},
                  .message = {},
                  .retry_after = {}};
}

void take_lawfully(rollout_story& story, const input& what) {
    const context around{.rules = story.rules(), .fleet = story.fleet(), .now = story.now()};
    expect_same(decide(what, story.state(), around), decide(what, story.state(), around));
    const ticket_state before = story.state();
    const outcome& last = story.take(what);
    expect_at_most_one(last, before, story.state());
    expect_nothing_without_sight(last);
    expect_only_true_rules_acted(last);
    if (last.send) expect_legal(last.send->what, story.state(), story.rules());
    for (const event& each : last.events) {
        const auto* intent = std::get_if<intended>(&each);
        if (intent != nullptr) expect_legal(intent->what, story.state(), story.rules());
    }
}

}  // namespace rolloutd::tests
