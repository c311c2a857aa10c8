#include "daemon/sign_of_life.h"

#include <gtest/gtest.h>

namespace rolloutd::daemon {
namespace {

using namespace std::chrono_literals;

struct watched : ::testing::Test {
    sign_of_life signs;
    policies::timestamp now = *policies::parse_timestamp("2026-11-21T10:15:30.123Z");

    // Signs given in so many seconds, asked each second, with a patience of 30 s.
    int given_in(int seconds, const sign_of_life::pulse& journal) {
        int given = 0;
        for (int n = 0; n < seconds; ++n, now += 1s)
            given += signs.is_due(now, journal, 30s) ? 1 : 0;
        return given;
    }
};

TEST_F(watched, three_signs_are_given_in_the_time_that_the_manager_waits) {
    EXPECT_EQ(given_in(60, {.last = 7, .durable = 7}), 6);
    EXPECT_FALSE(signs.is_due(now + 1h, {.last = 7, .durable = 7}, {})) << "nobody waits for one";
}

TEST_F(watched, a_journal_that_stands_still_is_given_half_of_that_time) {
    given_in(1, {.last = 7, .durable = 7});
    given_in(16, {.last = 8, .durable = 7});
    EXPECT_EQ(given_in(120, {.last = 9, .durable = 7}), 0);
    EXPECT_GT(given_in(20, {.last = 9, .durable = 8}), 0) << "it moves again";
}

TEST_F(watched, a_daemon_is_not_ended_for_what_it_must_not_forget) {
    EXPECT_EQ(given_in(60, {.last = 9, .durable = 7, .excused = true}), 6);
}

}  // namespace
}  // namespace rolloutd::daemon
