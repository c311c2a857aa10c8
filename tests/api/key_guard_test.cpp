#include "api/key_guard.h"

#include <gtest/gtest.h>

#include <vector>

namespace rolloutd::api {
namespace {

using namespace std::chrono_literals;

constexpr steady_time begin{1000h};

// Refuses one trial after the other until the guard is open.
key_guard opened() {
    key_guard guard;
    for (int i = 0; i < key_guard::most_refusals; ++i) {
        EXPECT_FALSE(guard.admit(begin)) << i;
        guard.refused(guard.last_admitted(), false, begin);
    }
    return guard;
}

TEST(key_guard, keys_that_were_never_accepted_are_tried_by_one_request_at_a_time) {
    key_guard guard;
    EXPECT_FALSE(guard.admit(begin));
    EXPECT_EQ(guard.admit(begin + 1s), 29s);
    EXPECT_FALSE(guard.is_open(begin + 1s));
    guard.accepted(guard.last_admitted());
    EXPECT_FALSE(guard.admit(begin + 1s));
    EXPECT_FALSE(guard.admit(begin + 1s));
}

TEST(key_guard, a_trial_that_is_never_settled_ends_by_itself) {
    key_guard guard;
    EXPECT_FALSE(guard.admit(begin));
    EXPECT_FALSE(guard.admit(begin + 30s));
    EXPECT_TRUE(guard.admit(begin + 30s));
    guard.undecided(guard.last_admitted());
    EXPECT_FALSE(guard.admit(begin + 30s));
}

TEST(key_guard, three_refusals_in_a_row_end_all_trying_for_six_minutes) {
    key_guard guard = opened();
    EXPECT_TRUE(guard.is_open(begin));
    EXPECT_EQ(guard.admit(begin), 6min);
    EXPECT_EQ(guard.admit(begin + 6min - 1ms), 1ms);
    EXPECT_FALSE(guard.admit(begin + 6min));
    EXPECT_TRUE(guard.admit(begin + 6min)) << "one at a time";
}

TEST(key_guard, in_a_day_a_refused_key_is_tried_fewer_times_than_locks_it_twice_over) {
    key_guard guard;
    int tries = 0;
    steady_time last{};
    for (steady_time now = begin; now < begin + 24h; now += 1s) {
        if (guard.admit(now)) continue;
        if (tries >= key_guard::most_refusals) EXPECT_GE(now - last, 6min);
        last = now;
        ++tries;
        guard.refused(guard.last_admitted(), false, now);
    }
    // Three at once, then after 6, 12, 24 and 48 minutes and every hour.
    EXPECT_EQ(tries, 3 + 4 + 22);
}

TEST(key_guard, an_accepted_request_forgets_the_refusals_before_it) {
    key_guard guard = opened();
    EXPECT_FALSE(guard.admit(begin + 6min));
    guard.accepted(guard.last_admitted());
    guard.refused(guard.last_admitted(), false, begin + 7min);
    EXPECT_FALSE(guard.is_open(begin + 7min));
    EXPECT_FALSE(guard.admit(begin + 7min));
}

TEST(key_guard, a_lock_by_the_cloud_is_waited_out_at_once) {
    key_guard guard;
    EXPECT_FALSE(guard.admit(begin));
    guard.refused(guard.last_admitted(), true, begin);
    EXPECT_EQ(guard.admit(begin), 6min);
}

TEST(key_guard, refusals_that_come_back_late_do_not_prolong_the_wait) {
    key_guard guard = opened();
    for (int i = 0; i < 16; ++i)
        guard.refused(guard.last_admitted(), false, begin + 1s);
    EXPECT_EQ(guard.admit(begin + 1s), 6min - 1s);
}

TEST(key_guard, after_one_refusal_only_one_request_at_a_time_goes_until_one_is_accepted) {
    key_guard guard;
    std::vector<std::uint64_t> under_way;
    for (int i = 0; i < 16; ++i) {
        EXPECT_FALSE(guard.admit(begin));
        under_way.push_back(guard.last_admitted());
        guard.accepted(under_way.front());
    }
    EXPECT_TRUE(guard.may_go(under_way[5], begin));
    guard.refused(under_way[3], false, begin);
    EXPECT_FALSE(guard.may_go(under_way[5], begin)) << "signed before, and not yet sent";
    EXPECT_FALSE(guard.admit(begin));
    const std::uint64_t trial = guard.last_admitted();
    EXPECT_TRUE(guard.may_go(trial, begin));
    EXPECT_TRUE(guard.admit(begin)) << "one at a time";
    guard.undecided(under_way[5]);
    guard.accepted(under_way[6]);
    EXPECT_TRUE(guard.admit(begin)) << "what was under way before says nothing about now";
    guard.refused(under_way[7], false, begin);
    EXPECT_TRUE(guard.admit(begin)) << "nor does it end another one's trial";
    guard.accepted(trial);
    EXPECT_FALSE(guard.admit(begin));
    guard.refused(under_way[8], false, begin);
    EXPECT_FALSE(guard.admit(begin)) << "older than the proof";
    EXPECT_FALSE(guard.admit(begin));
}

TEST(key_guard, refusals_of_what_was_under_way_count_and_stop_a_trial_that_is_not_yet_sent) {
    key_guard guard;
    for (int i = 0; i < 4; ++i) {
        EXPECT_FALSE(guard.admit(begin));
        guard.accepted(1);
    }
    guard.refused(2, false, begin);
    EXPECT_FALSE(guard.admit(begin));
    EXPECT_TRUE(guard.may_go(5, begin));
    guard.refused(3, false, begin);
    EXPECT_TRUE(guard.may_go(5, begin));
    guard.refused(4, false, begin);
    EXPECT_TRUE(guard.is_open(begin));
    EXPECT_FALSE(guard.may_go(5, begin));
}

TEST(key_guard, other_keys_are_tried_at_once_but_the_same_access_key_once_only) {
    key_guard guard = opened();
    guard.renewed(false);
    EXPECT_FALSE(guard.admit(begin));
    guard.refused(guard.last_admitted(), false, begin);
    EXPECT_FALSE(guard.admit(begin));

    key_guard same = opened();
    same.renewed(true);
    EXPECT_FALSE(same.admit(begin));
    same.refused(same.last_admitted(), false, begin);
    EXPECT_TRUE(same.is_open(begin));
}

}  // namespace
}  // namespace rolloutd::api
