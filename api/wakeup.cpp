#include "api/wakeup.h"

namespace rolloutd::api {

wakeup::wakeup(clock& time) : alarm_(time.make_alarm()) {}

boost::asio::awaitable<bool> wakeup::wait_until(timestamp until) {
    // A kept poke is served through the alarm as well, at a time that has come: returning without a
    // suspension would let a waiter that is poked in every round starve the loop.
    const timestamp when = due_ ? timestamp::min() : until;
    co_await alarm_->wait_until(when);
    const bool poked = due_;
    due_ = false;
    co_return poked;
}

void wakeup::poke() {
    due_ = true;
    alarm_->ring();
}

}  // namespace rolloutd::api
