#include <gtest/gtest.h>

#include "tests/sim/day.h"

namespace rolloutd::sim {
namespace {

using namespace std::chrono_literals;

// An hour instead of a day; scripts/simulate plays the whole.
day_options an_hour(std::uint64_t seed) {
    static const auto policies = load_policies_of(SIM_POLICIES);
    day_options chosen;
    chosen.seed = seed;
    chosen.length = 1h;
    chosen.tickets = 18;
    chosen.policies = policies;
    return chosen;
}

std::string all_of(const std::vector<std::string>& violations) {
    std::string text;
    for (const std::string& each : violations)
        text += each + "\n";
    return text;
}

TEST(day_of_faults, ends_with_every_ticket_as_its_policy_asks) {
    std::map<trouble, std::uint64_t> met;
    std::map<std::string, std::uint64_t> effects;
    std::map<std::string, int> acts;
    int deaths = 0;
    for (const std::uint64_t seed : {1U, 2U, 3U}) {
        const day_report got = play(an_hour(seed));
        EXPECT_TRUE(got.violations.empty()) << "seed " << seed << "\n" << all_of(got.violations);
        for (const auto& [what, times] : got.seen.troubles)
            met[what] += times;
        for (const auto& [what, times] : got.seen.effects)
            effects[what] += times;
        for (const auto& [what, times] : got.seen.acts)
            acts[what] += times;
        deaths += got.deaths;
    }
    EXPECT_GT(deaths, 3);
    for (int each = 0; each <= static_cast<int>(last_trouble); ++each) {
        const auto what = static_cast<trouble>(each);
        EXPECT_GT(met[what], 0U) << to_text(what) << " never came up";
    }
    for (const char* const each :
         {"paused", "continued", "skipped", "instance_canceled", "canceled"})
        EXPECT_GT(effects[each], 0U) << each;
    for (const char* const each : {"freeze", "thaw", "hold", "release", "pause", "continue",
                                   "cancel", "skip-batch", "approve", "deny"})
        EXPECT_GT(acts[each], 0) << each;
}

TEST(day_of_faults, needs_no_person_in_fine_weather) {
    day_options chosen = an_hour(1);
    chosen.fine = true;
    chosen.tickets = 14;
    const day_report got = play(chosen);
    EXPECT_TRUE(got.violations.empty()) << all_of(got.violations);
    EXPECT_EQ(got.acts_of_people, 0);
    EXPECT_EQ(got.deaths, 0);
    EXPECT_GE(got.seen.effects.at("continued"), 2U);
}

TEST(day_of_faults, is_the_same_day_again_for_the_same_seed) {
    day_options chosen = an_hour(7);
    chosen.length = 30min;
    chosen.tickets = 9;
    const day_report once = play(chosen);
    const day_report again = play(chosen);
    EXPECT_GT(once.records, 10U);
    EXPECT_EQ(once.last_hash, again.last_hash);
    EXPECT_EQ(once.seen.requests, again.seen.requests);
    EXPECT_EQ(once.deaths, again.deaths);
    EXPECT_GT(once.deaths, 0);
    EXPECT_GT(once.seen.acts.at("freeze"), 0);
    chosen.seed = 8;
    EXPECT_NE(play(chosen).last_hash, once.last_hash);
}

}  // namespace
}  // namespace rolloutd::sim
