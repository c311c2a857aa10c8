#pragma once
// The simulation's only source of chance: a seed gives the same throws on every machine, which the
// standard library's distributions do not promise.

#include <chrono>
#include <cstdint>

namespace rolloutd::sim {

class dice {
public:
    explicit dice(std::uint64_t seed) : state_(seed) {}

    // splitmix64.
    std::uint64_t next() {
        std::uint64_t mixed = (state_ += 0x9e3779b97f4a7c15U);
        mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9U;
        mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebU;
        return mixed ^ (mixed >> 31);
    }

    // Between the two, both included.
    std::int64_t between(std::int64_t least, std::int64_t most) {
        const auto width = static_cast<std::uint64_t>(most - least) + 1;
        return least + static_cast<std::int64_t>(next() % width);
    }

    template <class Rep, class Period>
    std::chrono::duration<Rep, Period> between(std::chrono::duration<Rep, Period> least,
                                               std::chrono::duration<Rep, Period> most) {
        return std::chrono::duration<Rep, Period>(between(least.count(), most.count()));
    }

    bool percent(int share) { return between(1, 100) <= share; }

    // Another die, whose throws do not depend on how often this one is thrown from here on.
    dice fork() { return dice(next()); }

private:
    std::uint64_t state_;
};

}  // namespace rolloutd::sim
