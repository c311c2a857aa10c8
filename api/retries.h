#pragma once
// When a failed read is sent again: how long to wait before, and how much of all traffic may be
// repetition. Pure but for the source of chance, which is handed in. Used by messenger.

#include <cstdint>
#include <functional>

#include "policies/time.h"

namespace rolloutd::api {

// Numbers spread evenly over [0, 1).
using chance = std::function<double()>;

// The same sequence for the same seed.
chance make_chance(std::uint64_t seed);

// A time within [least, most], as far along as `dice` in [0, 1] says.
policies::duration between(policies::duration least, policies::duration most, double dice);

// How long to wait before the second try (`tries` 1: 100 to 400 ms) or the third (2: 300 to
// 1200 ms).
policies::duration backoff(int tries, double dice);

// How often a read is tried.
inline constexpr int most_tries = 3;

// Keeps retries to a share of the traffic: a cloud that is overloaded must not be asked three times
// as much. Each request earns a tenth of a retry; a few are saved up for bad moments.
class retry_budget {
public:
    void earn();

    // Whether one more retry may go; it is spent then.
    bool spend();

    static constexpr int earned_per_retry = 10;  // requests
    static constexpr int most_saved = 10;        // retries

private:
    int saved_ = most_saved * earned_per_retry;  // in requests, so that no fraction is lost
};

}  // namespace rolloutd::api
