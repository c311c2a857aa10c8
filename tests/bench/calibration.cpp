#include "tests/bench/calibration.h"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <limits>

namespace rolloutd::bench {

namespace {

std::uint64_t unit_of_work(std::uint64_t seed) {
    for (int round = 0; round < 1'000; ++round) {
        seed ^= seed << 13U;
        seed ^= seed >> 7U;
        seed ^= seed << 17U;
    }
    return seed;
}

double measured() {
    using clock = std::chrono::steady_clock;
    constexpr int units = 2'000;
    double least = std::numeric_limits<double>::max();
    std::uint64_t seed = 88'172'645'463'325'252;
    for (int attempt = 0; attempt < 20; ++attempt) {
        const auto begin = clock::now();
        for (int unit = 0; unit < units; ++unit)
            benchmark::DoNotOptimize(seed = unit_of_work(seed));
        const std::chrono::duration<double, std::nano> took = clock::now() - begin;
        least = std::min(least, took.count() / units);
    }
    return least;
}

}  // namespace

double nanoseconds_of_unit() {
    static const double made = measured();
    return made;
}

}  // namespace rolloutd::bench
