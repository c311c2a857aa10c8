#include "daemon/journal/record_counts.h"

#include <gtest/gtest.h>

namespace rolloutd::daemon {
namespace {

TEST(record_counts, one_that_was_let_go_goes_on_counting) {
    record_counts counts;
    for (const char* ticket : {"SCT1", "SCT2", "SCT3"}) {
        EXPECT_EQ(counts.of(ticket), 0U);
        counts.set(ticket, 7);
    }
    counts.let_go("SCT2");
    counts.let_go("SCT1");
    counts.let_go("SCT4");
    EXPECT_EQ(counts.watched().size(), 1U);
    EXPECT_EQ(counts.of("SCT1"), 7U);
    EXPECT_EQ(counts.of("SCT4"), 0U);
    counts.set("SCT2", 8);
    EXPECT_EQ(counts.of("SCT2"), 8U);
    EXPECT_EQ(counts.past().size(), 1U);
    counts.let_go("SCT2");
    EXPECT_EQ(counts.of("SCT2"), 8U);
    EXPECT_EQ(counts.past().size(), 2U);
}

TEST(record_counts, are_listed_and_come_back) {
    record_counts counts;
    for (int n = 0; n < 1'000; ++n) {
        counts.set("SCT" + std::to_string(n), static_cast<std::uint64_t>(n) + 1);
        if (n % 3 > 0) counts.let_go("SCT" + std::to_string(n));
    }
    EXPECT_EQ(record_counts::from(counts.watched(), counts.past()), counts);
    for (int n = 0; n < 1'000; ++n)
        EXPECT_EQ(counts.of("SCT" + std::to_string(n)), static_cast<std::uint64_t>(n) + 1);
}

TEST(record_counts, what_is_no_hash_is_refused) {
    EXPECT_FALSE(record_counts::from({}, {{"SCT1", 1}}));
    EXPECT_FALSE(record_counts::from({}, {{std::string(30, 'a'), 1}}));
    EXPECT_TRUE(record_counts::from({}, {{std::string(32, 'a'), 1}}));
}

}  // namespace
}  // namespace rolloutd::daemon
