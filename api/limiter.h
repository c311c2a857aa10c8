#pragma once
// Our own rate limit towards the cloud: a token bucket whose reserve belongs to operations, and is
// lent to reads while no operation waits. An operation never waits behind a read. When the cloud
// says that it is too much, everything slows down, and recovers little by little. Used by
// cloud_gateway.

#include <algorithm>
#include <boost/asio/awaitable.hpp>
#include <list>
#include <optional>

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

// The cloud refused a request because there are too many (429).
struct too_many {
    steady_time permitted;         // when our own limit let that request go
    std::optional<duration> said;  // how long the cloud wants to be left alone, >= 0
    duration otherwise{};          // how long we leave it alone when it did not say
    explicit too_many(steady_time at) : permitted(at) {}
};

// The bucket itself: pure, time is handed in and never goes back. Whatever is told to it, it gives
// no more than burst + per_second x t permissions in any time t.
class rate_bucket {
public:
    rate_bucket(rate_settings settings, steady_time now);

    // Takes one permission now, or says how long it takes at least until there is one (> 0) if
    // nobody else comes. A read finds the reserve locked while operations wait.
    duration take(request_kind kind, bool operations_wait, steady_time now);

    // Nothing passes for that long, and the bucket is empty then and fills half as fast. Of several
    // refusals for one reason only the first counts; the others may prolong the pause.
    void slow_down(const too_many& refusal, steady_time now);

    // No read passes until then. Operations go on: what cannot be read may still be paused.
    void pause_reads(steady_time until) {
        reads_closed_until_ = std::max(reads_closed_until_, until);
    }

    // How long the pause that is going on still lasts for such a request; zero without one.
    duration closed_for(request_kind kind, steady_time now) const;

    // How many permissions a second are earned now, or after the pause that is going on. At least
    // `least_share` of the settings, and never more than they say.
    double rate(steady_time now) const;

    // Whether that is less than the settings say; only then does it change with time.
    bool is_slowed() const { return rate_ < settings_.per_second; }

    static constexpr double least_share = 1.0 / 32.0;
    // While nothing is refused, the rate grows by a tenth of the settings every five seconds.
    static constexpr double step_share = 0.1;
    static constexpr duration step_every{5'000};

private:
    void fill(steady_time now);

    rate_settings settings_;
    double reserve_;
    double level_;
    double rate_;  // per second, from the last step on
    steady_time filled_at_;
    steady_time next_step_;
    std::optional<steady_time> slowed_at_;
    steady_time closed_until_;
    steady_time reads_closed_until_;
};

// The queue in front of the bucket. First come, first served within a kind. Single thread.
class limiter {
public:
    // At most `most` requests wait at a time.
    limiter(clock& time, rate_settings settings, std::size_t most = 4096);

    // Returns how long it waited, once the request may be sent. A gateway failure "throttled"
    // (nothing sent) after `patience`, or at once when the queue is full or the cloud wants to be
    // left alone for longer than that; then with the time that is left as `retry_after`.
    boost::asio::awaitable<result<duration>> pass(request_kind kind, duration patience);

    // The same without waiting, and without a coroutine: whether the request may be sent now.
    bool pass_at_once(request_kind kind);

    // As rate_bucket has them; the pause counts from now on.
    void slow_down(const too_many& refusal);
    void pause_reads(duration pause);

    std::size_t waiting() const { return reads_.size() + operations_.size(); }

    // For how long no read passes at all: a pause that was asked for.
    duration closed_to_reads() const {
        return bucket_.closed_for(request_kind::read, time_.steady_now());
    }

    // Requests per second that pass now, or will after the pause that is going on.
    double rate() const {
        return bucket_.rate(bucket_.is_slowed() ? time_.steady_now() : steady_time());
    }

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
