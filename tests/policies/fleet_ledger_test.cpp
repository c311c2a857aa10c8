// DESIGN §6 Limits: what is counted of the whole fleet, and for how long.

#include "policies/fleet_ledger.h"

#include <gtest/gtest.h>

#include "policies/fleet_rules.h"
#include "tests/support/scenes.h"

namespace rolloutd::tests {

using namespace policies;
using namespace std::chrono_literals;

namespace {

// Records as the journal numbers them.
class ledger_story {
public:
    sequence intend(const ticket_id& ticket, action what = action::cancel) {
        return add(ticket, intended{.decision = 0,
                                    .policy = "web",
                                    .rule = "r",
                                    .who = {},
                                    .episode = 1,
                                    .step = 0,
                                    .what = {.what = what, .batch = {}, .instance = {}},
                                    .attempt = 1,
                                    .by = by,
                                    .status = {},
                                    .current_batch = {}});
    }
    sequence add(const ticket_id& ticket, const event& what) {
        fold_fleet(ledger, ticket, what, {.seq = ++last, .at = now});
        return last;
    }
    void see(const ticket_id& ticket) { add(ticket, observed{}); }
    void lose(const ticket_id& ticket) { add(ticket, blinded{}); }
    fleet_view view(const ticket_id& ticket = "SCT1") const { return view_of(ledger, ticket, now); }

    fleet_ledger ledger;
    timestamp now = noon;
    sequence last = 0;
    std::string by;
};

}  // namespace

TEST(fleet_ledger, an_operation_counts_for_a_minute_and_its_ticket_for_an_hour) {
    ledger_story story;
    story.intend("SCT1");
    EXPECT_EQ(story.view().operations, 1);
    EXPECT_TRUE(story.view("SCT1").acted_on);
    EXPECT_FALSE(story.view("SCT2").acted_on);
    story.now += 1min - 1ms;
    EXPECT_EQ(story.view().operations, 1);
    story.now += 1ms;
    EXPECT_EQ(story.view().operations, 0);
    EXPECT_EQ(story.view().tickets, 1);
    story.now = noon + 1h - 1ms;
    EXPECT_EQ(story.view().tickets, 1);
    story.now += 1ms;
    EXPECT_EQ(story.view().tickets, 0);
}

TEST(fleet_ledger, a_ticket_counts_once_however_often_it_is_acted_on) {
    ledger_story story;
    for (int i = 0; i < 5; ++i)
        story.intend(i % 2 == 0 ? "SCT1" : "SCT2");
    EXPECT_EQ(story.view().operations, 5);
    EXPECT_EQ(story.view().tickets, 2);
}

TEST(fleet_ledger, a_pause_is_counted_apart) {
    ledger_story story;
    story.intend("SCT1", action::pause);
    EXPECT_EQ(story.view().operations, 0);
    EXPECT_EQ(story.view().tickets, 0);
    EXPECT_EQ(story.view().pauses, 1);
    story.now += 1min;
    EXPECT_EQ(story.view().pauses, 0);
}

TEST(fleet_ledger, what_was_withdrawn_or_not_executed_is_struck_out) {
    ledger_story story;
    story.add(
        "SCT1",
        effected{.intent = story.intend("SCT1"), .effect = effect_kind::withdrawn, .detail = {}});
    EXPECT_EQ(story.view().operations, 0);
    EXPECT_FALSE(story.view().acted_on);
    const sequence refused = story.intend("SCT1");
    answered busy;
    busy.intent = refused;
    busy.outcome = answer_kind::not_executed;
    story.add("SCT1", busy);
    EXPECT_EQ(story.view().operations, 0);
    answered lost;
    lost.intent = story.intend("SCT1");
    lost.outcome = answer_kind::unknown;
    story.add("SCT1", lost);
    EXPECT_EQ(story.view().operations, 1) << "it may have reached the cloud";
}

TEST(fleet_ledger, an_earlier_act_stays_when_a_later_one_is_struck_out) {
    ledger_story story;
    story.intend("SCT1");
    story.now += 10min;
    story.add(
        "SCT1",
        effected{.intent = story.intend("SCT1"), .effect = effect_kind::withdrawn, .detail = {}});
    EXPECT_EQ(story.view().operations, 0);
    EXPECT_EQ(story.view().tickets, 1);
}

TEST(fleet_ledger, what_people_ask_for_uses_up_no_limit) {
    ledger_story story;
    story.by = "ana";
    story.intend("SCT1");
    EXPECT_EQ(story.view().operations, 0);
    EXPECT_EQ(story.view().tickets, 0);
}

TEST(fleet_ledger, it_is_bounded_however_much_happens) {
    ledger_story story;
    for (int i = 0; i < 2000; ++i) {
        story.now += 1s;
        story.intend("SCT" + std::to_string(i % 7));
        story.intend("SCT1", action::pause);
    }
    EXPECT_LE(story.ledger.operations.size(), 60U + 7U);
    EXPECT_EQ(story.ledger.pauses.size(), 60U);
    EXPECT_EQ(story.view().operations, 60);
}

TEST(fleet_ledger, a_decision_for_the_breaker_opens_it_and_closing_begins_to_count_anew) {
    ledger_story story;
    story.intend("SCT1");
    decided tripped;
    tripped.reason = suppression::breaker;
    tripped.detail = "operations_per_minute: 1 in the last minute, 1 allowed";
    story.add("SCT2", tripped);
    EXPECT_TRUE(story.view().breaker_open);
    EXPECT_EQ(limit_named(story.ledger.breaker_why), "operations_per_minute");
    fold_breaker(story.ledger, false, "INC-42");
    EXPECT_FALSE(story.view().breaker_open);
    EXPECT_EQ(story.view().operations, 0);
    EXPECT_EQ(story.view().tickets, 0);
}

TEST(fleet_ledger, a_freeze_stands_until_the_thaw_whose_time_is_kept) {
    ledger_story story;
    fold_freeze(story.ledger, true, noon);
    EXPECT_TRUE(story.view().frozen);
    EXPECT_FALSE(story.view().thawed_at);
    fold_freeze(story.ledger, false, noon + 1h);
    EXPECT_FALSE(story.view().frozen);
    EXPECT_EQ(story.view().thawed_at, noon + 1h);
}

TEST(fleet_ledger, a_ticket_is_unseen_until_it_is_read_and_again_while_blind) {
    ledger_story story;
    story.add("SCT1", watched{});
    story.add("SCT2", watched{});
    EXPECT_EQ(story.view().watched, 2);
    EXPECT_EQ(story.view().unseen, 2);
    story.see("SCT1");
    story.see("SCT2");
    EXPECT_EQ(story.view().unseen, 0);
    story.lose("SCT2");
    EXPECT_EQ(story.view().unseen, 1);
    story.add("SCT2", unwatched{});
    EXPECT_EQ(story.view().watched, 1);
    EXPECT_EQ(story.view().unseen, 0);
    fold_start(story.ledger, story.now);
    EXPECT_EQ(story.view().unseen, 1) << "nothing has been read since the start";
}

TEST(fleet_ledger, it_is_remembered_when_the_fleet_was_seen_again) {
    ledger_story story;
    for (int i = 0; i < 10; ++i)
        story.add("SCT" + std::to_string(i), watched{});
    for (int i = 0; i < 8; ++i)
        story.see("SCT" + std::to_string(i));
    EXPECT_FALSE(story.view().sighted_at) << "2 of 10 are unseen";
    story.now += 1min;
    story.see("SCT8");
    EXPECT_EQ(story.view().sighted_at, noon + 1min);
}

}  // namespace rolloutd::tests
