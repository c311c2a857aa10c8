#include "daemon/roll_call.h"

#include <gtest/gtest.h>

#include "tests/daemon/stage.h"

namespace rolloutd::daemon::testing {
namespace {

// Tickets that have not begun: they are read once a minute.
struct calling_the_roll : ::testing::Test {
    stage on;
    setup plan;

    void start(int tickets) {
        std::vector<policies::ticket_id> names;
        for (int k = 0; k < tickets; ++k) {
            names.push_back("SCT" + std::to_string(100 + k));
            a_ticket made;
            made.ready().name("deploy-web").batch(10).in_batch(1, {{"READY", 10}});
            policies::reading& there = on.cloud.tickets[names.back()] = made.with_details().read();
            there.info.creator = k % 2 == 0 ? "ana" : "ben";
            there.info.created = on.time.now() - std::chrono::minutes{k};
        }
        plan = a_setup(names, guarding_policies(), on.folder / "s");
        on.start(plan);
        on.run_for(10s);
    }
    std::string& status_of(const policies::ticket_id& id) {
        return on.cloud.tickets[id].info.status;
    }
    std::string known(const policies::ticket_id& id) {
        return on.daemon->tickets().watchers().at(id)->state().last->info.status;
    }
};

TEST_F(calling_the_roll, a_quiet_ticket_that_begins_is_read_soon) {
    start(4);
    const int readings = on.cloud.calls["statistics"];
    status_of("SCT101") = "PROCESSING";
    on.run_for(6s);
    EXPECT_EQ(known("SCT101"), "PROCESSING");
    EXPECT_LE(on.cloud.calls["statistics"], readings + 2) << "nobody else was read for it";
}

TEST_F(calling_the_roll, many_are_asked_for_with_one_call_for_each_creator) {
    start(20);
    const int before = on.cloud.calls["list"];
    on.run_for(20s);
    EXPECT_EQ(on.cloud.calls["list"], before + 4 * 2);
    ASSERT_FALSE(on.cloud.asked.empty());
    EXPECT_EQ(on.cloud.asked.back().creator, "ben");
    EXPECT_EQ(*on.cloud.asked.back().created_since,
              *policies::parse_timestamp("2026-11-21T10:00:00.000Z") - 19min - 1s)
        << "not older ones than there are";
}

TEST_F(calling_the_roll, nobody_is_asked_for_who_is_read_often_anyway) {
    start(0);
    on.cloud.tickets["SCT1"] = a_rollout(0);
    on.next.good = a_setup({"SCT1"}, guarding_policies(), on.folder / "s");
    on.daemon->request_reload();
    on.run_for(60s);
    EXPECT_EQ(on.cloud.calls["list"], 0);
}

TEST_F(calling_the_roll, a_list_that_lags_behind_has_nobody_read_again_and_again) {
    start(1);
    api::ticket_summary stale;
    stale.id = "SCT100";
    stale.creator = "ana";
    stale.status = "PAUSED";
    stale.created = on.time.now();
    on.cloud.unlisted = true;
    on.cloud.listed.push_back(stale);
    const int readings = on.cloud.calls["statistics"];
    on.run_for(50s);
    EXPECT_LE(on.cloud.calls["statistics"], readings + 2) << "once for the word, once in its slot";
}

TEST_F(calling_the_roll, takes_no_more_than_its_share_of_the_rate) {
    on.cloud.load.per_second = 2;
    start(2);
    on.run_for(60s);
    const int before = on.cloud.calls["list"];
    on.run_for(100s);
    EXPECT_LE(on.cloud.calls["list"] - before, 22);
    EXPECT_GE(on.cloud.calls["list"] - before, 18);
}

}  // namespace
}  // namespace rolloutd::daemon::testing
