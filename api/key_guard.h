#pragma once
// Keeps wrong keys from being tried until the cloud locks them: five bad signatures in a row lock
// an access key for five minutes (reference/coc-api.md §4.3). Keys that have not yet been accepted,
// or were refused last, are tried by one request at a time; after three refusals in a row by none
// for six minutes, then by one, with the wait doubled up to an hour. Pure: time is handed in and
// never goes back. Used by aksk_credentials.

#include <optional>

#include "api/clock.h"

namespace rolloutd::api {

class key_guard {
public:
    // Whether a request may be signed now: nothing when it may, else how long to wait at least. A
    // request that goes as a trial keeps others back until it is settled, or for `trial_lasts`.
    std::optional<duration> admit(steady_time now);

    void accepted();
    // `locked`: the cloud said that it has locked the key.
    void refused(bool locked, steady_time now);
    // The trial ended without a word on the keys.
    void undecided() { trial_until_.reset(); }

    // Other keys. With `same_access_key` they get one trial, and no fresh count of refusals.
    void renewed(bool same_access_key);

    // Whether requests are kept back because of refusals, and not merely behind a trial.
    bool is_open(steady_time now) const { return open_until_ && now < *open_until_; }

    static constexpr int most_refusals = 3;
    static constexpr duration first_wait{6 * 60'000};
    static constexpr duration longest_wait{60 * 60'000};
    static constexpr duration trial_lasts{30'000};

private:
    bool proven_ = false;
    int refusals_ = 0;  // in a row
    duration next_wait_ = first_wait;
    std::optional<steady_time> open_until_;
    std::optional<steady_time> trial_until_;
};

}  // namespace rolloutd::api
