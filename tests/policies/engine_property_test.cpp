// Laws that hold for every run, over random observations, answers and restarts (DESIGN §3, §6).
// Each run has its own seed, so that a failure can be repeated.

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "policies/effects.h"
#include "policies/engine.h"
#include "tests/support/rollout_story.h"

namespace rolloutd::tests {

using namespace policies;

namespace {

// Numbers below a bound, the same with every standard library.
class chances {
public:
    explicit chances(unsigned seed) : engine_(seed) {}
    int below(int bound) { return static_cast<int>(engine_() % static_cast<unsigned>(bound)); }
    bool one_in(int n) { return below(n) == 0; }

private:
    std::mt19937 engine_;
};

std::vector<a_policy> random_policies(chances& luck) {
    const std::vector<std::string> conditions{
        "count.abnormal > 1",
        "count.finished > 4",
        "percent(count.abnormal, count.settled) > ticket.failure_allowed",
        "ticket.status == \"PAUSED\"",
        "ticket.status == \"PROCESSING\"",
        "ticket.status == \"PAUSED\" && ticket.pause_cause == \"rotation\"",
        "count.unknown > 0 || count.processing > 3",
    };
    const std::vector<action> actions{action::cancel,          action::pause,
                                      action::skip_batch,      action::cancel_instance,
                                      action::continue_ticket, action::notify};
    const auto condition = [&] {
        return conditions[static_cast<std::size_t>(
            luck.below(static_cast<int>(conditions.size())))];
    };
    std::vector<a_policy> policies;
    for (int i = 0; i < 2; ++i) {
        a_policy policy{"p" + std::to_string(i)};
        for (int k = 0; k < 4; ++k) {
            a_rule rule{"r" + std::to_string(k)};
            const action what = actions[static_cast<std::size_t>(luck.below(6))];
            if (what == action::cancel_instance || luck.one_in(5)) {
                rule.each_instance().when("instance.status == \"PROCESSING\" && " + condition());
            } else if (luck.one_in(4)) {
                rule.each_batch().when("batch.count.abnormal > 0 && " + condition());
            } else {
                rule.when(condition());
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

// A ticket that mostly goes forward, sometimes jumps, and is sometimes nonsense.
class random_ticket {
public:
    explicit random_ticket(chances& luck) : luck_(&luck) {}

    reading next() {
        chances& luck = *luck_;
        if (!luck.one_in(3)) go_forward();
        if (luck.one_in(12)) status_ = words()[static_cast<std::size_t>(luck.below(8))];
        if (luck.one_in(4)) status_ = "PROCESSING";
        a_ticket ticket;
        ticket.batch(4, luck.one_in(2) ? "PAUSE" : "CONTINUE").batch(4).with_details();
        const int first = std::min(4, done_ + failed_);
        ticket.in_batch(1, {{"ABNORMAL", std::min(4, failed_)},
                            {"FINISHED", first - std::min(4, failed_)},
                            {"PROCESSING", 2}});
        if (first == 4) {
            ticket.current(2).in_batch(2, {{"FINISHED", done_ + failed_ - 4}, {"PROCESSING", 2}});
        }
        reading what = ticket.status(status_).read();
        if (luck.one_in(20)) what.stats.total += luck.below(3) - 1;
        if (luck.one_in(20)) what.details.pop_back();
        if (luck.one_in(30)) what.info.success_rate_tenths.reset();
        if (luck.one_in(30)) what.skew = 11s;
        return what;
    }

private:
    static const std::vector<std::string>& words() {
        static const std::vector<std::string> all{"READY",    "PROCESSING", "PAUSED", "ABNORMAL",
                                                  "FINISHED", "CANCELED",   "ERROR",  "ODD"};
        return all;
    }
    void go_forward() {
        if (done_ + failed_ >= 8) return;
        if (luck_->one_in(3))
            ++failed_;
        else
            ++done_;
    }

    chances* luck_;
    int done_ = 0;
    int failed_ = 0;
    std::string status_ = "PROCESSING";
};

// What the ticket's status may be for an operation that is sent.
void expect_legal(const operation& what, const ticket_state& state) {
    const status_word status = classify(state.last->info.status);
    EXPECT_TRUE(default_legal_table().at(what.what).contains(status))
        << described(what) << " while " << state.last->info.status;
    if (what.what == action::skip_batch) {
        EXPECT_EQ(what.batch, state.last->info.current_batch);
    }
}

void expect_one_in_flight(const ticket_state& state) {
    int unanswered = 0;
    for (const flight& each : state.flights) {
        const bool waits_for_its_turn = !each.what.by.empty() && each.intent != state.permitted;
        if (each.phase == flight_phase::intended && !waits_for_its_turn) ++unanswered;
    }
    EXPECT_LE(unanswered, 1);
}

// What was sent before this step and is not answered is the only one that may be on its way.
void expect_nothing_else_sent(const outcome& last, const ticket_state& before,
                              const ticket_state& state) {
    if (!last.send || before.permitted == 0) return;
    for (const flight& each : state.flights) {
        EXPECT_FALSE(each.intent == before.permitted && each.intent != last.send_intent &&
                     each.phase == flight_phase::intended)
            << "two operations on their way";
    }
}

void expect_only_true_rules_acted(const outcome& last) {
    for (const event& each : last.events) {
        const auto* intent = std::get_if<intended>(&each);
        if (intent == nullptr) continue;
        for (const rule_view& view : last.views) {
            if (view.key == rule_key{intent->policy, intent->rule, intent->who}) {
                EXPECT_EQ(view.now, verdict::yes);
            }
        }
    }
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
    act.call.what = calls[static_cast<std::size_t>(luck.below(5))];
    if (luck.one_in(4)) act.call.batch = luck.below(3);
    if (luck.one_in(2)) act.call.instance = 1000 + luck.below(6);
    return act;
}

// What the fleet does meanwhile: freezes and thaws, a breaker, limits that are used up, blindness.
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

input random_step(chances& luck, random_ticket& ticket, rollout_story& story) {
    if (luck.one_in(8)) {
        return seen{.what = failed_reading{.origin = "network",
                                           .code = luck.one_in(2) ? "timeout" : "reset",
                                           .detail = {},
                                           .not_found = false},
                    .planned = 5s};
    }
    if (luck.one_in(20)) return wake{};
    if (luck.one_in(10)) return random_act(luck, story.state());
    if (story.state().permitted != 0 && !luck.one_in(3)) {
        if (luck.one_in(5)) return withheld{.intent = story.state().permitted, .why = "hold"};
        return answer{.intent = story.state().permitted,
                      .kind = static_cast<answer_kind>(luck.below(4)),
                      .http_status = 200,
                      .code = {},
                      .message = {},
                      .retry_after = {}};
    }
    return seen{.what = ticket.next(), .planned = 5s};
}

void run(unsigned seed) {
    chances luck{seed};
    rollout_story story{random_policies(luck)};
    random_ticket ticket{luck};
    for (int i = 0; i < 60; ++i) {
        story.after(luck.one_in(10) ? 40s : std::chrono::seconds{1 + luck.below(8)});
        if (luck.one_in(40)) story.restart(story.now() - 3s);
        change_fleet(luck, story);
        if (luck.one_in(20)) change_settings(luck, story.rules());
        const input what = random_step(luck, ticket, story);
        const context around{.rules = story.rules(), .fleet = story.fleet(), .now = story.now()};
        const outcome once = decide(what, story.state(), around);
        const outcome twice = decide(what, story.state(), around);
        ASSERT_EQ(once.events, twice.events) << "seed " << seed;

        const ticket_state before = story.state();
        const outcome& last = story.take(what);
        expect_nothing_else_sent(last, before, story.state());
        if (last.send) {
            EXPECT_TRUE(last.fresh) << "nothing is sent without a fresh reading";
            expect_legal(last.send->what, story.state());
        }
        if (!last.fresh) {
            EXPECT_TRUE(std::ranges::none_of(last.events, [](const event& each) {
                // A person's is made at once, and sent after a reading.
                const auto* intent = std::get_if<intended>(&each);
                return intent != nullptr && intent->by.empty();
            }));
        }
        expect_one_in_flight(story.state());
        expect_only_true_rules_acted(last);
        if (testing::Test::HasFailure()) FAIL() << "seed " << seed << ", step " << i;
    }
}

}  // namespace

TEST(engine_property, laws_hold_over_random_runs) {
    for (unsigned seed = 1; seed <= 100; ++seed) {
        run(seed);
        if (testing::Test::HasFatalFailure()) return;
    }
}

TEST(engine_property, an_equal_reading_before_the_wake_up_time_changes_nothing) {
    for (unsigned seed = 1; seed <= 100; ++seed) {
        chances luck{seed};
        rollout_story story{random_policies(luck)};
        random_ticket ticket{luck};
        change_settings(luck, story.rules());
        for (int i = 0; i < 40; ++i) {
            change_fleet(luck, story);
            const reading what = ticket.next();
            story.after(5s).see(what);
            if (!story.last().fresh) continue;
            const timestamp limit =
                std::min(story.last().wake_at.value_or(story.now() + 14s), story.now() + 14s);
            if (limit <= story.now() + 1ms) continue;
            const ticket_state before = story.state();
            const std::size_t records = story.records().size();
            story.after(limit - story.now() - 1ms).see(what);
            ASSERT_EQ(story.records().size(), records) << "seed " << seed << ", step " << i << ": "
                                                       << kind_of(story.records().back().what);
            ASSERT_TRUE(same_durable_state(before, story.state()));
        }
    }
}

TEST(engine_property, replay_of_the_records_concludes_the_same) {
    for (unsigned seed = 1; seed <= 100; ++seed) {
        chances luck{seed};
        rollout_story story{random_policies(luck)};
        random_ticket ticket{luck};
        for (int i = 0; i < 60; ++i) {
            story.after(luck.one_in(10) ? 40s : 5s);
            story.take(random_step(luck, ticket, story));
        }
        const std::vector<record>& recorded = story.records();
        ticket_state state;
        std::size_t next = 0;
        while (next < recorded.size()) {
            const record& first = recorded[next];
            const std::optional<input> what = replayed_input(first.what);
            ASSERT_TRUE(what) << "seed " << seed << ", record " << first.where.seq << ": "
                              << kind_of(first.what);
            prepare_replay(state, first.what);
            const context around{
                .rules = story.rules(), .fleet = story.fleet(), .now = first.where.at};
            step(state, *what, around, [&](const event& each) {
                if (next >= recorded.size() || recorded[next].what != each) {
                    ADD_FAILURE() << "seed " << seed << " differs at record " << next + 1 << ": "
                                  << kind_of(each);
                    return stamp{.seq = 0, .at = first.where.at};
                }
                return recorded[next++].where;
            });
            ASSERT_FALSE(testing::Test::HasFailure());
        }
        EXPECT_TRUE(same_durable_state(state, story.state()));
    }
}

}  // namespace rolloutd::tests
