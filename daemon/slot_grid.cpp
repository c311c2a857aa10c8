#include "daemon/slot_grid.h"

#include <algorithm>
#include <limits>

namespace rolloutd::daemon {

using policies::duration;
using policies::timestamp;

namespace {

constexpr duration shortest{10};

}  // namespace

slot_grid::slot_grid(timestamp first, duration every)
    : taken_(first), every_(std::max(every, shortest)) {}

slot_grid::plan slot_grid::next(timestamp now) {
    plan result;
    if (now < taken_) {
        // A reading in between. A clock that was set back must not make the ticket wait for it.
        taken_ = std::min(taken_, now + every_);
    } else {
        const duration::rep begun = (now - taken_) / every_;
        taken_ += every_ * std::max<duration::rep>(begun, 1);
        result.missed = static_cast<int>(
            std::clamp<duration::rep>(begun - 1, 0, std::numeric_limits<int>::max()));
    }
    result.due = taken_;
    return result;
}

void slot_grid::skip_to(timestamp until) {
    while (taken_ + every_ <= until)
        taken_ += every_;
}

void slot_grid::set_every(duration every) { every_ = std::max(every, shortest); }

}  // namespace rolloutd::daemon
