#include "policies/chance.h"

#include <algorithm>
#include <cmath>

namespace rolloutd::policies {

namespace {

// Before anything was seen of a ticket: half an instance in so many seconds. So little that the
// first failures tell more than the calm before them.
constexpr double prior_count = 0.5;
constexpr double prior_seconds = 100;

constexpr double a_hundredth = 0.01;

bool are_near(double one, double other) { return std::abs(one - other) <= a_hundredth * one; }

}  // namespace

double chance_of(int needed, const pace_of_change& seen, double ahead) {
    const double shape = prior_count + seen.count;
    const double past = prior_seconds + seen.seconds;
    const double stays = past / (past + ahead);
    double exactly = std::pow(stays, shape);
    double fewer = 0;
    for (int k = 0; k < needed; ++k) {
        fewer += exactly;
        exactly *= (shape + k) / (k + 1) * (1 - stays);
    }
    return std::clamp(1 - fewer, 0.0, 1.0);
}

bool are_alike(const pace_of_change& one, const pace_of_change& other) {
    return are_near(prior_count + one.count, prior_count + other.count) &&
           are_near(prior_seconds + one.seconds, prior_seconds + other.seconds);
}

}  // namespace rolloutd::policies
