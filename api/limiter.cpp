#include "api/limiter.h"

#include <algorithm>
#include <cmath>

namespace rolloutd::api {

namespace {

// Sleeping less would only spin: sleepers are woken on a grid of 10 ms.
constexpr duration least_wait{1};

// The rounding of sums of fractions must not cost another turn.
constexpr double hair = 1e-6;

}  // namespace

rate_bucket::rate_bucket(rate_settings settings, steady_time now)
    : settings_(settings),
      // A reserve of everything would let no read through while an operation waits.
      reserve_(std::min(settings.burst * settings.reserved_percent / 100.0, settings.burst - 1.0)),
      level_(settings.burst),
      rate_(settings.per_second),
      filled_at_(now),
      next_step_(now),
      closed_until_(now),
      reads_closed_until_(now) {}

void rate_bucket::fill(steady_time now) {
    while (filled_at_ < now) {
        const bool slowed = rate_ < settings_.per_second;
        const steady_time until = slowed ? std::min(now, next_step_) : now;
        if (until > filled_at_) {
            const double passed = std::chrono::duration<double>(until - filled_at_).count();
            level_ = std::min<double>(settings_.burst, level_ + passed * rate_);
            filled_at_ = until;
        }
        if (slowed && next_step_ <= now) {
            rate_ = std::min(settings_.per_second, rate_ + step_share * settings_.per_second);
            next_step_ += step_every;
        }
    }
}

duration rate_bucket::take(request_kind kind, bool operations_wait, steady_time now) {
    fill(now);
    const duration closed = closed_for(kind, now);
    if (closed > duration::zero()) return closed;
    const bool locked = kind == request_kind::read && operations_wait;
    // A read that finds operations waiting leaves the reserve, and at least one permission, to
    // them.
    const double needed = locked ? std::max(2.0, 1.0 + reserve_) : 1.0;
    if (level_ + hair >= needed) {
        level_ -= 1.0;
        return duration::zero();
    }
    const double ms = std::ceil((needed - level_ - hair) / rate_ * 1000.0);
    duration wait(static_cast<std::int64_t>(std::min(ms, 3.6e6)));
    // A step of the rate shortens the wait: look again then.
    if (rate_ < settings_.per_second)
        wait = std::min(wait, std::chrono::ceil<duration>(next_step_ - now));
    return std::max(least_wait, wait);
}

void rate_bucket::slow_down(const too_many& refusal, steady_time now) {
    fill(now);
    // Requests that were under way when everything slowed down are refused for the same reason.
    const bool counted = slowed_at_ && refusal.permitted <= *slowed_at_;
    if (counted && !refusal.said) return;
    closed_until_ = std::max(closed_until_, now + refusal.said.value_or(refusal.otherwise));
    level_ = std::min(level_, 0.0);
    filled_at_ = closed_until_;
    next_step_ = closed_until_ + step_every;
    if (counted) return;
    slowed_at_ = now;
    rate_ = std::max(rate_ / 2.0, least_share * settings_.per_second);
}

duration rate_bucket::closed_for(request_kind kind, steady_time now) const {
    const steady_time opens =
        kind == request_kind::read ? std::max(closed_until_, reads_closed_until_) : closed_until_;
    return std::max(duration::zero(), std::chrono::ceil<duration>(opens - now));
}

double rate_bucket::rate(steady_time now) const {
    if (!is_slowed()) return rate_;
    rate_bucket then = *this;
    then.fill(now);
    return then.rate_;
}

namespace {

failure left_alone(duration left) {
    failure what(origin::gateway, "throttled",
                 "the cloud asked to be left alone for another " + policies::to_text(left));
    what.retry_after = left;
    return what;
}

}  // namespace

// A request's place in its queue, given up however its coroutine ends; then the next ones look
// again.
struct limiter::line {
    line(limiter& gate, queue& where, wakeup& bell) : gate_(gate), where_(where), bell_(bell) {
        where_.push_back(&bell_);
    }
    line(const line&) = delete;
    line& operator=(const line&) = delete;
    ~line() {
        where_.remove(&bell_);
        gate_.next();
    }

    limiter& gate_;
    queue& where_;
    wakeup& bell_;
};

limiter::limiter(clock& time, rate_settings settings, std::size_t most)
    : time_(time), bucket_(settings, time.steady_now()), most_(most) {}

limiter::queue& limiter::of(request_kind kind) {
    return kind == request_kind::read ? reads_ : operations_;
}

void limiter::next() {
    if (!operations_.empty()) operations_.front()->poke();
    if (!reads_.empty()) reads_.front()->poke();
}

void limiter::slow_down(const too_many& refusal) { bucket_.slow_down(refusal, time_.steady_now()); }

void limiter::pause_reads(duration pause) { bucket_.pause_reads(time_.steady_now() + pause); }

// Nobody overtakes those who wait already.
bool limiter::pass_at_once(request_kind kind) {
    if (!of(kind).empty()) return false;
    return bucket_.take(kind, !operations_.empty(), time_.steady_now()) == duration::zero();
}

boost::asio::awaitable<result<duration>> limiter::pass(request_kind kind, duration patience) {
    queue& mine = of(kind);
    const steady_time came = time_.steady_now();
    const duration closed = bucket_.closed_for(kind, came);
    if (closed > patience) co_return left_alone(closed);
    if (pass_at_once(kind)) co_return duration::zero();
    if (waiting() >= most_) {
        co_return failure(origin::gateway, "throttled",
                          std::to_string(most_) + " requests wait for our own rate limit already");
    }
    wakeup bell(time_);
    const line place(*this, mine, bell);
    for (;;) {
        const steady_time now = time_.steady_now();
        const duration waited = std::chrono::floor<duration>(now - came);
        const bool first = mine.front() == &bell;
        const bool others = kind == request_kind::operation || !operations_.empty();
        const duration wait = first ? bucket_.take(kind, others, now) : patience;
        if (wait == duration::zero()) co_return waited;
        if (waited >= patience)
            co_return failure(origin::gateway, "throttled",
                              "waited too long for our own rate limit (cloud.rate)");
        const duration left = bucket_.closed_for(kind, now);
        if (left > patience - waited) co_return left_alone(left);
        const duration most = std::min(wait, patience - waited);
        const timestamp until = time_.now() + most;
        co_await bell.wait_until(until);
    }
}

}  // namespace rolloutd::api
