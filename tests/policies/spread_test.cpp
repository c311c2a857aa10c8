// DESIGN §6 Suppression reasons: when one ends for many tickets at once, continue and skip_batch
// are spread.

#include <gtest/gtest.h>

#include <set>

#include "policies/fleet_rules.h"
#include "tests/support/rollout_story.h"
#include "tests/support/scenes.h"

namespace rolloutd::tests {

using namespace policies;

namespace {

const rule_key next_rule{"web", "next", {}};

// Paused by its rotation while everything is frozen; many others are, too.
rollout_story frozen_story() {
    rollout_story story{{continuing()}};
    story.rules().limits.spread = 10min;
    story.fleet().watched = 50;
    story.watch(running(), 2);
    story.fleet().frozen = true;
    story.watch(at_rest(), 3);
    EXPECT_EQ(story.decision(), "suppressed/freeze");
    return story;
}

void thaw(rollout_story& story) {
    story.fleet().frozen = false;
    story.fleet().thawed_at = story.now();
}

}  // namespace

TEST(spread, is_deterministic_within_its_bound_and_different_between_tickets) {
    std::set<duration> delays;
    for (int i = 0; i < 200; ++i) {
        const ticket_id id = "SCT20231022114730010a" + std::to_string(i);
        const duration delay = spread_of(id, next_rule, 1min);
        EXPECT_GE(delay, 0ms);
        EXPECT_LE(delay, 1min);
        EXPECT_EQ(delay, spread_of(id, next_rule, 1min));
        EXPECT_EQ(spread_of(id, next_rule, 0s), 0ms);
        delays.insert(std::chrono::floor<std::chrono::seconds>(delay));
    }
    EXPECT_GE(delays.size(), 50u) << "of 61 seconds";
}

TEST(spread, a_continue_waits_for_its_share_after_a_thaw) {
    rollout_story story = frozen_story();
    const duration delay = spread_of(story.state().id, next_rule, 10min);
    ASSERT_GT(delay, 10s);
    thaw(story);
    const timestamp due = story.now() + delay;
    story.watch(at_rest(), 1);
    const std::size_t decisions = story.all<decided>().size();
    EXPECT_EQ(story.last().wake_at, due) << "a reading is planned for it";
    story.after(due - story.now() - 1ms).see(at_rest());
    EXPECT_EQ(story.all<decided>().size(), decisions) << "the wait leaves no record of its own";
    story.after(1ms).see(at_rest());
    EXPECT_EQ(story.all<intended>().size(), 1u);
    story.watch(at_rest(), 1, 1s);
    EXPECT_EQ(story.sent(), std::vector<std::string>{"continue"});
}

TEST(spread, survives_a_restart) {
    rollout_story story = frozen_story();
    thaw(story);
    const timestamp due = story.now() + spread_of(story.state().id, next_rule, 10min);
    story.after(5s).restart(story.now());
    story.watch(at_rest(), 1);
    story.after(due - story.now() - 1ms).see(at_rest());
    EXPECT_TRUE(story.all<intended>().empty());
    story.after(1ms).see(at_rest());
    EXPECT_EQ(story.all<intended>().size(), 1u);
}

TEST(spread, is_for_many_and_not_for_a_ticket_that_is_alone) {
    rollout_story story = frozen_story();
    story.fleet().watched = 1;
    thaw(story);
    story.watch(at_rest(), 1);
    EXPECT_EQ(story.all<intended>().size(), 1u);
}

TEST(spread, does_not_touch_what_was_not_suppressed) {
    rollout_story story{{continuing()}};
    story.rules().limits.spread = 10min;
    story.fleet().watched = 50;
    story.watch(running(), 2);
    thaw(story);
    story.watch(at_rest(), 2);
    EXPECT_EQ(story.sent(), std::vector<std::string>{"continue"});
}

TEST(spread, neither_cancel_nor_pause_waits) {
    for (const action what : {action::cancel, action::pause}) {
        rollout_story story{{a_policy().rule(a_rule("r").when("count.total > 0").then(what))}};
        story.rules().limits.spread = 10min;
        story.fleet().watched = 50;
        story.fleet().frozen = true;
        story.watch(running(), 3);
        thaw(story);
        story.watch(running(), 2, 1s);
        EXPECT_EQ(story.sent().size(), 1u) << to_text(what);
    }
}

TEST(spread, follows_the_end_of_a_window_and_a_skip_waits_as_well) {
    window closed;
    closed.what = {action::skip_batch};
    // 2026-11-21 is a Saturday; stories begin at 10:00.
    closed.span = week_span{.from_minute = 5 * 24 * 60, .to_minute = 5 * 24 * 60 + 10 * 60 + 5};
    rollout_story story{
        {a_policy()
             .rule(a_rule("next").when("ticket.status == \"PROCESSING\"").then(action::skip_batch))
             .window(closed)}};
    story.rules().limits.spread = 10min;
    story.fleet().watched = 50;
    story.watch(running(), 5);
    EXPECT_EQ(story.decision(), "suppressed/window");
    const timestamp opens = std::chrono::sys_days{std::chrono::year{2026} / 11 / 21} + 10h + 5min;
    const timestamp due = opens + spread_of(story.state().id, next_rule, 10min);
    while (story.all<intended>().empty() && story.now() < opens + 20min)
        story.watch(running(), 1);
    EXPECT_GE(story.now(), due);
    EXPECT_LT(story.now(), due + 5s);
}

TEST(spread, follows_the_end_of_fleet_blind) {
    rollout_story story{{a_policy().rule(
        a_rule("next")
            .when("ticket.unseen_for < duration('1m') && ticket.status == \"PROCESSING\"")
            .then(action::skip_batch))}};
    story.rules().limits.spread = 10min;
    story.fleet().watched = 10;
    story.fleet().unseen = 2;
    story.watch(running(), 3);
    EXPECT_EQ(story.decision(), "suppressed/fleet_blind");
    story.fleet().unseen = 1;
    story.fleet().sighted_at = story.now();
    const timestamp due = story.now() + spread_of(story.state().id, next_rule, 10min);
    story.watch(running(), 1);
    EXPECT_EQ(story.last().wake_at, due);
    EXPECT_TRUE(story.all<intended>().empty());
}

}  // namespace rolloutd::tests
