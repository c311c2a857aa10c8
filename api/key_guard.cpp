#include "api/key_guard.h"

#include <algorithm>

namespace rolloutd::api {

std::optional<duration> key_guard::admit(steady_time now) {
    const auto left = [now](steady_time until) {
        return std::max(duration{1}, std::chrono::ceil<duration>(until - now));
    };
    if (is_open(now)) return left(*open_until_);
    if (!proven_) {
        if (trial_ != 0 && now < trial_until_) return left(trial_until_);
        trial_ = admitted_ + 1;
        trial_until_ = now + trial_lasts;
    }
    ++admitted_;
    return std::nullopt;
}

void key_guard::forget_refusals() {
    refusals_ = 0;
    next_wait_ = first_wait;
    open_until_.reset();
    trial_ = 0;
}

void key_guard::end_trial(std::uint64_t number) {
    if (trial_ == number) trial_ = 0;
}

void key_guard::accepted(std::uint64_t number) {
    end_trial(number);
    if (number <= doubted_) return;
    forget_refusals();
    proven_ = true;
}

void key_guard::refused(std::uint64_t number, bool locked, steady_time now) {
    end_trial(number);
    const bool late = number <= doubted_;
    // A request that went later was let in since.
    if (late && proven_ && !locked) return;
    if (!late) doubted_ = admitted_;
    proven_ = false;
    ++refusals_;
    // What comes back late from before the refusal does not prolong the wait.
    if (is_open(now) || (refusals_ < most_refusals && !locked)) return;
    refusals_ = std::max(refusals_, most_refusals);
    open_until_ = now + next_wait_;
    next_wait_ = std::min(2 * next_wait_, longest_wait);
}

void key_guard::undecided(std::uint64_t number) { end_trial(number); }

void key_guard::renewed(bool same_access_key) {
    if (!same_access_key) forget_refusals();
    doubted_ = admitted_;
    proven_ = false;
    open_until_.reset();
    trial_ = 0;
}

}  // namespace rolloutd::api
