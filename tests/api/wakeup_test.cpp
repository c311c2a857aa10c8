#include "api/wakeup.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <optional>

#include "api/manual_clock.h"
#include "tests/api/run.h"

namespace rolloutd::api {
namespace {

using namespace std::chrono_literals;
using test::settle;
namespace asio = boost::asio;

class wakeup_test : public testing::Test {
protected:
    // Starts a wait; what it returns is found in `poked`, an exception in `thrown`.
    void start_wait(timestamp until) {
        poked.reset();
        thrown = nullptr;
        asio::co_spawn(loop, bell.wait_until(until),
                       asio::bind_cancellation_slot(signal.slot(),
                                                    [this](std::exception_ptr error, bool by_poke) {
                                                        thrown = error;
                                                        if (!error) poked = by_poke;
                                                    }));
        settle(loop);
    }

    asio::io_context loop{1};
    const timestamp start{1'000'000ms};
    manual_clock time{loop.get_executor(), start};
    wakeup bell{time};
    asio::cancellation_signal signal;
    std::optional<bool> poked;
    std::exception_ptr thrown;
};

TEST_F(wakeup_test, returns_false_when_the_time_has_come_and_not_before) {
    start_wait(start + 10s);
    time.advance(9999ms);
    settle(loop);
    EXPECT_FALSE(poked.has_value());
    time.advance(1ms);
    settle(loop);
    EXPECT_EQ(poked, false);
}

TEST_F(wakeup_test, a_poke_ends_the_wait_at_once) {
    start_wait(start + 10s);
    bell.poke();
    settle(loop);
    EXPECT_EQ(poked, true);
    EXPECT_EQ(time.sleepers(), 0u);
}

TEST_F(wakeup_test, a_poke_before_the_wait_is_kept_and_many_count_as_one) {
    bell.poke();
    bell.poke();
    start_wait(start + 10s);
    EXPECT_EQ(poked, true);
    start_wait(start + 10s);
    EXPECT_FALSE(poked.has_value());
    bell.poke();
    settle(loop);
    EXPECT_EQ(poked, true);
}

TEST_F(wakeup_test, a_time_in_the_past_returns_at_the_next_turn) {
    start_wait(start - 1h);
    EXPECT_EQ(poked, false);
}

TEST_F(wakeup_test, cancellation_throws_and_keeps_the_poke) {
    start_wait(start + 10s);
    signal.emit(asio::cancellation_type::terminal);
    bell.poke();
    settle(loop);
    EXPECT_FALSE(poked.has_value());
    EXPECT_TRUE(thrown);
    start_wait(start + 10s);
    EXPECT_EQ(poked, true);
}

}  // namespace
}  // namespace rolloutd::api
