#include "tests/sim/weather.h"

#include <gtest/gtest.h>

#include <set>

namespace rolloutd::sim {
namespace {

using namespace std::chrono_literals;

const timestamp first_midnight = *policies::parse_timestamp("2026-11-21T00:00:00.000Z");

TEST(weather, has_bursts_of_every_kind_with_quiet_times_between) {
    const weather made(dice(1), first_midnight, first_midnight + 16h);
    std::set<trouble> kinds;
    timestamp before = first_midnight;
    for (const burst& each : made.bursts()) {
        EXPECT_GT(each.from, before);
        EXPECT_GT(each.until, each.from);
        EXPECT_LT(each.until, first_midnight + 16h);
        kinds.insert(each.kinds.begin(), each.kinds.end());
        before = each.until;
    }
    EXPECT_EQ(kinds.size(), static_cast<std::size_t>(last_trouble));
    EXPECT_FALSE(kinds.contains(trouble::none));
}

TEST(weather, strikes_inside_of_bursts_only) {
    const weather made(dice(1), first_midnight, first_midnight + 16h);
    dice chance(2);
    for (const burst& each : made.bursts()) {
        EXPECT_EQ(made.at(each.from - 1ms, chance), trouble::none);
        EXPECT_EQ(made.at(each.until, chance), trouble::none);
        int struck = 0;
        for (int n = 0; n < 200; ++n)
            struck += made.at(each.from, chance) != trouble::none ? 1 : 0;
        EXPECT_GT(struck, 0) << each.percent;
    }
    EXPECT_EQ(weather().at(first_midnight, chance), trouble::none);
}

}  // namespace
}  // namespace rolloutd::sim
