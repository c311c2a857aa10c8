#include "api/cancellation.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/this_coro.hpp>

#include "api/manual_clock.h"
#include "tests/api/run.h"

namespace rolloutd::api {
namespace {

namespace asio = boost::asio;
using test::settle;

// Sleeps through its cancellation, as clean-up does, and then asks.
asio::awaitable<void> sleep_then_ask(manual_clock& time, bool may_throw, bool& asked) {
    co_await asio::this_coro::throw_if_cancelled(false);
    co_await time.sleep_for(std::chrono::hours(1));
    co_await asio::this_coro::throw_if_cancelled(may_throw);
    asked = true;
    const auto check = throw_if_cancelled;
    co_await check();
}

class cancellation_test : public testing::TestWithParam<bool> {};

TEST_P(cancellation_test, is_thrown_only_where_the_coroutine_lets_it) {
    asio::io_context loop{1};
    manual_clock time(loop.get_executor(), timestamp{});
    asio::cancellation_signal signal;
    bool asked = false;
    std::exception_ptr thrown;
    asio::co_spawn(loop, sleep_then_ask(time, GetParam(), asked),
                   asio::bind_cancellation_slot(signal.slot(),
                                                [&](std::exception_ptr error) { thrown = error; }));
    settle(loop);
    signal.emit(asio::cancellation_type::terminal);
    settle(loop);
    EXPECT_TRUE(asked);
    EXPECT_EQ(thrown != nullptr, GetParam());
}

INSTANTIATE_TEST_SUITE_P(throwing, cancellation_test, testing::Bool());

}  // namespace
}  // namespace rolloutd::api
