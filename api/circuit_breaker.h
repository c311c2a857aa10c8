#pragma once
// Stops reading from somebody who fails every time, and finds out by single probes when to go on.
// Operations are never refused (DESIGN §3, law 10: protection fails towards safety); they count as
// probes. Pure: time and chance are handed in, and time never goes back. Used by messenger, one
// for each origin.

#include <array>
#include <cstdint>
#include <optional>

#include "api/clock.h"
#include "api/treatment.h"

namespace rolloutd::api {

class circuit_breaker {
public:
    // Leave for one request; to be settled once when it has ended, however it ended.
    struct leave {
        steady_time at;      // when it was given
        bool probe = false;  // the one read that finds out
    };

    // Nothing while reads are refused.
    std::optional<leave> admit_read(steady_time now);
    leave admit_operation(steady_time now) const { return {now, false}; }

    // Whether a read that got its leave some time ago may still be sent.
    bool may_go(const leave& given) const { return !opened_at_ || given.probe; }

    // How it ended; `dice` in [0, 1) spreads the probes.
    void settle(const leave& given, health word, steady_time now, double dice);

    bool is_open() const { return opened_at_.has_value(); }
    // Until the next read is admitted, if the one under way that finds out does not end before;
    // zero when it would be now.
    duration closed_for(steady_time now) const;
    // Since when reads are refused, and when the next one may go at the earliest; while open only.
    steady_time opened_at() const { return *opened_at_; }
    steady_time next_probe() const { return next_probe_; }

    static constexpr int most_in_a_row = 10;  // failures that open it
    // Or half of what ended within `window`, if that is enough to judge by.
    static constexpr int enough = 20;
    static constexpr duration window{30'000};
    static constexpr duration first_wait{1'000};
    static constexpr duration longest_wait{30'000};
    // A probe that is never settled is given up then.
    static constexpr duration probe_lasts{60'000};

private:
    // What ended in one of the equal parts of the window.
    struct tally {
        std::int64_t part = -1;  // which, counted from the epoch of the clock
        int good = 0;
        int bad = 0;
    };

    void count(health word, steady_time now);
    bool is_too_much(steady_time now) const;
    void plan_probe(steady_time now, double dice);

    std::optional<steady_time> opened_at_;
    steady_time next_probe_{};
    steady_time judged_at_{};  // what was given leave earlier says nothing new when it fails
    std::optional<steady_time> probing_since_;
    duration wait_ = first_wait;
    int in_a_row_ = 0;
    std::array<tally, 10> lately_{};
};

}  // namespace rolloutd::api
