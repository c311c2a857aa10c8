#include "tests/sim/hazards.h"

#include <gtest/gtest.h>

#include <set>

namespace rolloutd::sim {
namespace {

using namespace std::chrono_literals;

const timestamp first_hour = *policies::parse_timestamp("2026-11-21T10:00:00.000Z");

TEST(hazards, never_overlap_and_are_over_in_time) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        const timestamp until = first_hour + 16h;
        const std::vector<mishap> all = make_hazards(dice(seed), first_hour, until);
        timestamp free_from = first_hour;
        for (const mishap& each : all) {
            EXPECT_GE(each.at, free_from) << seed;
            free_from = each.at + each.lasts;
        }
        EXPECT_LT(free_from, until) << seed;
    }
}

TEST(hazards, of_every_kind_come_up) {
    std::set<hazard> met;
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
        for (const mishap& each : make_hazards(dice(seed), first_hour, first_hour + 16h))
            met.insert(each.what);
    }
    EXPECT_EQ(met.size(), static_cast<std::size_t>(last_hazard) + 1);
}

TEST(hazards, are_the_same_for_the_same_seed) {
    const auto once = make_hazards(dice(4), first_hour, first_hour + 1h);
    const auto again = make_hazards(dice(4), first_hour, first_hour + 1h);
    ASSERT_FALSE(once.empty());
    ASSERT_EQ(once.size(), again.size());
    for (std::size_t n = 0; n < once.size(); ++n) {
        EXPECT_EQ(once[n].at, again[n].at);
        EXPECT_EQ(once[n].turns, again[n].turns);
    }
}

}  // namespace
}  // namespace rolloutd::sim
