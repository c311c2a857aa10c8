#include "policies/reading_order.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/scenes.h"

namespace rolloutd::tests {
namespace {

using policies::duration;
using policies::foresight;
using policies::reading_order;
using policies::reading_pace;
using policies::ticket_id;
using policies::timestamp;
using policies::turn;
using policies::turn_reason;

constexpr reading_pace usual{.every = 5s, .fastest = 1s, .slowest = 60s, .per_second = 10};

foresight quiet() { return {.quiet = true}; }
foresight healthy() { return {.failures_away = 20}; }
foresight near(int failures) { return {.failures_away = failures}; }
foresight asked_at(timestamp when) { return {.asked = when}; }

// Reads whoever is next, one reading per slot of the budget, and remembers when.
class reader {
public:
    explicit reader(const reading_pace& pace)
        : order_(pace), step_(duration{1000} / pace.per_second) {}

    reading_order& order() { return order_; }
    timestamp now() const { return now_; }

    void add(const ticket_id& id, const foresight& what) {
        shows_[id] = what;
        order_.add(id, now_);
        read_[id] = {now_};
    }

    void show(const ticket_id& id, const foresight& what) { shows_[id] = what; }

    void run(duration length) {
        const timestamp end = now_ + length;
        while (now_ < end) {
            now_ += std::chrono::ceil<duration>(step_);
            const std::optional<turn> found = order_.next(now_);
            if (!found) continue;
            read_[found->id].push_back(now_);
            order_.seen(found->id, shows_.at(found->id), now_);
        }
    }

    std::size_t times(const ticket_id& id) const { return read_.at(id).size() - 1; }
    const std::vector<timestamp>& readings(const ticket_id& id) const { return read_.at(id); }

    duration longest_gap() const {
        duration longest{};
        for (const auto& [id, at] : read_) {
            for (std::size_t i = 1; i < at.size(); ++i)
                longest = std::max(longest, at[i] - at[i - 1]);
            longest = std::max(longest, now_ - at.back());
        }
        return longest;
    }

private:
    reading_order order_;
    std::chrono::duration<double, std::milli> step_;
    timestamp now_ = noon;
    std::map<ticket_id, foresight> shows_;
    std::map<ticket_id, std::vector<timestamp>> read_;
};

ticket_id numbered(int number) { return "SCT" + std::to_string(1000 + number); }

// Both were read a moment ago; the order of the two when there is time for one.
ticket_id first_of(const foresight& a, const foresight& b, duration later) {
    reading_order order(usual);
    order.add("a", noon);
    order.add("b", noon);
    order.next(noon + 10s);
    order.next(noon + 10s);
    order.seen("a", a, noon + 10s);
    order.seen("b", b, noon + 10s);
    const auto found = order.next(noon + 10s + later);
    return found ? found->id : "";
}

TEST(reading_order, names_nobody_where_nobody_is) {
    reading_order order(usual);
    EXPECT_FALSE(order.next(noon));
    EXPECT_FALSE(order.earliest());
}

TEST(reading_order, names_a_ticket_once_until_it_is_read) {
    reading_order order(usual);
    order.add("a", noon);
    ASSERT_TRUE(order.next(noon + 5s));
    EXPECT_FALSE(order.next(noon + 50s));
    order.seen("a", healthy(), noon + 50s);
    EXPECT_TRUE(order.next(noon + 60s));
}

TEST(reading_order, puts_the_nearer_one_first) {
    EXPECT_EQ(first_of(near(1), near(5), 10s), "a");
    EXPECT_EQ(first_of(near(5), near(1), 10s), "b");
}

TEST(reading_order, puts_one_that_is_awaited_before_all_that_are_merely_near) {
    EXPECT_EQ(first_of(near(1), asked_at(noon + 15s), 10s), "b");
    EXPECT_EQ(first_of(near(1), asked_at(noon + 50s), 10s), "a") << "its time has not come";
}

TEST(reading_order, puts_an_operation_that_awaits_its_effect_before_a_healthy_ticket) {
    EXPECT_EQ(first_of(healthy(), {.awaiting = true}, 6s), "b");
}

TEST(reading_order, puts_a_running_for_before_a_healthy_ticket) {
    EXPECT_EQ(first_of(healthy(), {.holding = true, .asked = noon + 30s}, 6s), "b");
}

TEST(reading_order, puts_one_that_fails_fast_before_one_that_fails_slowly) {
    reading_order order(usual);
    for (const char* id : {"a", "b"})
        order.add(id, noon);
    for (int i = 1; i <= 3; ++i) {
        const timestamp at = noon + i * 10s;
        order.next(at);
        order.next(at);
        order.seen("a", {.failures_away = 5, .failed = 1}, at);
        order.seen("b", {.failures_away = 5, .failed = 4 * i}, at);
    }
    const auto found = order.next(noon + 40s);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->id, "b");
    EXPECT_EQ(found->why, turn_reason::likely);
}

TEST(reading_order, reads_at_once_what_the_engine_waits_for) {
    reading_order order(usual);
    order.add("a", noon);
    order.next(noon + 5s);
    EXPECT_EQ(order.seen("a", {.at_once = true}, noon + 5s), 0s);
    const auto found = order.next(noon + 5s);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->why, turn_reason::awaited);
}

