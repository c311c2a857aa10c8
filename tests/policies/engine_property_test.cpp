// Laws that hold for every run, over random observations, answers and restarts (DESIGN §3, §6).
// Each run has its own seed, so that a failure can be repeated.

#include <gtest/gtest.h>

#include <algorithm>

#include "policies/verdicts.h"
#include "tests/policies/engine_laws.h"
#include "tests/support/effort.h"

namespace rolloutd::tests::property_story {

using namespace policies;

namespace {

// A ticket that mostly goes forward, sometimes jumps, and is sometimes nonsense.
class random_ticket {
public:
    explicit random_ticket(chances& luck) : luck_(&luck) {}

    reading next() {
        chances& luck = *luck_;
        if (!luck.one_in(3)) go_forward();
        if (luck.one_in(12)) status_ = luck.among(words());
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

input random_step(chances& luck, random_ticket& ticket, rollout_story& story) {
    if (luck.one_in(8)) {
        return seen{.what = failed_reading{.origin = "network",
                                           .code = luck.one_in(2) ? "timeout" : "reset",
                                           .detail = {},
                                           .not_found = false},
                    .planned = 5s};
    }
    if (luck.one_in(20)) return wake{.planned = 5s};
    if (luck.one_in(10)) return random_act(luck, story.state());
    const sequence on_its_way = story.state().permitted;
    if (on_its_way != 0 && !luck.one_in(3)) return random_answer(luck, on_its_way);
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
        take_lawfully(story, random_step(luck, ticket, story));
        if (testing::Test::HasFailure()) FAIL() << "seed " << seed << ", step " << i;
    }
}

}  // namespace

TEST(engine_property, laws_hold_over_random_runs) {
    for (unsigned seed = 1; seed <= 100; seed += every_nth_run) {
        run(seed);
        if (testing::Test::HasFatalFailure()) return;
    }
}

// What happens between the two readings: mostly nothing, sometimes an answer, an act, a failure.
TEST(engine_property, an_equal_reading_before_the_wake_up_time_changes_nothing) {
    int compared = 0;
    for (unsigned seed = 1; seed <= 120; seed += every_nth_run) {
        chances luck{seed};
        rollout_story story{random_policies(luck)};
        random_ticket ticket{luck};
        change_settings(luck, story.rules());
        for (int i = 0; i < 40; ++i) {
            change_fleet(luck, story);
            if (seed > 60 && luck.one_in(3)) story.after(1s).take(random_step(luck, ticket, story));
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
            ++compared;
        }
    }
    EXPECT_GT(compared, 1000 / static_cast<int>(every_nth_run))
        << "the test has looked at something";
}

// What is told later is what the step itself would have told.
TEST(engine_property, evidence_that_was_left_out_is_told_as_it_stood) {
    int compared = 0;
    for (unsigned seed = 1; seed <= 60; seed += every_nth_run) {
        chances luck{seed};
        std::vector<a_policy> policies = random_policies(luck);
        policies.push_back(a_policy("timed").rule(
            a_rule("still").when("ticket.unchanged_for > duration('1h')").do_notify()));
        rollout_story story{policies};
        random_ticket ticket{luck};
        for (int i = 0; i < 40; ++i) {
            const reading what = ticket.next();
            story.after(5s).see(what);
            story.after(5s);
            const ticket_state before = story.state();
            story.see(what);
            if (!story.last().bare) continue;
            ASSERT_TRUE(story.last().events.empty()) << "what is recorded tells all";
            const context around{
                .rules = story.rules(), .fleet = story.fleet(), .now = story.now()};
            outcome told = story.last();
            tell_evidence(told, story.state(), around);
            EXPECT_FALSE(told.bare);
            draft unused{before, story.now()};
            const fact_view view{before, story.now(), false};
            for (const assessment& each : assess(unused, view, around, last_seen(before))) {
                const auto same = std::ranges::find(told.views, each.key(), &rule_view::key);
                ASSERT_NE(same, told.views.end());
                EXPECT_EQ(same->evidence, each.evidence) << "seed " << seed << ", step " << i;
                compared += each.evidence.empty() ? 0 : 1;
            }
        }
    }
    EXPECT_GT(compared, 500 / static_cast<int>(every_nth_run))
        << "the test has looked at something";
}

TEST(engine_property, replay_of_the_records_concludes_the_same) {
    for (unsigned seed = 1; seed <= 100; seed += every_nth_run) {
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

}  // namespace rolloutd::tests::property_story
