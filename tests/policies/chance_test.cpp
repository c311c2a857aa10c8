#include "policies/chance.h"

#include <gtest/gtest.h>

namespace rolloutd::policies {
namespace {

TEST(chance, of_nothing_more_is_certain_and_of_something_within_no_time_is_none) {
    EXPECT_DOUBLE_EQ(chance_of(0, {3, 60}, 10), 1);
    EXPECT_DOUBLE_EQ(chance_of(1, {3, 60}, 0), 0);
}

TEST(chance, grows_with_the_time_and_with_what_happened_and_falls_with_what_is_needed) {
    EXPECT_LT(chance_of(2, {3, 60}, 10), chance_of(2, {3, 60}, 20));
    EXPECT_LT(chance_of(2, {1, 60}, 10), chance_of(2, {3, 60}, 10));
    EXPECT_GT(chance_of(1, {3, 60}, 10), chance_of(2, {3, 60}, 10));
}

TEST(chance, comes_near_to_that_of_a_known_rate_when_much_was_seen) {
    // 600 in 6,000 s are one in ten: within 10 s none comes with 1/e.
    EXPECT_NEAR(chance_of(1, {600, 6000}, 10), 1 - 0.3679, 0.01);
}

TEST(chance, is_small_but_not_none_before_anything_was_seen) {
    EXPECT_GT(chance_of(1, {0, 0}, 10), 0);
    EXPECT_LT(chance_of(1, {0, 0}, 10), 0.1);
}

TEST(chance, is_about_the_same_of_paces_that_are_alike) {
    const pace_of_change seen{.count = 3, .seconds = 60};
    int alike = 0;
    for (double count = 0; count < 6; count += 0.01) {
        for (double seconds = 0; seconds < 120; seconds += 1) {
            const pace_of_change other{.count = count, .seconds = seconds};
            if (!are_alike(seen, other)) continue;
            ++alike;
            for (const double ahead : {1.0, 10.0, 100.0}) {
                const double one = chance_of(2, seen, ahead);
                EXPECT_NEAR(chance_of(2, other, ahead), one, 0.04 * one);
            }
        }
    }
    EXPECT_GT(alike, 10);
    EXPECT_FALSE(are_alike(seen, {.count = 4, .seconds = 60}));
    EXPECT_FALSE(are_alike(seen, {.count = 3, .seconds = 90}));
}

}  // namespace
}  // namespace rolloutd::policies
