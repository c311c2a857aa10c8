#include "daemon/turns.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace rolloutd::daemon {

namespace asio = boost::asio;
using policies::duration;
using policies::ticket_id;
using policies::timestamp;

namespace {

// Status and statistics; the first readings show what policies need beyond.
constexpr double fewest_calls = 2;
// The average is of about so many readings, and known after fewer.
constexpr int most_counted = 64;
constexpr int enough_counted = 16;
// A ticket's first reading lists its batches too, which no other does.
constexpr int first_readings = 1;
// Without a rate there is nothing to be paced for; the order wants a number.
constexpr double unlimited = 1e6;
// The rate moves while the cloud throttles; a little is not worth a new pace.
constexpr double worth_a_new_pace = 0.05;
// While requests wait for the rate already, another reading would only grow old among them.
constexpr duration look_again{20};

// An operation that went well may have opened what was closed for reads.
constexpr duration longest_look{1'000};
// So long after a turn the next one may come and nothing is amiss.
constexpr duration least_pause = std::chrono::seconds{3};

policies::reading_pace pace_of(const poll_plan& plan, double per_second) {
    return {plan.every, plan.fastest, plan.slowest, per_second};
}

}  // namespace

turns::turns(api::clock& time, api::gateway& cloud, const poll_plan& plan)
    : time_(time),
      cloud_(cloud),
      plan_(plan),
      order_(pace_of(plan, unlimited)),
      filled_at_(time.now()),
      given_at_(time.now()),
      calls_(fewest_calls),
      wake_(time) {}

void turns::join(const ticket_id& id, std::function<void()> go) {
    takers_.set(id, taker{std::move(go)});
    order_.add(id, time_.now());
    wake_.poke();
}

void turns::leave(const ticket_id& id) {
    taker* const found = takers_.find(id);
    if (found == nullptr) return;
    stop_reading(*found);
    takers_.erase(id);
    order_.remove(id);
    wake_.poke();
}

void turns::reload(const poll_plan& plan) {
    plan_ = plan;
    order_.set_pace(pace_of(plan_, paced_for_ > 0 ? paced_for_ : unlimited));
    order_.review(time_.now());
    wake_.poke();
}

void turns::stop_reading(taker& who) {
    if (!who.reading) return;
    who.reading = false;
    --reading_;
}

void turns::has_read(const ticket_id& id, int calls) {
    taker& who = takers_.at(id);
    level_ -= calls - calls_;
    if (++who.readings > first_readings) {
        counted_ = std::min(counted_ + 1, most_counted);
        calls_ += (std::max<double>(calls, 1) - calls_) / counted_;
    }
    stop_reading(who);
    wake_.poke();
}

duration turns::back(const ticket_id& id, const policies::foresight& what) {
    wake_.poke();
    return order_.seen(id, what, time_.now());
}

duration turns::back(const ticket_id& id, duration wait, std::optional<timestamp> asked) {
    wake_.poke();
    return order_.missed(id, time_.now(), wait, asked);
}

void turns::hear(const ticket_id& id) {
    order_.hear(id, time_.now());
    wake_.poke();
}

asio::awaitable<void> turns::run() {
    for (;;) {
        const timestamp next = give(time_.now());
        co_await wake_.wait_until(next);
    }
}

// Gives every turn that can be given at `now`; returns when to look again unless poked.
timestamp turns::give(timestamp now) {
    const api::backlog ahead = cloud_.pressure();
    const bool limited = ahead.per_second > 0;
    refill(ahead.per_second, now);
    pace(limited ? ahead.per_second / calls_ : unlimited);
    for (;;) {
        if (reading_ >= plan_.at_once) return api::until_rung;
        if (ahead.closed > duration::zero())
            return now + std::clamp(ahead.closed, look_again, longest_look);
        if (ahead.waiting > 0) return now + look_again;
        if (limited && level_ < 1) {
            const double seconds = (1 - level_) / ahead.per_second;
            return now + std::chrono::ceil<duration>(std::chrono::duration<double>(seconds));
        }
        const std::optional<policies::turn> who = order_.next(now);
        if (!who) {
            const std::optional<timestamp> then = order_.earliest();
            return then ? std::max(*then, now + duration{1}) : api::until_rung;
        }
        taker& next = takers_.at(who->id);
        next.reading = true;
        given_at_ = now;
        ++reading_;
        level_ -= calls_;
        next.go();
        if (ahead.probing) return now + look_again;
    }
}

// What was not used is kept for one second, and not longer: the limiter's burst is for more than
// readings.
void turns::refill(double per_second, timestamp now) {
    const double passed = std::chrono::duration<double>(now - filled_at_).count();
    filled_at_ = now;
    level_ = std::min(level_ + passed * per_second, std::max(per_second, calls_));
}

void turns::pace(double per_second) {
    if (std::abs(per_second - paced_for_) <= worth_a_new_pace * paced_for_) return;
    paced_for_ = per_second;
    order_.set_pace(pace_of(plan_, per_second));
}

std::optional<double> turns::calls_per_reading() const {
    if (counted_ < enough_counted) return std::nullopt;
    return calls_;
}

bool turns::flowing() const {
    const double pause = paced_for_ > 0 ? 3 / paced_for_ : 0;
    const auto usual = std::chrono::ceil<duration>(std::chrono::duration<double>(pause));
    return time_.now() - given_at_ <= std::max(least_pause, usual);
}

duration turns::longest_wait() const {
    const std::optional<timestamp> oldest = order_.oldest();
    return oldest ? time_.now() - *oldest : duration::zero();
}

}  // namespace rolloutd::daemon
