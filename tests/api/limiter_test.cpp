#include "api/limiter.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <list>
#include <random>

#include "api/manual_clock.h"
#include "tests/api/run.h"

namespace rolloutd::api {
namespace {

using namespace std::chrono_literals;
using test::settle;

rate_settings rate(double per_second, int burst, int reserved_percent) {
    rate_settings settings;
    settings.per_second = per_second;
    settings.burst = burst;
    settings.reserved_percent = reserved_percent;
    return settings;
}

constexpr auto read = request_kind::read;
constexpr auto operation = request_kind::operation;

TEST(rate_bucket, a_full_bucket_gives_its_burst_and_then_its_rate) {
    const steady_time start(1h);
    rate_bucket bucket(rate(10.0, 3, 0), start);
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(bucket.take(read, false, start), 0ms);
    EXPECT_EQ(bucket.take(read, false, start), 100ms);
    EXPECT_EQ(bucket.take(read, false, start + 99ms), 1ms);
    EXPECT_EQ(bucket.take(read, false, start + 100ms), 0ms);
    EXPECT_EQ(bucket.take(read, false, start + 100ms), 100ms);
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(bucket.take(read, false, start + 1h), 0ms);
    EXPECT_EQ(bucket.take(read, false, start + 1h), 100ms);
}

TEST(rate_bucket, the_reserve_is_lent_to_reads_only_while_no_operation_waits) {
    const steady_time start(1h);
    rate_bucket bucket(rate(10.0, 4, 50), start);
    EXPECT_EQ(bucket.take(read, true, start), 0ms);
    EXPECT_EQ(bucket.take(read, true, start), 0ms);
    EXPECT_EQ(bucket.take(read, true, start), 100ms);
    EXPECT_EQ(bucket.take(operation, true, start), 0ms);
    EXPECT_EQ(bucket.take(read, false, start), 0ms);
    EXPECT_EQ(bucket.take(read, false, start), 100ms);
    EXPECT_EQ(bucket.take(operation, true, start), 100ms);
}

TEST(rate_bucket, never_gives_more_than_burst_plus_rate_in_any_second) {
    steady_time now(1h);
    rate_bucket bucket(rate(20.0, 5, 25), now);
    int given = 0;
    for (int ms = 0; ms < 1000; ms += 7) {
        while (bucket.take(read, false, now + std::chrono::milliseconds(ms)) == 0ms)
            ++given;
    }
    EXPECT_GE(given, 24);
    EXPECT_LE(given, 25);
}

TEST(rate_bucket, a_reserve_of_everything_still_lets_reads_through) {
    const steady_time start(1h);
    rate_bucket bucket(rate(1.0, 2, 100), start);
    EXPECT_EQ(bucket.take(read, true, start), 0ms);
}

too_many refused(steady_time permitted, duration otherwise = 2s) {
    too_many what(permitted);
    what.otherwise = otherwise;
    return what;
}

TEST(slowing_down, empties_the_bucket_pauses_everything_and_halves_the_rate) {
    const steady_time start(1h);
    rate_bucket bucket(rate(10.0, 5, 0), start);
    bucket.slow_down(refused(start, 3s), start + 1ms);
    for (const request_kind each : {read, operation}) {
        EXPECT_EQ(bucket.take(each, false, start + 1ms), 3s);
        EXPECT_EQ(bucket.take(each, false, start + 3s), 1ms);
        EXPECT_EQ(bucket.take(each, false, start + 3001ms), 200ms) << "empty, and half as fast";
    }
    EXPECT_EQ(bucket.rate(start + 3001ms), 5.0);
}

TEST(slowing_down, the_clouds_own_word_comes_first) {
    const steady_time start(1h);
    rate_bucket bucket(rate(10.0, 5, 0), start);
    too_many said = refused(start, 3s);
    said.said = 7s;
    bucket.slow_down(said, start);
    EXPECT_EQ(bucket.take(operation, false, start), 7s);
    said.said = 0s;
    bucket.slow_down(said, start + 10s);
    EXPECT_EQ(bucket.take(operation, false, start + 10s), 200ms);
}

TEST(slowing_down, refusals_of_what_was_under_way_count_as_one) {
    const steady_time start(1h);
    rate_bucket bucket(rate(16.0, 5, 0), start);
    bucket.slow_down(refused(start), start + 10ms);
    for (int i = 0; i < 20; ++i)
        bucket.slow_down(refused(start, 5s), start + 10ms + i * 1ms);
    EXPECT_EQ(bucket.rate(start + 1s), 8.0);
    EXPECT_EQ(bucket.take(read, false, start + 1s), 1010ms) << "not prolonged by guesses";
    too_many insisting = refused(start);
    insisting.said = 5s;
    bucket.slow_down(insisting, start + 1s);
    EXPECT_EQ(bucket.rate(start + 1s), 8.0);
    EXPECT_EQ(bucket.take(read, false, start + 1s), 5s) << "prolonged by the cloud's word";
    bucket.slow_down(refused(start + 7s), start + 7s);
    EXPECT_EQ(bucket.rate(start + 7s), 4.0) << "a later request is refused for a new reason";
}

TEST(slowing_down, goes_on_down_to_a_thirty_second_part) {
    steady_time now(1h);
    rate_bucket bucket(rate(32.0, 5, 0), now);
    for (const double expected : {16.0, 8.0, 4.0, 2.0, 1.0, 1.0}) {
        now += 3s;
        bucket.slow_down(refused(now), now);
        EXPECT_EQ(bucket.rate(now), expected);
    }
}

TEST(slowing_down, recovers_by_a_tenth_for_each_quiet_five_seconds) {
    const steady_time start(1h);
    rate_bucket bucket(rate(10.0, 4, 0), start);
    bucket.slow_down(refused(start), start);
    EXPECT_EQ(bucket.rate(start + 2s + 5s - 1ms), 5.0);
    EXPECT_EQ(bucket.rate(start + 2s + 5s + 1ms), 6.0);
    EXPECT_EQ(bucket.rate(start + 2s + 21s), 9.0);
    EXPECT_EQ(bucket.rate(start + 2s + 26s), 10.0);
    EXPECT_EQ(bucket.rate(start + 1h), 10.0);
    bucket.slow_down(refused(start + 6s), start + 6s);
    EXPECT_EQ(bucket.rate(start + 12s), 2.5) << "a refusal ends the quiet";
    EXPECT_EQ(bucket.rate(start + 14s), 3.5);
}

TEST(slowing_down, who_waits_for_a_slow_bucket_looks_again_when_it_has_become_faster) {
    const steady_time start(1h);
    rate_bucket bucket(rate(0.1, 1, 0), start);
    bucket.slow_down(refused(start), start);
    EXPECT_EQ(bucket.take(read, false, start + 2s), 5s) << "and not the 20 s of half the rate";
}

TEST(slowing_down, a_pause_for_reads_lets_operations_through) {
    const steady_time start(1h);
    rate_bucket bucket(rate(10.0, 2, 0), start);
    bucket.pause_reads(start + 30s);
    EXPECT_EQ(bucket.take(read, false, start), 30s);
    for (int i = 0; i < 2; ++i)
        EXPECT_EQ(bucket.take(operation, false, start), 0ms);
    EXPECT_EQ(bucket.take(operation, false, start), 100ms);
    bucket.pause_reads(start + 10s);
    EXPECT_EQ(bucket.take(read, false, start + 29s), 1s);
    EXPECT_EQ(bucket.take(read, false, start + 30s), 0ms);
    EXPECT_EQ(bucket.rate(start), 10.0);
}

// A day of one bucket's life, made of a seed: who asks when, and when the cloud says no.
std::vector<steady_time> a_history(std::uint64_t seed, rate_settings settings) {
    std::mt19937_64 random(seed);
    const auto upto = [&random](std::int64_t most) {
        return duration(std::uniform_int_distribution<std::int64_t>(0, most)(random));
    };
    steady_time now(1h);
    rate_bucket bucket(settings, now);
    std::vector<steady_time> given;
    for (int i = 0; i < 3000; ++i) {
        now += upto(i % 50 == 0 ? 8000 : 40);
        const auto dice = upto(199).count();
        const request_kind kind = dice % 4 == 0 ? operation : read;
        if (bucket.take(kind, dice % 8 == 0, now) == 0ms) given.push_back(now);
        too_many refusal = refused(now - upto(3000), upto(5000));
        if (dice == 50) refusal.said = upto(2000);
        if (dice == 50 || dice == 51) bucket.slow_down(refusal, now);
        if (dice == 52) bucket.pause_reads(now + upto(2000));
    }
    return given;
}

TEST(slowing_down, whatever_happens_no_time_sees_more_than_burst_plus_rate) {
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
        const int burst = 1 + static_cast<int>(seed % 7);
        const rate_settings settings =
            rate(1.0 + static_cast<double>(seed), burst, seed % 3 == 0 ? 25 : 0);
        const std::vector<steady_time> given = a_history(seed, settings);
        ASSERT_GT(given.size(), 30u) << seed;
        // The number of permissions less the rate's share is how far above the rate they are; no
        // rise of it within any interval may be more than the burst.
        double lowest = 0.0;
        for (std::size_t i = 0; i < given.size(); ++i) {
            const double t = std::chrono::duration<double>(given[i] - given[0]).count();
            const double before = static_cast<double>(i) - settings.per_second * t;
            lowest = std::min(lowest, before);
            ASSERT_LE(before + 1.0 - lowest, burst + 1e-3) << "seed " << seed << ", gift " << i;
        }
    }
}

class limiter_test : public testing::Test {
protected:
    void start(limiter& gate, request_kind kind, std::string name, duration patience = 1h) {
        boost::asio::co_spawn(
            loop, gate.pass(kind, patience),
            boost::asio::bind_cancellation_slot(
                signals.emplace_back().slot(),
                [this, name](std::exception_ptr error, result<duration> waited) {
                    if (error)
                        order.push_back(name + " cancelled");
                    else if (waited.has_error())
                        order.push_back(name + " " + waited.error().code);
                    else
                        order.push_back(name + " " + std::to_string(waited->count()));
                }));
        settle(loop);
    }

