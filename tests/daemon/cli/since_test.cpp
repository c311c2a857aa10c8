#include "daemon/cli/since.h"

#include <gtest/gtest.h>

#include <chrono>
#include <ctime>

namespace rolloutd::daemon::cli {
namespace {

TEST(since, is_a_time_as_the_journal_has_it) {
    EXPECT_EQ(since_of("2026-11-21T10:15:30.123Z"),
              policies::parse_timestamp("2026-11-21T10:15:30.123Z"));
}

TEST(since, or_how_long_ago) {
    const auto got = since_of("1h30m");
    ASSERT_TRUE(got);
    const policies::timestamp now{std::chrono::seconds{std::time(nullptr)}};
    const policies::duration ago = now - *got;
    EXPECT_GE(ago, std::chrono::minutes{90});
    EXPECT_LT(ago, std::chrono::minutes{91});
}

TEST(since, is_refused_when_it_is_neither) {
    EXPECT_FALSE(since_of("yesterday"));
    EXPECT_FALSE(since_of("-1h"));
}

}  // namespace
}  // namespace rolloutd::daemon::cli
