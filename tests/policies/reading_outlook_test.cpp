// What a reading is worth is worked out anew when something has changed, be it that time went by.

#include <gtest/gtest.h>

#include <functional>

#include "policies/reading_order.h"
#include "tests/support/scenes.h"

namespace rolloutd::tests {
namespace {

using policies::foresight;
using policies::reading_order;
using policies::ticket_id;
using policies::timestamp;

// What a ticket shows at its i-th reading.
using showing = std::function<foresight(int)>;

// So many readings, one each 5 s, that the pace of the past is settled well before the last.
constexpr int readings = 180;
constexpr timestamp last_reading = noon + readings * 5s;

// Both have been read at the same times; then there is time for one.
ticket_id first_after(const showing& a, const showing& b) {
    reading_order order({.every = 5s, .fastest = 1s, .slowest = 60s, .per_second = 10});
    for (const char* id : {"a", "b"})
        order.add(id, noon);
    for (int i = 1; i <= readings; ++i) {
        const timestamp now = noon + i * 5s;
        order.next(now);
        order.next(now);
        order.seen("a", a(i), now);
        order.seen("b", b(i), now);
    }
    const auto found = order.next(last_reading + 5s);
    return found ? found->id : "";
}

// Whoever of equals comes first by the lot, the one with more to be seen is to come first.
void expect_before(const showing& first, const showing& second) {
    EXPECT_EQ(first_after(first, second), "a");
    EXPECT_EQ(first_after(second, first), "b");
}

TEST(reading_outlook, failures_of_long_ago_fade_though_the_ticket_shows_no_change) {
    const auto eight_fail_at = [](int reading) -> showing {
        return [reading](int i) {
            return foresight{.failures_away = 5, .failed = i < reading ? 0 : 8};
        };
    };
    expect_before(eight_fail_at(readings), eight_fail_at(readings / 2));
}

TEST(reading_outlook, so_do_instances_that_finished_long_ago) {
    const auto eight_finish_at = [](int reading) -> showing {
        return [reading](int i) {
            return foresight{.finishes_away = 5, .finished = i < reading ? 0 : 8};
        };
    };
    expect_before(eight_finish_at(readings), eight_finish_at(readings / 2));
}

TEST(reading_outlook, a_rule_that_has_come_nearer_is_noticed_though_nothing_else_happened) {
    const showing far = [](int) { return foresight{.failures_away = 9}; };
    const showing nearer = [](int i) { return foresight{.failures_away = i < readings ? 9 : 4}; };
    expect_before(nearer, far);
}

TEST(reading_outlook, so_is_the_end_of_a_for_that_comes_nearer_by_time_alone) {
    const showing since_long = [](int) {
        return foresight{.holding = true, .asked = last_reading + 10s};
    };
    const showing since_now = [](int i) {
        if (i < readings) return foresight{.failures_away = 9};
        return foresight{.holding = true, .asked = last_reading + 60s};
    };
    expect_before(since_long, since_now);
}

}  // namespace
}  // namespace rolloutd::tests
