#include "policies/worth_curve.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace rolloutd::tests {
namespace {

using namespace std::chrono_literals;
using policies::duration;
using policies::worth_curve;

constexpr duration slowest = 60s;

double certain_after_a_minute(double seconds) { return std::min(seconds / 60, 1.0); }

TEST(worth_curve, nothing_is_worth_anything_where_nothing_is_expected) {
    const worth_curve never;
    EXPECT_EQ(never.at(0s), 0);
    EXPECT_EQ(never.at(1h), 0);
    EXPECT_EQ(never.age_worth(0, slowest), slowest);
}

TEST(worth_curve, a_steady_chance_saves_half_the_age_times_the_chance) {
    const worth_curve steady(certain_after_a_minute, slowest);
    for (const duration age : {5s, 15s, 30s, 60s}) {
        const double seconds = std::chrono::duration<double>(age).count();
        EXPECT_NEAR(steady.at(age), seconds * seconds / 60 / 2, seconds / 20) << age.count();
    }
}

TEST(worth_curve, never_falls_with_the_age) {
    const worth_curve steady(certain_after_a_minute, slowest);
    double before = steady.at(0ms);
    EXPECT_EQ(before, 0);
    EXPECT_LT(steady.at(-1s), 1e-9) << "before the last reading";
    for (duration age{1}; age < 10min; age += 37ms) {
        const double now = steady.at(age);
        ASSERT_GE(now, before) << age.count();
        before = now;
    }
    EXPECT_GT(before, steady.at(slowest));
}

TEST(worth_curve, finds_the_age_at_which_it_exceeds_a_price) {
    const worth_curve steady(certain_after_a_minute, slowest);
    const duration found = steady.age_worth(steady.at(20s), slowest);
    EXPECT_GE(found, 20s);
    EXPECT_LE(found, 20s + 20ms);
    EXPECT_EQ(steady.age_worth(1e9, slowest), slowest);
    EXPECT_LE(steady.age_worth(0, slowest), 10ms);
}

}  // namespace
}  // namespace rolloutd::tests
