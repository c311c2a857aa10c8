#include "api/retries.h"

#include <algorithm>
#include <cmath>
#include <random>

namespace rolloutd::api {

using policies::duration;

chance make_chance(std::uint64_t seed) {
    // The engine is the same everywhere; the library's distributions are not.
    return [engine = std::mt19937_64(seed)]() mutable {
        return static_cast<double>(engine() >> 11) * 0x1.0p-53;
    };
}

duration between(duration least, duration most, double dice) {
    const double part = std::clamp(dice, 0.0, 1.0) * static_cast<double>((most - least).count());
    return least + duration(static_cast<std::int64_t>(std::floor(part)));
}

duration backoff(int tries, double dice) {
    if (tries <= 1) return between(duration{100}, duration{400}, dice);
    return between(duration{300}, duration{1200}, dice);
}

void retry_budget::earn() { saved_ = std::min(saved_ + 1, most_saved * earned_per_retry); }

bool retry_budget::spend() {
    if (saved_ < earned_per_retry) return false;
    saved_ -= earned_per_retry;
    return true;
}

}  // namespace rolloutd::api