TEST(reading_order, does_not_read_faster_than_the_fastest_otherwise) {
    reader all(usual);
    all.add("a", {.awaiting = true, .asked = noon});
    all.run(30s);
    EXPECT_LE(all.times("a"), 30U);
    EXPECT_GE(all.times("a"), 25U);
}

TEST(reading_order, reads_healthy_tickets_every_and_quiet_ones_at_slowest) {
    reader all(usual);
    all.add("busy", healthy());
    all.add("quiet", quiet());
    all.run(10min);
    EXPECT_NEAR(static_cast<double>(all.times("busy")), 120, 2);
    EXPECT_NEAR(static_cast<double>(all.times("quiet")), 10, 2);
}

TEST(reading_order, plans_the_interval_that_comes_about) {
    reading_order order(usual);
    order.add("a", noon);
    order.next(noon + 5s);
    const duration planned = order.seen("a", quiet(), noon + 5s);
    EXPECT_GT(planned, 0s);
    EXPECT_LE(planned, 60s);
    EXPECT_FALSE(order.next(noon + 5s + planned - 1ms));
    EXPECT_EQ(order.earliest(), noon + 5s + planned);
    EXPECT_TRUE(order.next(noon + 5s + planned));
    EXPECT_EQ(order.seen("a", asked_at(noon + 5s + planned + 3s), noon + 5s + planned), 3s);
}

TEST(reading_order, spreads_quiet_tickets_evenly) {
    reader all(usual);
    for (int i = 0; i < 60; ++i)
        all.add(numbered(i), quiet());
    all.run(3min);
    std::map<duration, int> in_ten_seconds;
    for (int i = 0; i < 60; ++i)
        ++in_ten_seconds[(all.readings(numbered(i)).back() - noon) % 60s / 10s * 10s];
    for (const auto& [at, count] : in_ten_seconds)
        EXPECT_NEAR(count, 10, 1) << policies::to_text(at);
}

TEST(reading_order, keeps_the_slots_over_a_restart) {
    const auto slots_from = [](duration later) {
        std::map<ticket_id, duration> slots;
        reading_order order(usual);
        const timestamp start = noon + later;
        for (int i = 0; i < 20; ++i)
            order.add(numbered(i), start);
        for (int i = 0; i < 20; ++i)
            order.next(start + 5s);
        for (int i = 0; i < 20; ++i) {
            const timestamp read = start + 5s;
            const timestamp due = read + order.seen(numbered(i), quiet(), read);
            slots[numbered(i)] = due.time_since_epoch() % 60s;
        }
        return slots;
    };
    EXPECT_EQ(slots_from(0s), slots_from(17s + 123ms));
}

