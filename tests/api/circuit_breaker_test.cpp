#include "api/circuit_breaker.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace rolloutd::api {
namespace {

using namespace std::chrono_literals;

constexpr steady_time begin{1000h};
constexpr double middle = 0.5;  // of the range that chance spreads the probes over

// Reads one after the other that all end the same way at the same moment.
void end(circuit_breaker& breaker, int reads, health word, steady_time now) {
    for (int i = 0; i < reads; ++i) {
        const auto given = breaker.admit_read(now);
        ASSERT_TRUE(given) << i;
        breaker.settle(*given, word, now, middle);
    }
}

circuit_breaker opened() {
    circuit_breaker breaker;
    end(breaker, circuit_breaker::most_in_a_row, health::bad, begin);
    EXPECT_TRUE(breaker.is_open());
    return breaker;
}

TEST(circuit_breaker, ten_failures_in_a_row_open_it) {
    circuit_breaker breaker;
    end(breaker, 9, health::bad, begin);
    EXPECT_FALSE(breaker.is_open());
    end(breaker, 1, health::good, begin);
    end(breaker, 9, health::bad, begin);
    EXPECT_FALSE(breaker.is_open()) << "a good one ends the row";
    end(breaker, 1, health::unsaid, begin);
    EXPECT_FALSE(breaker.is_open()) << "what says nothing does not count";
    end(breaker, 1, health::bad, begin);
    EXPECT_TRUE(breaker.is_open());
    EXPECT_EQ(breaker.opened_at(), begin);
}

TEST(circuit_breaker, half_of_twenty_in_half_a_minute_open_it) {
    circuit_breaker breaker;
    for (int i = 0; i < 9; ++i) {
        end(breaker, 1, health::good, begin + i * 2s);
        end(breaker, 1, health::bad, begin + i * 2s);
    }
    end(breaker, 1, health::good, begin + 18s);
    EXPECT_FALSE(breaker.is_open()) << "19 are not enough to judge by";
    end(breaker, 1, health::bad, begin + 18s);
    EXPECT_TRUE(breaker.is_open());
}

TEST(circuit_breaker, less_than_half_or_long_ago_is_no_reason) {
    circuit_breaker breaker;
    for (int i = 0; i < 500; ++i) {
        end(breaker, 6, health::good, begin + i * 100ms);
        end(breaker, 5, health::bad, begin + i * 100ms);
        ASSERT_FALSE(breaker.is_open()) << i;
    }
    circuit_breaker slow;
    for (int i = 0; i < 500; ++i) {
        end(slow, 1, i % 9 == 0 ? health::good : health::bad, begin + i * 2s);
        ASSERT_FALSE(slow.is_open()) << i << ": 15 in half a minute are not enough to judge by";
    }
}

TEST(circuit_breaker, while_open_reads_are_refused_but_for_one_probe_at_a_time) {
    circuit_breaker breaker = opened();
    EXPECT_EQ(breaker.next_probe(), begin + 1s);
    EXPECT_FALSE(breaker.admit_read(begin + 999ms));
    const auto probe = breaker.admit_read(begin + 1s);
    ASSERT_TRUE(probe);
    EXPECT_TRUE(probe->probe);
    EXPECT_FALSE(breaker.admit_read(begin + 30s)) << "the probe is under way";
    EXPECT_TRUE(breaker.admit_read(begin + 61s)) << "and given up at last";
}

TEST(circuit_breaker, probes_wait_twice_as_long_each_time_up_to_half_a_minute) {
    circuit_breaker breaker = opened();
    steady_time now = begin;
    for (const duration wait : {1s, 2s, 4s, 8s, 16s, 30s, 30s}) {
        EXPECT_EQ(breaker.next_probe(), now + wait);
        now = breaker.next_probe();
        end(breaker, 1, health::bad, now);
    }
    circuit_breaker early;
    circuit_breaker late;
    for (int i = 0; i < circuit_breaker::most_in_a_row; ++i) {
        early.settle(*early.admit_read(begin), health::bad, begin, 0.0);
        late.settle(*late.admit_read(begin), health::bad, begin, 1.0);
    }
    EXPECT_EQ(early.next_probe(), begin + 800ms);
    EXPECT_EQ(late.next_probe(), begin + 1200ms);
}

TEST(circuit_breaker, a_success_closes_it_and_all_is_forgotten) {
    circuit_breaker breaker = opened();
    end(breaker, 1, health::good, begin + 1s);
    EXPECT_FALSE(breaker.is_open());
    end(breaker, 9, health::bad, begin + 1s);
    EXPECT_FALSE(breaker.is_open());
    end(breaker, 1, health::bad, begin + 1s);
    EXPECT_EQ(breaker.next_probe(), begin + 2s) << "the wait begins anew";
}

TEST(circuit_breaker, a_probe_that_says_nothing_is_followed_by_another_one) {
    circuit_breaker breaker = opened();
    end(breaker, 1, health::unsaid, begin + 1s);
    EXPECT_TRUE(breaker.is_open());
    EXPECT_EQ(breaker.next_probe(), begin + 2s);
}

TEST(circuit_breaker, an_operation_always_goes_and_its_end_counts_as_a_probes) {
    circuit_breaker breaker = opened();
    const auto pause = breaker.admit_operation(begin + 500ms);
    breaker.settle(pause, health::bad, begin + 600ms, middle);
    EXPECT_EQ(breaker.next_probe(), begin + 2600ms) << "it failed: wait longer";
    const auto another = breaker.admit_operation(begin + 700ms);
    breaker.settle(another, health::good, begin + 800ms, middle);
    EXPECT_FALSE(breaker.is_open());
}

TEST(circuit_breaker, failures_of_what_was_under_way_do_not_prolong_the_wait) {
    circuit_breaker breaker;
    const auto early = breaker.admit_read(begin);
    end(breaker, circuit_breaker::most_in_a_row, health::bad, begin);
    ASSERT_TRUE(breaker.is_open());
    EXPECT_FALSE(breaker.may_go(*early)) << "not yet sent: it stays here";
    for (int i = 0; i < 5; ++i)
        breaker.settle(*early, health::bad, begin + 100ms, middle);
    EXPECT_EQ(breaker.next_probe(), begin + 1s);
    const auto first = breaker.admit_operation(begin + 200ms);
    const auto second = breaker.admit_operation(begin + 200ms);
    breaker.settle(first, health::bad, begin + 300ms, middle);
    breaker.settle(second, health::bad, begin + 300ms, middle);
    EXPECT_EQ(breaker.next_probe(), begin + 2300ms) << "two at once count as one";
}

TEST(circuit_breaker, a_late_success_closes_it_and_a_late_probe_frees_nobody_elses_place) {
    circuit_breaker breaker;
    const auto early = breaker.admit_read(begin);
    end(breaker, circuit_breaker::most_in_a_row, health::bad, begin);
    const auto probe = breaker.admit_read(begin + 1s);
    EXPECT_TRUE(breaker.may_go(*probe));
    breaker.settle(*early, health::good, begin + 2s, middle);
    EXPECT_FALSE(breaker.is_open());
    end(breaker, circuit_breaker::most_in_a_row, health::bad, begin + 3s);
    const auto next = breaker.admit_read(begin + 4s);
    EXPECT_TRUE(next);
    breaker.settle(*probe, health::unsaid, begin + 5s, middle);
    EXPECT_FALSE(breaker.admit_read(begin + 5s));
}

TEST(circuit_breaker, whatever_happens_one_probe_at_a_time_goes_and_a_good_end_opens_the_way) {
    std::mt19937 random(1);
    circuit_breaker breaker;
    steady_time now = begin;
    std::vector<circuit_breaker::leave> out;
    for (int i = 0; i < 50'000; ++i) {
        now += std::chrono::milliseconds(random() % 200);
        if (const auto given = breaker.admit_read(now)) {
            ASSERT_EQ(given->probe, breaker.is_open());
            out.push_back(*given);
        }
        if (out.empty() || random() % 3 == 0) continue;
        const auto ended = static_cast<std::ptrdiff_t>(random() % out.size());
        const auto word = static_cast<health>(random() % 8 == 0 ? random() % 3 : 1);
        breaker.settle(out[static_cast<std::size_t>(ended)], word, now, middle);
        if (word == health::good) ASSERT_FALSE(breaker.is_open());
        out.erase(out.begin() + ended);
        if (!breaker.is_open()) continue;
        ASSERT_LE(breaker.next_probe(), now + circuit_breaker::longest_wait);
        ASSERT_LE(std::ranges::count_if(out, [&](const auto& each) { return each.probe; }), 2)
            << "but for one that was given up";
    }
}

}  // namespace
}  // namespace rolloutd::api
