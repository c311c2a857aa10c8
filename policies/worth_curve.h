#pragma once
// What a reading of a ticket is worth, by the age of the last one: the delay that it is expected to
// save. Pure; one of each ticket, used by reading_order to tell who comes first.

#include <array>
#include <functional>

#include "policies/time.h"

namespace rolloutd::policies {

class worth_curve {
public:
    // Of a ticket of which nothing is expected: always 0.
    worth_curve() = default;

    // `chance` says how likely it is, 0 to 1, that there is something to see after so many seconds;
    // it must not fall. `slowest`, above zero, is an age that is seldom exceeded.
    worth_curve(const std::function<double(double)>& chance, duration slowest);

    // In seconds saved; never falls with the age, and is 0 at an age of 0.
    double at(duration age) const;

    // The least age, to about 10 ms, at which it exceeds `price`; `most` when none before that
    // does.
    duration age_worth(double price, duration most) const;

private:
    double step_ = 1;                 // seconds
    std::array<double, 10> worth_{};  // at an age of one step, of two, of four, and so on
};

}  // namespace rolloutd::policies
