#include "daemon/overrun.h"

#include <gtest/gtest.h>

#include "tests/daemon/stage.h"

namespace rolloutd::daemon::testing {
namespace {

struct overrunning : ::testing::Test {
    stage on;
    setup plan;
    void start(int tickets) {
        std::vector<policies::ticket_id> names;
        for (int k = 0; k < tickets; ++k) {
            names.push_back("SCT" + std::to_string(k));
            on.cloud.tickets[names.back()] = a_rollout(0);
        }
        plan = a_setup(names, guarding_policies(), on.folder / "s");
        plan.options.coc.rate.per_second = 6;
        plan.options.polling.slowest = 10s;
        on.cloud.load.per_second = 6;
        on.start(plan);
    }
};

TEST_F(overrunning, a_fleet_that_fits_into_the_rate_is_no_overrun) {
    start(20);
    on.run_for(60s);
    EXPECT_EQ(overrun_of(on.daemon->tickets(), plan, false), "");
    EXPECT_TRUE(on.daemon->ready());
}

TEST_F(overrunning, a_fleet_that_does_not_is_told_counted_recorded_and_not_ready) {
    start(21);
    on.run_for(60s);
    EXPECT_EQ(overrun_of(on.daemon->tickets(), plan, false),
              "cloud.rate allows 20 readings of 3 calls within poll.slowest (10s), but there are "
              "21 tickets; raise cloud.rate.per_second or poll.slowest");
    EXPECT_FALSE(on.daemon->ready());
    EXPECT_EQ(on.log.count("readings_overrun"), 1);
    const auto told = on.records("notify");
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(told[0].body.at("about"), "readings_overrun");
    EXPECT_NE(on.counters->exposition({}).find("rolloutd_readings_overrun 1"), std::string::npos);
}

TEST_F(overrunning, is_over_when_the_settings_allow_it) {
    start(21);
    on.run_for(10s);
    plan.options.polling.slowest = 20s;
    on.next.good = plan;
    on.daemon->request_reload();
    on.run_for(10s);
    EXPECT_TRUE(on.daemon->ready());
    EXPECT_EQ(on.log.count("readings_in_time"), 1);
}

TEST_F(overrunning, a_cloud_that_slows_everything_down_is_an_overrun_when_a_ticket_waits_too_long) {
    start(19);
    on.run_for(60s);
    on.cloud.load.waiting = 1;
    on.run_for(25s);
    EXPECT_TRUE(on.daemon->ready());
    on.run_for(20s);
    EXPECT_FALSE(on.daemon->ready());
    EXPECT_EQ(on.log.count("waited for its reading"), 1);
    on.cloud.load.waiting = 0;
    on.run_for(40s);
    EXPECT_TRUE(on.daemon->ready());
}

}  // namespace
}  // namespace rolloutd::daemon::testing
