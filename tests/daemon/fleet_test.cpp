#include "daemon/fleet.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/daemon/stage.h"

namespace rolloutd::daemon::testing {
namespace {

struct fleets : ::testing::Test {
    stage on;
    setup plan_of(std::vector<policies::ticket_id> names) {
        for (const auto& each : names)
            on.cloud.tickets.try_emplace(each, a_rollout(0));
        return a_setup(std::move(names), guarding_policies(), on.folder / "s");
    }
    void reload(setup next) {
        on.next.good = std::move(next);
        on.daemon->request_reload();
        on.settle();
    }
};

TEST_F(fleets, first_readings_are_spread_over_the_interval) {
    std::vector<policies::ticket_id> names;
    for (int k = 0; k < 50; ++k)
        names.push_back("SCT" + std::to_string(k));
    on.start(plan_of(names));
    EXPECT_EQ(on.cloud.calls["info"], 1);
    on.run_for(2500ms);
    EXPECT_GE(on.cloud.calls["info"], 25);
    EXPECT_LE(on.cloud.calls["info"], 27);
    on.run_for(2500ms);
    EXPECT_GE(on.cloud.calls["info"], 50);
}

TEST_F(fleets, a_reload_adds_and_removes_without_a_gap_for_the_rest) {
    on.start(plan_of({"SCTA", "SCTB"}));
    on.run_for(10s);
    reload(plan_of({"SCTB", "SCTC"}));
    on.run_for(10s);
    const auto& now = on.daemon->tickets().watchers();
    EXPECT_EQ(now.size(), 2U);
    EXPECT_TRUE(now.contains("SCTB"));
    EXPECT_TRUE(now.contains("SCTC"));
    const auto gone = on.records("unwatch");
    ASSERT_EQ(gone.size(), 1U);
    EXPECT_EQ(gone[0].head.ticket, "SCTA");
    EXPECT_EQ(on.records("watch").size(), 3U) << "B is not watched anew";
    EXPECT_EQ(on.log.count("added=1 removed=1"), 1);
}

TEST_F(fleets, a_ticket_that_comes_back_is_seen_for_the_first_time) {
    on.start(plan_of({"SCTA"}));
    on.run_for(10s);
    reload(plan_of({}));
    on.run_for(10s);
    EXPECT_TRUE(on.daemon->tickets().watchers().empty());
    reload(plan_of({"SCTA"}));
    on.run_for(10s);
    const auto& back = on.daemon->tickets().watchers().at("SCTA");
    EXPECT_GE(*back->state().first_seen, on.time.now() - 10s);
    EXPECT_TRUE(on.daemon->tickets().past().empty());
}

TEST_F(fleets, taking_a_ticket_out_and_in_again_at_once_changes_nothing) {
    on.start(plan_of({"SCTA"}));
    on.run_for(10s);
    on.next.good = plan_of({});
    on.daemon->request_reload();
    reload(plan_of({"SCTA"}));
    on.run_for(10s);
    EXPECT_TRUE(on.daemon->tickets().watchers().contains("SCTA"));
}

TEST_F(fleets, every_half_minute_it_is_recorded_until_when_all_had_been_read) {
    on.start(plan_of({"SCTA", "SCTB"}));
    on.run_for(95s);
    EXPECT_EQ(on.records("seen").size(), 3U);
}

TEST_F(fleets, a_ticket_that_only_waits_for_its_turn_is_not_taken_for_unseen) {
    std::vector<policies::ticket_id> names;
    for (int k = 0; k < 200; ++k)
        names.push_back("SCT" + std::to_string(k));
    // A round of all takes 100 s, and each would be read every 5 s.
    on.cloud.load.per_second = 6;
    on.start(plan_of(names));
    on.run_for(10min);
    EXPECT_TRUE(on.records("blind").empty());
    EXPECT_GT(on.cloud.calls["statistics"], 1000);
}

TEST_F(fleets, tickets_are_unseen_when_nobody_gets_a_turn) {
    std::vector<policies::ticket_id> names;
    for (int k = 0; k < 40; ++k)
        names.push_back("SCT" + std::to_string(k));
    on.start(plan_of(names));
    on.run_for(20s);
    // Requests wait for a rate that lets none go.
    on.cloud.load.waiting = 1;
    on.run_for(30s);
    EXPECT_EQ(on.records("blind").size(), 40U);
}

TEST_F(fleets, a_ticket_never_read_yet_keeps_the_others_from_being_called_seen) {
    on.start(plan_of({"SCTA", "SCTB"}));
    EXPECT_EQ(on.daemon->tickets().seen_until(), std::nullopt);
    on.run_for(10s);
    EXPECT_NE(on.daemon->tickets().seen_until(), std::nullopt);
}

TEST_F(fleets, what_is_remembered_is_the_fold_of_the_journal) {
    on.start(plan_of({"SCTA", "SCTB"}));
    on.run_for(20s);
    reload(plan_of({"SCTB"}));
    on.run_for(20s);
    const fleet& live = on.daemon->tickets();
    const auto folded = fold_journal(on.files);
    ASSERT_TRUE(folded);
    std::size_t count = 0;
    for (const policies::ticket_state* each = live.state_from(""); each != nullptr;
         each = live.state_from(each->id + '\0')) {
        ++count;
        ASSERT_TRUE(folded->tickets.contains(each->id)) << each->id;
        EXPECT_TRUE(same_durable_state(folded->tickets.at(each->id), *each)) << each->id;
    }
    EXPECT_EQ(folded->tickets.size(), count);
}

}  // namespace
}  // namespace rolloutd::daemon::testing
