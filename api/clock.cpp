#include "api/clock.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "api/cancellation.h"

namespace rolloutd::api {
namespace {

using namespace std::chrono_literals;

// Timers that share an instant cost a tenth of timers that each have their own (reference/limits.md
// §3).
constexpr duration grid = 10ms;

// Longer waits would overflow the nanoseconds of the steady clock; nobody sleeps for ten years.
constexpr duration longest = std::chrono::hours(24 * 3650);

steady_time round_up(steady_time at) {
    const auto past = at.time_since_epoch() % grid;
    return past == steady_time::duration::zero() ? at : at + (grid - past);
}

class system_alarm final : public alarm {
public:
    system_alarm(const clock& time, boost::asio::any_io_executor executor)
        : time_(time), timer_(std::move(executor)) {}

    boost::asio::awaitable<void> wait_until(timestamp until) override {
        timer_.expires_at(until == until_rung ? steady_time::max() : deadline(until));
        // Ringing and cancelling both give operation_aborted: the coroutine's own state tells them
        // apart.
        co_await timer_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
        const auto state = co_await boost::asio::this_coro::cancellation_state;
        if (is_cancelled(state)) co_await throw_if_cancelled();
    }

    void ring() override { timer_.cancel(); }

private:
    steady_time deadline(timestamp until) const {
        // Compared before it is subtracted: the difference to timestamp::min() has no value.
        const timestamp now = time_.now();
        const duration left = until <= now ? duration::zero() : std::min(until - now, longest);
        return round_up(time_.steady_now() + left);
    }

    const clock& time_;
    boost::asio::steady_timer timer_;
};

}  // namespace

boost::asio::awaitable<void> clock::sleep_until(timestamp until) {
    const std::unique_ptr<alarm> sleeper = make_alarm();
    co_await sleeper->wait_until(until);
}

boost::asio::awaitable<void> clock::sleep_for(duration length) {
    const timestamp until = now() + std::clamp(length, duration::zero(), longest);
    co_await sleep_until(until);
}

system_clock_port::system_clock_port(boost::asio::any_io_executor executor)
    : executor_(std::move(executor)) {}

timestamp system_clock_port::now() const {
    // The steady clock first: an interruption between the two lets time go forward, never back.
    const steady_time steady = std::chrono::steady_clock::now();
    const auto wall = std::chrono::system_clock::now();
    return wall_.tell(std::chrono::time_point_cast<unbroken_time::precise>(wall), steady);
}

steady_time system_clock_port::steady_now() const { return std::chrono::steady_clock::now(); }

std::unique_ptr<alarm> system_clock_port::make_alarm() {
    return std::make_unique<system_alarm>(*this, executor_);
}

}  // namespace rolloutd::api