    void advance(duration by) {
        time.advance(by);
        settle(loop);
    }

    boost::asio::io_context loop{1};
    manual_clock time{loop.get_executor(), timestamp(1'000'000ms)};
    std::list<boost::asio::cancellation_signal> signals;  // one for each request
    std::vector<std::string> order;
};

TEST_F(limiter_test, an_operation_overtakes_waiting_reads_and_reads_keep_their_order) {
    limiter gate(time, rate(1.0, 1, 25));
    start(gate, read, "first");
    start(gate, read, "second");
    start(gate, read, "third");
    start(gate, operation, "pause");
    for (int i = 0; i < 4; ++i)
        advance(1s);
    EXPECT_EQ(order,
              (std::vector<std::string>{"first 0", "pause 1000", "second 2000", "third 3000"}));
    EXPECT_EQ(gate.waiting(), 0u);
    EXPECT_EQ(time.sleepers(), 0u);
}

TEST_F(limiter_test, operations_keep_their_order_and_each_wakes_the_next) {
    limiter gate(time, rate(1.0, 1, 25));
    for (const std::string name : {"first", "second", "third"})
        start(gate, operation, name);
    for (int i = 0; i < 2; ++i)
        advance(1s);
    EXPECT_EQ(order, (std::vector<std::string>{"first 0", "second 1000", "third 2000"}));
}

TEST_F(limiter_test, patience_ends_and_the_next_one_moves_up) {
    limiter gate(time, rate(0.1, 1, 0));
    start(gate, read, "first");
    start(gate, read, "hasty", 2s);
    start(gate, read, "patient");
    advance(2s);
    EXPECT_EQ(order, (std::vector<std::string>{"first 0", "hasty throttled"}));
    advance(8s);
    EXPECT_EQ(order.back(), "patient 10000");
}

TEST_F(limiter_test, the_queue_is_bounded) {
    limiter gate(time, rate(1.0, 1, 0), 1);
    start(gate, read, "first");
    start(gate, read, "second");
    start(gate, read, "third");
    EXPECT_EQ(order, (std::vector<std::string>{"first 0", "third throttled"}));
    advance(1s);
    EXPECT_EQ(order.back(), "second 1000");
}

TEST_F(limiter_test, after_a_pause_the_first_permission_is_an_operations) {
    limiter gate(time, rate(10.0, 5, 25));
    gate.slow_down(refused(time.steady_now(), 2s));
    for (const std::string name : {"first", "second"})
        start(gate, read, name);
    advance(1s);
    start(gate, operation, "pause");
    EXPECT_EQ(order, std::vector<std::string>{});
    EXPECT_EQ(gate.waiting(), 3u);
    advance(1s);
    EXPECT_EQ(order, std::vector<std::string>{}) << "the bucket is empty";
    for (int i = 0; i < 3; ++i)
        advance(200ms);
    EXPECT_EQ(order, (std::vector<std::string>{"pause 1200", "first 2400", "second 2600"}));
    EXPECT_EQ(gate.rate(), 5.0);
}

TEST_F(limiter_test, those_who_wait_already_wait_for_the_end_of_a_pause_too) {
    limiter gate(time, rate(10.0, 1, 0));
    start(gate, read, "first");
    start(gate, read, "second");
    start(gate, operation, "pause");
    gate.slow_down(refused(time.steady_now(), 3s));
    advance(2s);
    EXPECT_EQ(order, std::vector<std::string>{"first 0"});
    advance(1200ms);
    EXPECT_EQ(order, (std::vector<std::string>{"first 0", "pause 3200"}));
    advance(200ms);
    EXPECT_EQ(order.back(), "second 3400");
}

TEST_F(limiter_test, a_pause_for_reads_keeps_no_operation_waiting) {
    limiter gate(time, rate(10.0, 5, 25));
    gate.pause_reads(4s);
    start(gate, read, "first");
    start(gate, operation, "pause");
    EXPECT_EQ(order, std::vector<std::string>{"pause 0"});
    advance(4s);
    EXPECT_EQ(order, (std::vector<std::string>{"pause 0", "first 4000"}));
}

TEST_F(limiter_test, one_who_is_cancelled_leaves_the_queue) {
    limiter gate(time, rate(1.0, 1, 0));
    start(gate, read, "first");
    start(gate, read, "second");
    signals.back().emit(boost::asio::cancellation_type::terminal);
    settle(loop);
    EXPECT_EQ(order.back(), "second cancelled");
    EXPECT_EQ(gate.waiting(), 0u);
}

}  // namespace
}  // namespace rolloutd::api
