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
    EXPECT_EQ(counts.past_after("", 9).size(), 1U);
    counts.let_go("SCT2");
    EXPECT_EQ(counts.of("SCT2"), 8U);
    EXPECT_EQ(counts.past_after("", 9).size(), 2U);
}

TEST(record_counts, are_listed_and_come_back) {
    record_counts counts;
    for (int n = 0; n < 1'000; ++n) {
        counts.set("SCT" + std::to_string(n), static_cast<std::uint64_t>(n) + 1);
        if (n % 3 > 0) counts.let_go("SCT" + std::to_string(n));
    }
    record_counts again;
    for (const auto& [ticket, count] : counts.watched())
        again.set(ticket, count);
    std::string last;
    for (auto some = counts.past_after("", 7); !some.empty(); some = counts.past_after(last, 7)) {
        EXPECT_LE(some.size(), 7U);
        for (const auto& [hash, count] : some)
            EXPECT_TRUE(again.add_past(last = hash, count));
    }
    EXPECT_EQ(again, counts);
    for (int n = 0; n < 1'000; ++n)
        EXPECT_EQ(counts.of("SCT" + std::to_string(n)), static_cast<std::uint64_t>(n) + 1);
}

TEST(record_counts, what_is_no_hash_is_refused) {
    record_counts counts;
    EXPECT_FALSE(counts.add_past("SCT1", 1));
    EXPECT_FALSE(counts.add_past(std::string(30, 'a'), 1));
    EXPECT_TRUE(counts.add_past(std::string(32, 'a'), 1));
    EXPECT_FALSE(counts.add_past(std::string(32, 'a'), 1)) << "once is enough";
}

}  // namespace
}  // namespace rolloutd::daemon
