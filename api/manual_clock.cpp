#include "api/manual_clock.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "api/cancellation.h"
#include "policies/check.h"

namespace rolloutd::api {

// Sleeps on a timer that never expires by itself; the clock's advance cancels it.
class manual_clock::manual_alarm final : public alarm {
public:
    explicit manual_alarm(manual_clock& time) : time_(time), timer_(time.executor_) {}
    ~manual_alarm() override { forget(); }

    boost::asio::awaitable<void> wait_until(timestamp until) override {
        ROLLOUTD_CHECK(!listed_);
        // A time that has come still costs a turn of the loop, so that nobody can spin without
        // yielding. Only a turn: a timer of the machine's would make the order of things depend on
        // the machine.
        if (until <= time_.now_) {
            co_await boost::asio::post(time_.executor_, boost::asio::use_awaitable);
            co_await throw_if_cancelled();
            co_return;
        }
        timer_.expires_at(steady_time::max());
        place_ = time_.sleepers_.emplace(until, this);
        listed_ = true;
        co_await timer_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
        forget();
        co_await throw_if_cancelled();
    }

    void ring() override {
        forget();
        timer_.cancel();
    }

private:
    void forget() {
        if (listed_) time_.sleepers_.erase(place_);
        listed_ = false;
    }

    manual_clock& time_;
    boost::asio::steady_timer timer_;
    std::multimap<timestamp, manual_alarm*>::iterator place_;
    bool listed_ = false;
};

manual_clock::manual_clock(boost::asio::any_io_executor executor, timestamp start)
    : executor_(std::move(executor)), start_(start), now_(start) {}

steady_time manual_clock::steady_now() const {
    // Any origin would do; an hour keeps differences to earlier times positive.
    return steady_time(std::chrono::hours(1)) + (now_ - start_);
}

void manual_clock::not_before(timestamp least) {
    if (least > now_) advance_to(least);
}

std::unique_ptr<alarm> manual_clock::make_alarm() { return std::make_unique<manual_alarm>(*this); }

void manual_clock::advance_to(timestamp to) {
    now_ = std::max(now_, to);
    while (!sleepers_.empty() && sleepers_.begin()->first <= now_)
        sleepers_.begin()->second->ring();
}

std::optional<timestamp> manual_clock::next_due() const {
    if (sleepers_.empty()) return std::nullopt;
    return sleepers_.begin()->first;
}

}  // namespace rolloutd::api
