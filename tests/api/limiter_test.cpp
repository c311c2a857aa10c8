#include "api/limiter.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <list>

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
