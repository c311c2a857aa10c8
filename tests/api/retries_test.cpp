#include "api/retries.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace rolloutd::api {
namespace {

using namespace std::chrono_literals;

TEST(chance, is_spread_over_its_range_and_the_same_for_the_same_seed) {
    const chance one = make_chance(7);
    const chance same = make_chance(7);
    const chance other = make_chance(8);
    std::vector<int> tenths(10);
    bool differs = false;
    for (int i = 0; i < 10'000; ++i) {
        const double drawn = one();
        ASSERT_GE(drawn, 0.0);
        ASSERT_LT(drawn, 1.0);
        ASSERT_EQ(same(), drawn);
        differs = differs || other() != drawn;
        ++tenths.at(static_cast<std::size_t>(drawn * 10.0));
    }
    EXPECT_TRUE(differs);
    EXPECT_GT(*std::ranges::min_element(tenths), 800);
}

TEST(backoff, grows_and_stays_in_its_range) {
    EXPECT_EQ(backoff(1, 0.0), 100ms);
    EXPECT_EQ(backoff(1, 1.0), 400ms);
    EXPECT_EQ(backoff(2, 0.0), 300ms);
    EXPECT_EQ(backoff(2, 0.5), 750ms);
    EXPECT_EQ(backoff(2, 1.0), 1200ms);
    EXPECT_EQ(between(2s, 5s, 7.0), 5s) << "whatever the source of chance says";
    EXPECT_EQ(between(2s, 5s, -7.0), 2s);
}

TEST(retry_budget, has_some_saved_up_and_no_more) {
    retry_budget budget;
    for (int i = 0; i < 1000; ++i)
        budget.earn();
    for (int i = 0; i < 10; ++i)
        EXPECT_TRUE(budget.spend()) << i;
    EXPECT_FALSE(budget.spend());
}

TEST(retry_budget, ten_requests_earn_one_retry) {
    retry_budget budget;
    while (budget.spend()) {}
    for (int i = 0; i < 9; ++i)
        budget.earn();
    EXPECT_FALSE(budget.spend());
    budget.earn();
    EXPECT_TRUE(budget.spend());
    EXPECT_FALSE(budget.spend());
}

TEST(retry_budget, where_everything_fails_retries_are_a_tenth_of_the_traffic) {
    retry_budget budget;
    int retries = 0;
    for (int i = 0; i < 10'000; ++i) {
        budget.earn();
        for (int tries = 1; tries < most_tries && budget.spend(); ++tries)
            ++retries;
    }
    EXPECT_GE(retries, 1000);
    EXPECT_LE(retries, 1000 + retry_budget::most_saved);
}

}  // namespace
}  // namespace rolloutd::api
