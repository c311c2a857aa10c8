#pragma once
// How likely it is that enough of something happens soon, by how much of it happened lately. Pure;
// used by reading_order.

namespace rolloutd::policies {

// The chance, 0 to 1, that at least `needed` (>= 0) more come about within `ahead` seconds, when
// `count` (>= 0) did in `past` (>= 0) seconds and the rate is known no better than that (negative
// binomial: a Poisson process with a gamma prior).
double chance_of(int needed, double count, double past, double ahead);

}  // namespace rolloutd::policies
