#include "api/unbroken_time.h"

#include <algorithm>

namespace rolloutd::api {

namespace {

// Short enough that no rule waits noticeably longer, long enough that a clock which was a minute
// fast is caught up with within ten.
constexpr int slower_by = 10;

// About the year 2170. Nanoseconds reach for another century, so that adding to it is harmless.
constexpr policies::timestamp latest{std::chrono::hours(24 * 365 * 200)};

}  // namespace

policies::timestamp unbroken_time::tell(wall_time wall, steady_time steady) {
    const precise passed = begun_ ? std::max(precise{0}, precise{steady - told_at_}) : precise{0};
    begun_ = true;
    told_at_ = steady;
    wall_ = wall;
    // Before the first time nothing is known, and adding to it would overflow.
    const wall_time undisturbed = told_ == wall_time::min() ? wall : told_ + passed;
    const precise lead = std::max(precise{0}, precise{undisturbed - wall});
    told_ = lead == precise{0} ? wall : undisturbed - std::min(lead, passed / slower_by);
    return std::chrono::floor<policies::duration>(told_);
}

void unbroken_time::not_before(policies::timestamp least) {
    const policies::timestamp bounded = std::clamp(least, policies::timestamp{}, latest);
    told_ = std::max(told_, std::chrono::time_point_cast<precise>(bounded));
}

policies::duration unbroken_time::ahead() const {
    return std::chrono::floor<policies::duration>(std::max(precise{0}, precise{told_ - wall_}));
}

}  // namespace rolloutd::api
