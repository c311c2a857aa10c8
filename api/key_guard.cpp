#include "api/key_guard.h"

#include <algorithm>

namespace rolloutd::api {

std::optional<duration> key_guard::admit(steady_time now) {
    const auto left = [now](steady_time until) {
        return std::max(duration{1}, std::chrono::ceil<duration>(until - now));
    };
    if (is_open(now)) return left(*open_until_);
    if (proven_) return std::nullopt;
    if (trial_until_ && now < *trial_until_) return left(*trial_until_);
    trial_until_ = now + trial_lasts;
    return std::nullopt;
}

void key_guard::accepted() {
    *this = key_guard();
    proven_ = true;
}

void key_guard::refused(bool locked, steady_time now) {
    proven_ = false;
    trial_until_.reset();
    ++refusals_;
    // What comes back late from before the refusal does not prolong the wait.
    if (is_open(now) || (refusals_ < most_refusals && !locked)) return;
    refusals_ = std::max(refusals_, most_refusals);
    open_until_ = now + next_wait_;
    next_wait_ = std::min(2 * next_wait_, longest_wait);
}

void key_guard::renewed(bool same_access_key) {
    if (!same_access_key) {
        *this = key_guard();
        return;
    }
    proven_ = false;
    open_until_.reset();
    trial_until_.reset();
}

}  // namespace rolloutd::api
