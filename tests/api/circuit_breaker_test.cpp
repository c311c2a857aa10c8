#include "api/circuit_breaker.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace rolloutd::api {
namespace {

using namespace std::chrono_literals;

constexpr steady_time outset{1000h};
constexpr double middling = 0.5;  // of the range that chance spreads the probes over

// Reads one after the other that all end the same way at the same moment.
void end_reads(circuit_breaker& breaker, int reads, health word, steady_time now) {
    for (int i = 0; i < reads; ++i) {
        const auto given = breaker.admit_read(now);
        ASSERT_TRUE(given) << i;
        breaker.settle(*given, word, now, middling);
    }
}

circuit_breaker opened_breaker() {
    circuit_breaker breaker;
    end_reads(breaker, circuit_breaker::most_in_a_row, health::bad, outset);
    EXPECT_TRUE(breaker.is_open());
    return breaker;
}

TEST(circuit_breaker, ten_failures_in_a_row_open_it) {
    circuit_breaker breaker;
    end_reads(breaker, 9, health::bad, outset);
    EXPECT_FALSE(breaker.is_open());
    end_reads(breaker, 1, health::good, outset);
    end_reads(breaker, 9, health::bad, outset);
    EXPECT_FALSE(breaker.is_open()) << "a good one ends the row";
    end_reads(breaker, 1, health::unsaid, outset);
    EXPECT_FALSE(breaker.is_open()) << "what says nothing does not count";
    end_reads(breaker, 1, health::bad, outset);
    EXPECT_TRUE(breaker.is_open());
    EXPECT_EQ(breaker.opened_at(), outset);
}

TEST(circuit_breaker, tells_how_long_no_read_is_admitted) {
    circuit_breaker breaker;
    EXPECT_EQ(breaker.closed_for(outset), 0s);
    breaker = opened_breaker();
    const duration wait = breaker.closed_for(outset);
    EXPECT_EQ(wait, std::chrono::ceil<duration>(breaker.next_probe() - outset));
    EXPECT_FALSE(breaker.admit_read(outset + wait - 1ms));
    EXPECT_EQ(breaker.closed_for(outset + wait), 0s);
    const auto probe = breaker.admit_read(outset + wait);
    ASSERT_TRUE(probe);
    EXPECT_EQ(breaker.closed_for(outset + wait), circuit_breaker::probe_lasts);
    breaker.settle(*probe, health::good, outset + wait, middling);
    EXPECT_EQ(breaker.closed_for(outset + wait), 0s);
}

TEST(circuit_breaker, half_of_twenty_in_half_a_minute_open_it) {
    circuit_breaker breaker;
    for (int i = 0; i < 9; ++i) {
        end_reads(breaker, 1, health::good, outset + i * 2s);
        end_reads(breaker, 1, health::bad, outset + i * 2s);
    }
    end_reads(breaker, 1, health::good, outset + 18s);
    EXPECT_FALSE(breaker.is_open()) << "19 are not enough to judge by";
    end_reads(breaker, 1, health::bad, outset + 18s);
    EXPECT_TRUE(breaker.is_open());
}

TEST(circuit_breaker, less_than_half_or_long_ago_is_no_reason) {
    circuit_breaker breaker;
    for (int i = 0; i < 500; ++i) {
        end_reads(breaker, 6, health::good, outset + i * 100ms);
        end_reads(breaker, 5, health::bad, outset + i * 100ms);
        ASSERT_FALSE(breaker.is_open()) << i;
    }
    circuit_breaker slow;
    for (int i = 0; i < 500; ++i) {
        end_reads(slow, 1, i % 9 == 0 ? health::good : health::bad, outset + i * 2s);
        ASSERT_FALSE(slow.is_open()) << i << ": 15 in half a minute are not enough to judge by";
    }
}

TEST(circuit_breaker, while_open_reads_are_refused_but_for_one_probe_at_a_time) {
    circuit_breaker breaker = opened_breaker();
    EXPECT_EQ(breaker.next_probe(), outset + 1s);
    EXPECT_FALSE(breaker.admit_read(outset + 999ms));
    const auto probe = breaker.admit_read(outset + 1s);
    ASSERT_TRUE(probe);
    EXPECT_TRUE(probe->probe);
    EXPECT_FALSE(breaker.admit_read(outset + 30s)) << "the probe is under way";
    EXPECT_TRUE(breaker.admit_read(outset + 61s)) << "and given up at last";
}

TEST(circuit_breaker, probes_wait_twice_as_long_each_time_up_to_half_a_minute) {
    circuit_breaker breaker = opened_breaker();
    steady_time now = outset;
    for (const duration wait : {1s, 2s, 4s, 8s, 16s, 30s, 30s}) {
        EXPECT_EQ(breaker.next_probe(), now + wait);
        now = breaker.next_probe();
        end_reads(breaker, 1, health::bad, now);
    }
    circuit_breaker early;
    circuit_breaker late;
    for (int i = 0; i < circuit_breaker::most_in_a_row; ++i) {
        early.settle(*early.admit_read(outset), health::bad, outset, 0.0);
        late.settle(*late.admit_read(outset), health::bad, outset, 1.0);
    }
    EXPECT_EQ(early.next_probe(), outset + 800ms);
    EXPECT_EQ(late.next_probe(), outset + 1200ms);
}

TEST(circuit_breaker, a_success_closes_it_and_all_is_forgotten) {
    circuit_breaker breaker = opened_breaker();
    end_reads(breaker, 1, health::good, outset + 1s);
    EXPECT_FALSE(breaker.is_open());
    end_reads(breaker, 9, health::bad, outset + 1s);
    EXPECT_FALSE(breaker.is_open());
    end_reads(breaker, 1, health::bad, outset + 1s);
    EXPECT_EQ(breaker.next_probe(), outset + 2s) << "the wait begins anew";
}

TEST(circuit_breaker, a_probe_that_says_nothing_is_followed_by_another_one) {
    circuit_breaker breaker = opened_breaker();
    end_reads(breaker, 1, health::unsaid, outset + 1s);
    EXPECT_TRUE(breaker.is_open());
    EXPECT_EQ(breaker.next_probe(), outset + 2s);
}

TEST(circuit_breaker, an_operation_always_goes_and_its_end_counts_as_a_probes) {
    circuit_breaker breaker = opened_breaker();
    const auto pause = breaker.admit_operation(outset + 500ms);
    breaker.settle(pause, health::bad, outset + 600ms, middling);
    EXPECT_EQ(breaker.next_probe(), outset + 2600ms) << "it failed: wait longer";
    const auto another = breaker.admit_operation(outset + 700ms);
    breaker.settle(another, health::good, outset + 800ms, middling);
    EXPECT_FALSE(breaker.is_open());
}

TEST(circuit_breaker, failures_of_what_was_under_way_do_not_prolong_the_wait) {
    circuit_breaker breaker;
    const auto early = breaker.admit_read(outset);
    end_reads(breaker, circuit_breaker::most_in_a_row, health::bad, outset);
    ASSERT_TRUE(breaker.is_open());
    EXPECT_FALSE(breaker.may_go(*early)) << "not yet sent: it stays here";
    for (int i = 0; i < 5; ++i)
        breaker.settle(*early, health::bad, outset + 100ms, middling);
    EXPECT_EQ(breaker.next_probe(), outset + 1s);
    const auto first = breaker.admit_operation(outset + 200ms);
    const auto second = breaker.admit_operation(outset + 200ms);
    breaker.settle(first, health::bad, outset + 300ms, middling);
    breaker.settle(second, health::bad, outset + 300ms, middling);
    EXPECT_EQ(breaker.next_probe(), outset + 2300ms) << "two at once count as one";
}

TEST(circuit_breaker, a_late_success_closes_it_and_a_late_probe_frees_nobody_elses_place) {
    circuit_breaker breaker;
    const auto early = breaker.admit_read(outset);
    end_reads(breaker, circuit_breaker::most_in_a_row, health::bad, outset);
    const auto probe = breaker.admit_read(outset + 1s);
    EXPECT_TRUE(breaker.may_go(*probe));
    breaker.settle(*early, health::good, outset + 2s, middling);
    EXPECT_FALSE(breaker.is_open());
    end_reads(breaker, circuit_breaker::most_in_a_row, health::bad, outset + 3s);
    const auto next = breaker.admit_read(outset + 4s);
    EXPECT_TRUE(next);
    breaker.settle(*probe, health::unsaid, outset + 5s, middling);
    EXPECT_FALSE(breaker.admit_read(outset + 5s));
}

TEST(circuit_breaker, whatever_happens_one_probe_at_a_time_goes_and_a_good_end_opens_the_way) {
    std::mt19937 random(1);
    circuit_breaker breaker;
    steady_time now = outset;
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
        breaker.settle(out[static_cast<std::size_t>(ended)], word, now, middling);
        ASSERT_FALSE(word == health::good && breaker.is_open());
        out.erase(out.begin() + ended);
        if (!breaker.is_open()) continue;
        ASSERT_LE(breaker.next_probe(), now + circuit_breaker::longest_wait);
        ASSERT_LE(std::ranges::count_if(out, [&](const auto& each) { return each.probe; }), 2)
            << "but for one that was given up";
    }
}

}  // namespace
}  // namespace rolloutd::api
