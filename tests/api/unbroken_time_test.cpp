#include "api/unbroken_time.h"

#include <gtest/gtest.h>

namespace rolloutd::api {
namespace {

using namespace std::chrono_literals;

// A machine whose wall clock somebody sets.
struct machine {
    unbroken_time time;
    unbroken_time::wall_time wall{1'000'000s};
    std::chrono::steady_clock::time_point steady{5000s};

    // What is told, as seconds after the wall's beginning, when so much time has passed.
    double after(std::chrono::nanoseconds passed) {
        wall += passed;
        steady += passed;
        const policies::timestamp told = time.tell(wall, steady);
        const auto since = told - policies::timestamp{1'000'000s};
        return std::chrono::duration<double>(since).count();
    }
};

TEST(unbroken_time, is_the_wall_clocks_as_long_as_nobody_sets_it) {
    machine on;
    EXPECT_EQ(on.after(0s), 0.0);
    EXPECT_EQ(on.after(1500ms), 1.5);
    EXPECT_EQ(on.after(1h), 3601.5);
    EXPECT_EQ(on.time.ahead(), 0s);
}

TEST(unbroken_time, goes_forward_with_the_wall_clock_at_once) {
    machine on;
    on.after(0s);
    on.wall += 1h;
    EXPECT_EQ(on.after(1s), 3601.0);
    EXPECT_EQ(on.time.ahead(), 0s);
}

TEST(unbroken_time, goes_on_when_the_wall_clock_is_set_back) {
    machine on;
    on.after(0s);
    on.wall -= 1h;
    EXPECT_EQ(on.after(0s), 0.0);
    EXPECT_EQ(on.time.ahead(), 1h);
    EXPECT_EQ(on.after(10s), 9.0) << "a tenth slower, so that ten seconds are at most eleven";
    EXPECT_EQ(on.after(100s), 99.0);
    EXPECT_EQ(on.time.ahead(), 1h - 11s);
}

TEST(unbroken_time, comes_back_to_the_wall_clock_and_never_goes_back_on_the_way) {
    machine on;
    on.after(0s);
    on.wall -= 60s;
    double before = 0.0;
    for (int i = 0; i < 1000; ++i) {
        const double now = on.after(1s);
        EXPECT_GT(now, before);
        before = now;
    }
    EXPECT_EQ(before, 1000.0 - 60.0);
    EXPECT_EQ(on.time.ahead(), 0s);
}

TEST(unbroken_time, adds_up_however_often_it_is_asked) {
    machine on;
    on.after(0s);
    on.wall -= 1h;
    for (int i = 0; i < 100'000; ++i)
        on.after(100us);
    EXPECT_NEAR(on.after(0s), 9.0, 0.002);
}

TEST(unbroken_time, begins_no_earlier_than_what_was_recorded) {
    machine on;
    on.time.not_before(policies::timestamp{1'000'000s + 30s});
    EXPECT_EQ(on.after(0s), 30.0);
    EXPECT_EQ(on.after(10s), 39.0);
    EXPECT_EQ(on.time.ahead(), 29s);
    on.time.not_before(policies::timestamp{1'000'000s});
    EXPECT_EQ(on.after(0s), 39.0) << "that is past";
}

TEST(unbroken_time, survives_a_record_from_the_end_of_time) {
    machine on;
    on.time.not_before(policies::timestamp::max());
    on.time.not_before(policies::timestamp::min());
    const double first = on.after(0s);
    EXPECT_EQ(on.after(10s) - first, 9.0);
}

TEST(unbroken_time, takes_a_steady_clock_that_stands_still_for_no_time) {
    machine on;
    on.after(0s);
    on.wall -= 5s;
    on.steady -= 1s;
    EXPECT_EQ(on.after(0s), 0.0);
}

}  // namespace
}  // namespace rolloutd::api
