#include "policies/worth_curve.h"

#include <algorithm>
#include <bit>
#include <chrono>
#include <cstdint>

namespace rolloutd::policies {

namespace {

using seconds = std::chrono::duration<double>;

constexpr int steps_to_slowest = 256;
constexpr double steps_in_all = 512;
constexpr duration close_enough{10};

}  // namespace

// A reading after `age` saves the age times the chance that there is something to see by then, less
// the delay that has come about already and that no reading takes back: with a steady chance, half
// of it.
worth_curve::worth_curve(const std::function<double(double)>& chance, duration slowest)
    : step_(seconds{slowest}.count() / steps_to_slowest) {
    double age = 0;
    double before = 0;
    double lost = 0;
    for (std::size_t i = 0; i < worth_.size(); ++i) {
        const double next_age = step_ * static_cast<double>(1U << i);
        const double next = chance(next_age);
        lost += (next_age - age) * (before + next) / 2;
        age = next_age;
        before = next;
        worth_[i] = age * next - lost;
    }
}

double worth_curve::at(duration age) const {
    const double steps = std::max(seconds{age}.count() / step_, 0.0);
    if (steps <= 1) return worth_.front() * steps;
    if (steps >= steps_in_all) return worth_.back() * steps / steps_in_all;
    const auto index =
        static_cast<std::size_t>(std::bit_width(static_cast<std::uint32_t>(steps)) - 1);
    const double low = worth_[index];
    const double span = static_cast<double>(1U << index);
    return low + (worth_[index + 1] - low) * (steps - span) / span;
}

duration worth_curve::age_worth(double price, duration most) const {
    duration low{0};
    duration high = most;
    if (at(high) <= price) return high;
    while (high - low > close_enough) {
        const duration middle = low + (high - low) / 2;
        (at(middle) > price ? high : low) = middle;
    }
    return high;
}

}  // namespace rolloutd::policies