TEST(reading_order, leaves_nobody_unseen_for_more_than_twice_slowest) {
    // 1,100 readings are possible in 110 s, and urgent tickets alone would take all of them.
    reader all(usual);
    for (int i = 0; i < 1000; ++i)
        all.add(numbered(i), i < 600 ? quiet() : near(1));
    all.run(2min);
    for (int i = 600; i < 1000; ++i)
        all.show(numbered(i), {.at_once = true});
    all.run(10min);
    EXPECT_LE(all.longest_gap(), 120s);
}

TEST(reading_order, leaves_something_to_the_urgent_where_the_budget_is_too_small_for_all) {
    reader all({.every = 5s, .fastest = 1s, .slowest = 60s, .per_second = 1});
    for (int i = 0; i < 300; ++i)
        all.add(numbered(i), quiet());
    all.run(10min);
    all.show(numbered(7), asked_at(noon));
    all.run(20min);
    EXPECT_GE(all.times(numbered(7)), 100U);
    EXPECT_LE(all.longest_gap(), 400s) << "a round takes 300 s, and a fifth is kept for others";
}

TEST(reading_order, comes_back_to_one_that_could_not_be_read) {
    reading_order order(usual);
    order.add("a", noon);
    order.next(noon + 5s);
    order.missed("a", noon + 6s);
    const auto again = order.earliest();
    ASSERT_TRUE(again);
    EXPECT_GT(*again, noon + 6s);
    EXPECT_LE(*again, noon + 11s);
    ASSERT_TRUE(order.next(noon + 11s));
    order.missed("a", noon + 12s, 30s);
    EXPECT_FALSE(order.next(noon + 41s)) << "the server asked to wait";
    EXPECT_TRUE(order.next(noon + 42s));
}

TEST(reading_order, does_not_let_those_that_cannot_be_read_come_before_the_others) {
    reading_order order({.every = 5s, .fastest = 1s, .slowest = 60s, .per_second = 1});
    for (int i = 0; i < 20; ++i)
        order.add(numbered(i), noon);
    int well = 0;
    for (timestamp now = noon; now < noon + 200s; now += 1s) {
        const auto found = order.next(now);
        if (!found) continue;
        if (found->id < numbered(10)) {
            order.missed(found->id, now);
        } else {
            ++well;
            order.seen(found->id, near(2), now);
        }
    }
    EXPECT_GE(well, 90);
}

TEST(reading_order, hears_that_something_has_happened) {
    reading_order order(usual);
    order.add("a", noon);
    order.next(noon + 5s);
    order.seen("a", quiet(), noon + 5s);
    EXPECT_FALSE(order.next(noon + 5s + 1ms));
    order.hear("a", noon + 6s);
    const auto found = order.next(noon + 6s);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->why, turn_reason::awaited);
}

TEST(reading_order, forgets_who_is_removed) {
    reading_order order(usual);
    order.add("a", noon);
    order.add("b", noon);
    ASSERT_TRUE(order.next(noon + 5s));
    order.remove("a");
    order.remove("b");
    order.remove("c");
    EXPECT_EQ(order.size(), 0U);
    EXPECT_FALSE(order.next(noon + 1h));
    order.seen("a", quiet(), noon + 1h);
    order.missed("b", noon + 1h);
    order.hear("c", noon + 1h);
    EXPECT_EQ(order.size(), 0U);
}

TEST(reading_order, takes_another_pace_at_once) {
    reader all(usual);
    all.add("a", quiet());
    all.run(2min);
    all.order().set_pace({.every = 2s, .fastest = 1s, .slowest = 10s, .per_second = 10});
    const std::size_t before = all.times("a");
    all.run(1min);
    EXPECT_NEAR(static_cast<double>(all.times("a") - before), 6, 1);
}

TEST(reading_order, makes_sense_of_a_pace_that_makes_none) {
    reading_order order({.every = 0s, .fastest = 0s, .slowest = 0s, .per_second = 0});
    order.add("a", noon);
    ASSERT_TRUE(order.next(noon + 1s));
    order.seen("a", healthy(), noon + 1s);
    EXPECT_TRUE(order.next(noon + 2s));
}

