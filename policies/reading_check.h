#pragma once
// Whether a reading is whole, what it adds to what is known, and which batches it leaves in doubt
// (DESIGN §6 "A whole reading"). The public part is in engine.h; this is what the engine needs
// besides.

#include <optional>
#include <string>
#include <vector>

#include "policies/settings.h"
#include "policies/ticket_state.h"

namespace rolloutd::policies {

struct flaw {
    std::string code;       // "skew", "total", "remainder", "batches", "baseline", "unsettled"
    std::string detail;     // for people
    bool baseline = false;  // a changed ticket rather than a bad reading: accepted if it lasts
};

// What is wrong with the reading; a changed baseline is wrong until it was seen three times.
std::optional<flaw> find_flaw(const reading& what, const ticket_state& state,
                              const settings& rules);

// The reading contradicts what was known, but is the third in a row that says so.
bool accepts_baseline(const reading& what, const ticket_state& state, const settings& rules);

// Both show the same ticket: equal batches, and nothing settled in `earlier` is un-settled.
bool agrees_with(const reading& what, const reading& earlier);

// The reading says nothing that is not known already.
bool adds_nothing(const reading& what, const ticket_state& state);

// All that is known after the reading: details of earlier ones are kept, the skew is dropped.
reading merged(const reading& what, const ticket_state& state);

// doubtful_batches, and those whose details were not read although the statistics show that they
// changed.
std::vector<int> all_doubtful(const reading& what, const ticket_state& state);

// Details were read and agree with the statistics of a ticket that is over, or none are needed.
bool is_settled_reading(const reading& known, const ticket_state& state, const settings& rules);

}  // namespace rolloutd::policies
