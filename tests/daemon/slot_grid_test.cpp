#include "daemon/slot_grid.h"

#include <gtest/gtest.h>

namespace rolloutd::daemon {
namespace {

using namespace std::chrono_literals;
using policies::timestamp;

const timestamp origin{1'000'000ms};

TEST(slot_grid, a_reading_in_time_is_followed_by_the_next_slot) {
    slot_grid grid(origin, 5s);
    const auto plan = grid.next(origin + 30ms);
    EXPECT_EQ(plan.due, origin + 5s);
    EXPECT_EQ(plan.missed, 0);
}

TEST(slot_grid, a_slot_that_began_meanwhile_is_taken_late_and_not_missed) {
    slot_grid grid(origin, 5s);
    const auto plan = grid.next(origin + 7s);
    EXPECT_EQ(plan.due, origin + 5s);
    EXPECT_EQ(plan.missed, 0);
}

TEST(slot_grid, slots_that_no_reading_began_for_are_counted) {
    slot_grid grid(origin, 5s);
    const auto plan = grid.next(origin + 17s);
    EXPECT_EQ(plan.due, origin + 15s);
    EXPECT_EQ(plan.missed, 2);
}

TEST(slot_grid, a_reading_in_between_leaves_the_slot_where_it_is) {
    slot_grid grid(origin, 5s);
    EXPECT_EQ(grid.next(origin).due, origin + 5s);
    EXPECT_EQ(grid.next(origin + 2s).due, origin + 5s);
    EXPECT_EQ(grid.next(origin + 5s).due, origin + 10s);
}

TEST(slot_grid, a_clock_that_is_set_back_an_hour_is_not_waited_for) {
    slot_grid grid(origin, 5s);
    const auto plan = grid.next(origin - 1h);
    EXPECT_EQ(plan.due, origin - 1h + 5s);
    EXPECT_EQ(plan.missed, 0);
}

TEST(slot_grid, slots_that_the_server_asked_to_leave_out_are_not_missed) {
    slot_grid grid(origin, 5s);
    EXPECT_EQ(grid.next(origin + 1s).due, origin + 5s);
    grid.skip_to(origin + 32s);
    const auto plan = grid.next(origin + 32s);
    EXPECT_EQ(plan.due, origin + 35s);
    EXPECT_EQ(plan.missed, 0);
}

}  // namespace
}  // namespace rolloutd::daemon
