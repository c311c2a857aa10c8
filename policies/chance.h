#pragma once
// How likely it is that enough of something happens soon, by how much of it happened lately. Pure;
// used by reading_order.

namespace rolloutd::policies {

// How many of something there were in how many seconds; both >= 0.
struct pace_of_change {
    double count = 0;
    double seconds = 0;
};

// The chance, 0 to 1, that at least `needed` (>= 0) more come about within `ahead` seconds, when
// the rate is known no better than by what was `seen` (negative binomial: a Poisson process with a
// gamma prior).
double chance_of(int needed, const pace_of_change& seen, double ahead);

// Whether they are within a hundredth of each other, so that chance_of() says about the same of
// both: of the next one or two to a few hundredths, of more of them less exactly.
bool are_alike(const pace_of_change& one, const pace_of_change& other);

}  // namespace rolloutd::policies