TEST(reading_order, is_the_same_for_the_same_history) {
    const auto history = [] {
        reader all({.every = 5s, .fastest = 1s, .slowest = 60s, .per_second = 2});
        for (int i = 0; i < 50; ++i)
            all.add(numbered(i), i % 3 == 0 ? near(i % 5 + 1) : quiet());
        all.run(5min);
        std::vector<std::vector<timestamp>> readings;
        for (int i = 0; i < 50; ++i)
            readings.push_back(all.readings(numbered(i)));
        return readings;
    };
    EXPECT_EQ(history(), history());
}

TEST(reading_order, plans_no_sooner_than_the_queue_allows) {
    reading_order order({.every = 5s, .fastest = 1s, .slowest = 60s, .per_second = 10});
    for (int i = 0; i < 400; ++i)
        order.add(numbered(i), noon);
    const std::optional<turn> first = order.next(noon + 5s);
    ASSERT_TRUE(first);
    EXPECT_EQ(order.seen(first->id, near(1), noon + 5s), 39900ms);
}

TEST(reading_order, a_review_of_all_does_not_hold_up_those_that_may_fire_any_moment) {
    reader all({.slowest = 120s, .per_second = 10});
    for (int i = 0; i < 1000; ++i)
        all.add(numbered(i), i < 10 ? near(1) : quiet());
    all.run(10min);
    all.order().review(all.now());
    const timestamp reviewed = all.now();
    all.run(2min);
    for (int i = 0; i < 10; ++i) {
        duration longest{};
        timestamp before = reviewed;
        for (const timestamp each : all.readings(numbered(i))) {
            if (each < reviewed) continue;
            longest = std::max(longest, each - before);
            before = each;
        }
        EXPECT_LE(longest, 10s) << i;
    }
    all.run(2min);
    for (int i = 0; i < 1000; ++i)
        EXPECT_GE(all.readings(numbered(i)).back(), reviewed);
}

TEST(reading_order, what_is_heard_of_a_ticket_while_it_is_read_is_not_forgotten) {
    for (const bool reviewed : {false, true}) {
        reading_order order(usual);
        order.add("a", noon);
        ASSERT_TRUE(order.next(noon + 5s));
        reviewed ? order.review(noon + 5s) : order.hear("a", noon + 5s);
        order.seen("a", quiet(), noon + 6s);
        EXPECT_EQ(order.next(noon + 10s).value_or(turn{}).why, turn_reason::awaited);
        reviewed ? order.review(noon + 10s) : order.hear("a", noon + 10s);
        order.missed("a", noon + 11s);  // One that failed forgets it neither.
        EXPECT_TRUE(order.next(noon + 16s));
    }
}

TEST(reading_order, a_wait_that_the_server_asked_for_stands_whatever_else_happens) {
    reading_order order(usual);
    order.add("a", noon);
    ASSERT_TRUE(order.next(noon + 5s));
    order.missed("a", noon + 5s, 40s);
    order.add("b", noon + 6s);
    order.hear("a", noon + 7s);
    order.review(noon + 8s);
    order.set_pace(usual);
    for (int second = 9; second < 45; ++second) {
        const auto next = order.next(noon + std::chrono::seconds{second});
        if (!next) continue;
        EXPECT_EQ(next->id, "b") << second;
        order.seen("b", quiet(), noon + std::chrono::seconds{second});
    }
    EXPECT_TRUE(order.next(noon + 46s));
}

TEST(reading_order, says_why_in_a_word) {
    EXPECT_EQ(policies::to_text(turn_reason::starving), "starving");
    EXPECT_EQ(policies::to_text(turn_reason::awaited), "awaited");
    EXPECT_EQ(policies::to_text(turn_reason::likely), "likely");
}

}  // namespace
}  // namespace rolloutd::tests
