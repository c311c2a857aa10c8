#pragma once
// A fixed piece of work that every figure is also printed as a multiple of, so that runs on
// different machines, or on a busy one, can be compared.

namespace rolloutd::bench {

// Nanoseconds of one unit of work (a thousand rounds of a fixed arithmetic loop), the least of
// several tries. Measured once.
double nanoseconds_of_unit();

}  // namespace rolloutd::bench
