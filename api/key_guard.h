#pragma once
// Keeps wrong keys from being tried until the cloud locks them: five bad signatures in a row lock
// an access key for five minutes (reference/coc-api.md §4.3). Keys that have not yet been accepted,
// or were refused last, are tried by one request at a time, and what was signed before the refusal
// and is not yet on its way stays here; after three refusals in a row by none for six minutes, then
// by one, with the wait doubled up to an hour. Pure: time is handed in and never goes back. Used by
// aksk_credentials.

#include <cstdint>
#include <optional>

#include "api/clock.h"

namespace rolloutd::api {

class key_guard {
public:
    // Whether a request may be signed now: nothing when it may, else how long to wait at least. A
    // request that goes as a trial keeps others back until it is settled, or for `trial_lasts`.
    std::optional<duration> admit(steady_time now);

    // The number of the request that was admitted last, counted from 1. Whatever is said of a
    // request later names it by this.
    std::uint64_t last_admitted() const { return admitted_; }

    // Whether a request that was admitted some time ago may still be sent.
    bool may_go(std::uint64_t number, steady_time now) const {
        return !is_open(now) && (proven_ || trial_ == number);
    }

    // The cloud let it in. What was admitted before the last refusal proves nothing about now.
    void accepted(std::uint64_t number);
    // `locked`: the cloud said that it has locked the key.
    void refused(std::uint64_t number, bool locked, steady_time now);
    // It ended without a word on the keys.
    void undecided(std::uint64_t number);

    // Other keys. With `same_access_key` they get one trial, and no fresh count of refusals.
    void renewed(bool same_access_key);

    // Whether requests are kept back because of refusals, and not merely behind a trial.
    bool is_open(steady_time now) const { return open_until_ && now < *open_until_; }

    static constexpr int most_refusals = 3;
    static constexpr duration first_wait{6 * 60'000};
    static constexpr duration longest_wait{60 * 60'000};
    static constexpr duration trial_lasts{30'000};

private:
    // Counts on, so that no two requests ever have the same number.
    void forget_refusals();
    void end_trial(std::uint64_t number);

    std::uint64_t admitted_ = 0;
    std::uint64_t doubted_ = 0;  // whoever was admitted up to here is no proof
    bool proven_ = false;
    int refusals_ = 0;  // in a row
    duration next_wait_ = first_wait;
    std::optional<steady_time> open_until_;
    std::uint64_t trial_ = 0;  // 0: there is none
    steady_time trial_until_{};
};

}  // namespace rolloutd::api
