#pragma once
// The port to time. Everything that waits takes a clock, so that tests and the simulation can hand
// in one that they move by hand. Wall time is for policies and the journal, steady time for guards
// of I/O.

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <memory>

#include "api/unbroken_time.h"
#include "policies/time.h"

namespace rolloutd::api {

using policies::duration;
using policies::timestamp;
using steady_time = std::chrono::steady_clock::time_point;

// For who waits to be woken by somebody, and by no time.
constexpr timestamp until_rung = timestamp::max();

// One sleeper. At most one wait at a time; must not be destroyed while it is waited for.
class alarm {
public:
    virtual ~alarm() = default;

    // Returns when the time that was left until `until` has passed, or at ring(). Never earlier
    // otherwise, up to 10 ms later, as deadlines are rounded up so that many sleepers share one
    // wake-up. A wall clock that is set meanwhile neither prolongs nor shortens the wait. Throws
    // operation_aborted when the coroutine is cancelled. A wait `until_rung` looks at no clock.
    virtual boost::asio::awaitable<void> wait_until(timestamp until) = 0;

    // Ends the wait that is going on; without one it does nothing (wakeup.h remembers).
    virtual void ring() = 0;
};

class clock {
public:
    virtual ~clock() = default;

    // Wall time that never goes back.
    virtual timestamp now() const = 0;
    virtual steady_time steady_now() const = 0;
    virtual std::unique_ptr<alarm> make_alarm() = 0;

    // How far now() is ahead of a clock that was set back; it grows smaller by itself.
    virtual duration ahead() const { return duration::zero(); }

    // now() is at least this late from here on: what was recorded must not lie in the future.
    virtual void not_before(timestamp least) = 0;

    // An alarm that nobody rings.
    boost::asio::awaitable<void> sleep_until(timestamp until);
    boost::asio::awaitable<void> sleep_for(duration length);
};

// The machine's clocks; the wall's as unbroken_time tells it. Single thread. The alarms must not
// outlive `executor`'s context.
class system_clock_port final : public clock {
public:
    explicit system_clock_port(boost::asio::any_io_executor executor);

    timestamp now() const override;
    steady_time steady_now() const override;
    std::unique_ptr<alarm> make_alarm() override;
    duration ahead() const override { return wall_.ahead(); }
    void not_before(timestamp least) override { wall_.not_before(least); }

private:
    boost::asio::any_io_executor executor_;
    mutable unbroken_time wall_;  // asking for the time is what makes it go on
};

}  // namespace rolloutd::api
