#include "daemon/turns.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <memory>
#include <vector>

#include "api/manual_clock.h"
#include "api/task_group.h"
#include "tests/api/run.h"
#include "tests/daemon/scripted_gateway.h"

namespace rolloutd::daemon::testing {
namespace {

using namespace std::chrono_literals;
using policies::duration;
using policies::ticket_id;
using policies::timestamp;

// Tickets whose readings end when the test says so.
struct taking_turns : ::testing::Test {
    boost::asio::io_context io{1};
    api::manual_clock time{io.get_executor(), timestamp{1'000'000'000ms}};
    scripted_gateway cloud{time};
    poll_plan plan;
    std::unique_ptr<turns> order;
    api::task_group group{io.get_executor(), nullptr};
    std::vector<ticket_id> taken;

    void begin(int tickets) {
        order = std::make_unique<turns>(time, cloud, plan);
        for (int k = 0; k < tickets; ++k)
            join("SCT" + std::to_string(k));
        group.spawn("turns", order->run());
        settle();
    }
    void join(const ticket_id& id) {
        order->join(id, [this, id] { taken.push_back(id); });
    }
    void settle() { api::test::settle(io); }
    void run_for(duration length) { api::test::run_for(io, time, length); }
    // All whose turn it is read at once, of `calls` calls each; returns how many did.
    int read_all(int calls, const policies::foresight& what = {}) {
        std::vector<ticket_id> reading = std::exchange(taken, {});
        for (const ticket_id& each : reading) {
            order->has_read(each, calls);
            order->back(each, what);
        }
        settle();
        return static_cast<int>(reading.size());
    }
    int read_for(duration length, int calls, const policies::foresight& what = {}) {
        int readings = 0;
        for (duration gone{}; gone < length; gone += 10ms) {
            readings += read_all(calls, what);
            run_for(10ms);
        }
        return readings;
    }
    void TearDown() override {
        group.cancel();
        settle();
        EXPECT_EQ(group.running(), 0U);
    }
};

TEST_F(taking_turns, no_more_readings_go_on_at_a_time_than_connections_allow) {
    plan.at_once = 3;
    begin(10);
    run_for(5s);
    EXPECT_EQ(taken.size(), 3U) << "the others wait, as none of these has ended";
    const ticket_id first = taken.front();
    order->has_read(first, 2);
    settle();
    EXPECT_EQ(taken.size(), 4U) << "its connection is free while its operation is under way";
    order->back(first, {});
    run_for(1h);
    EXPECT_EQ(taken.size(), 4U);
}

TEST_F(taking_turns, readings_keep_to_the_rate_whatever_they_cost) {
    cloud.load.per_second = 20;
    plan.every = 1s;
    plan.slowest = 1h;
    begin(500);
    read_for(20s, 4);
    const int readings = read_for(60s, 4);
    EXPECT_GE(readings, 60 * 20 / 4 * 9 / 10);
    EXPECT_LE(readings, 60 * 20 / 4 + 20 / 4) << "one second's worth may have been saved up";
}

TEST_F(taking_turns, none_begins_while_requests_wait_for_the_rate_already) {
    cloud.load.per_second = 20;
    cloud.load.waiting = 1;
    begin(5);
    run_for(10s);
    EXPECT_TRUE(taken.empty());
    cloud.load.waiting = 0;
    run_for(30ms);
    EXPECT_FALSE(taken.empty());
}

TEST_F(taking_turns, none_begins_while_no_read_is_let_go) {
    cloud.load.per_second = 20;
    cloud.load.closed = 7s;
    begin(5);
    run_for(7s);
    EXPECT_TRUE(taken.empty()) << "it would fail without having been sent";
    cloud.load.closed = 0s;
    run_for(1s);
    EXPECT_FALSE(taken.empty());
}

TEST_F(taking_turns, one_reading_finds_out_for_all) {
    cloud.load.per_second = 20;
    cloud.load.probing = true;
    begin(5);
    while (taken.empty())
        run_for(1ms);
    EXPECT_EQ(taken.size(), 1u);
    cloud.load.closed = 1h;
    run_for(1min);
    EXPECT_EQ(taken.size(), 1u);
}

TEST_F(taking_turns, a_rate_that_was_slowed_down_is_kept_too) {
    cloud.load.per_second = 20;
    plan.every = 1s;
    begin(500);
    read_for(20s, 2);
    cloud.load.per_second = 5;
    read_for(5s, 2);
    const int readings = read_for(60s, 2);
    EXPECT_LE(readings, 60 * 5 / 2 + 5);
    EXPECT_GE(readings, 60 * 5 / 2 * 8 / 10);
}

TEST_F(taking_turns, a_ticket_that_leaves_while_it_is_read_gives_its_place_back) {
    plan.at_once = 1;
    begin(2);
    run_for(5s);
    ASSERT_EQ(taken.size(), 1U);
    order->leave(taken.front());
    run_for(5s);
    EXPECT_EQ(taken.size(), 2U);
}

TEST_F(taking_turns, what_was_heard_of_a_quiet_ticket_has_it_read_at_once) {
    begin(1);
    policies::foresight quiet;
    quiet.quiet = true;
    read_all(2, quiet);
    run_for(10s);
    EXPECT_TRUE(taken.empty());
    order->hear("SCT0");
    settle();
    EXPECT_EQ(taken.size(), 1U);
}

TEST_F(taking_turns, after_a_reload_everybody_is_read_within_the_new_interval) {
    begin(50);
    policies::foresight quiet;
    quiet.quiet = true;
    EXPECT_GE(read_for(5s, 2, quiet), 50);
    read_for(1min, 2, quiet);
    plan.every = 2s;
    order->reload(plan);
    EXPECT_GE(read_for(2s, 2, quiet), 50);
}

TEST_F(taking_turns, the_calls_of_first_readings_are_not_taken_for_the_usual) {
    plan.every = 1s;
    begin(20);
    read_for(1s, 3);
    EXPECT_EQ(order->calls_per_reading(), std::nullopt);
    read_for(5s, 2);
    ASSERT_TRUE(order->calls_per_reading());
    EXPECT_NEAR(*order->calls_per_reading(), 2.0, 0.01);
}

TEST_F(taking_turns, a_reading_that_failed_comes_again_when_the_server_has_had_its_time) {
    begin(1);
    ASSERT_EQ(taken.size(), 1U);
    order->has_read("SCT0", 1);
    EXPECT_GE(order->back("SCT0", 20s, std::nullopt), 20s);
    taken.clear();
    run_for(19s);
    EXPECT_TRUE(taken.empty());
    EXPECT_EQ(order->longest_wait(), 19s);
    run_for(6s);
    EXPECT_EQ(taken.size(), 1U);
}

TEST_F(taking_turns, a_reading_that_failed_comes_again_when_the_engine_asks) {
    begin(1);
    order->has_read("SCT0", 1);
    EXPECT_EQ(order->back("SCT0", 0s, time.now() + 2s), 2s);
    taken.clear();
    run_for(2s);
    EXPECT_EQ(taken.size(), 1U);
}

}  // namespace
}  // namespace rolloutd::daemon::testing
