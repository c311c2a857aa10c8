#pragma once
// Our own rate limit towards the cloud: a token bucket whose reserve belongs to operations, and is
// lent to reads while no operation waits. An operation never waits behind a read.

#include <boost/asio/awaitable.hpp>
#include <list>

#include "api/clock.h"
#include "api/result.h"
#include "api/wakeup.h"

namespace rolloutd::api {

enum class request_kind { read, operation };

struct rate_settings {
    double per_second = 20.0;   // > 0
    int burst = 40;             // >= 1
    int reserved_percent = 25;  // of the burst, for operations; 0..100
    rate_settings() = default;
};

// The bucket itself: pure, time is handed in and never goes back.
class rate_bucket {
public:
    rate_bucket(rate_settings settings, steady_time now);

    // Takes one permission now, or says how long it takes at least until there is one (> 0) if
    // nobody else comes. A read finds the reserve locked while operations wait.
    duration take(request_kind kind, bool operations_wait, steady_time now);

private:
    rate_settings settings_;
    double reserve_;
    double level_;
    steady_time filled_at_;
};

// The queue in front of the bucket. First come, first served within a kind. Single thread.
class limiter {
public:
    // At most `most` requests wait at a time.
    limiter(clock& time, rate_settings settings, std::size_t most = 4096);

    // Returns how long it waited, once the request may be sent. A gateway failure "throttled"
    // (nothing sent) after `patience`, or at once when the queue is full.
    boost::asio::awaitable<result<duration>> pass(request_kind kind, duration patience);

    std::size_t waiting() const { return reads_.size() + operations_.size(); }

private:
    struct line;
    using queue = std::list<wakeup*>;

    queue& of(request_kind kind);
    void next();

    clock& time_;
    rate_bucket bucket_;
    std::size_t most_;
    queue reads_;
    queue operations_;
};

}  // namespace rolloutd::api
