#include "api/circuit_breaker.h"

#include <algorithm>

#include "api/retries.h"

namespace rolloutd::api {
namespace {

constexpr std::int64_t parts = 10;

std::int64_t part_of(steady_time now) {
    return now.time_since_epoch() / (circuit_breaker::window / parts);
}

}  // namespace

duration circuit_breaker::closed_for(steady_time now) const {
    if (!is_open()) return duration::zero();
    const steady_time given_up = probing_since_ ? *probing_since_ + probe_lasts : next_probe_;
    const steady_time until = std::max(next_probe_, given_up);
    return std::max(duration::zero(), std::chrono::ceil<duration>(until - now));
}

std::optional<circuit_breaker::leave> circuit_breaker::admit_read(steady_time now) {
    if (!is_open()) return leave{now, false};
    if (closed_for(now) > duration::zero()) return std::nullopt;
    probing_since_ = now;
    return leave{now, true};
}

void circuit_breaker::count(health word, steady_time now) {
    const std::int64_t part = part_of(now);
    tally& mine = lately_[static_cast<std::size_t>(part % parts)];
    if (mine.part != part) mine = tally{part, 0, 0};
    if (word == health::good) ++mine.good;
    if (word == health::bad) ++mine.bad;
    in_a_row_ = word == health::good ? 0 : in_a_row_ + 1;
}

bool circuit_breaker::is_too_much(steady_time now) const {
    if (in_a_row_ >= most_in_a_row) return true;
    int good = 0;
    int bad = 0;
    for (const tally& each : lately_) {
        if (part_of(now) - each.part >= parts) continue;
        good += each.good;
        bad += each.bad;
    }
    return good + bad >= enough && bad >= good;
}

void circuit_breaker::plan_probe(steady_time now, double dice) {
    judged_at_ = now;
    const duration wait = between(wait_ * 4 / 5, wait_ * 6 / 5, dice);
    next_probe_ = now + std::min(wait, longest_wait);
}

void circuit_breaker::settle(const leave& given, health word, steady_time now, double dice) {
    const bool was_probe = given.probe && probing_since_ == given.at;
    if (was_probe) probing_since_.reset();
    if (word == health::good && is_open()) *this = circuit_breaker();
    if (!is_open()) {
        if (word != health::unsaid) count(word, now);
        if (word != health::bad || !is_too_much(now)) return;
        opened_at_ = now;
        plan_probe(now, dice);
        return;
    }
    // Of several failures at the same time one is enough.
    const bool news = was_probe || given.at > judged_at_;
    if (!news) return;
    if (word == health::bad) wait_ = std::min(2 * wait_, longest_wait);
    if (word == health::bad || was_probe) plan_probe(now, dice);
}

}  // namespace rolloutd::api
