#pragma once
// How far a rule is from another verdict, found by asking the rule itself about readings that may
// come next: so it holds for every condition that can be written. Only what holds whichever host it
// will be is said (supposable.h). Bounded work. Pure. For people; nothing is decided by it.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "policies/engine.h"
#include "policies/verdicts.h"

namespace rolloutd::policies {

struct margin {
    // Of a rule that is not true: so many more failures make it true (0: none found), and still do
    // when they are spread over the next `among` that settle, the others finishing.
    int failures = 0;
    int among = 0;
    // So many more that finish make it true; of a rule that is true: make it false.
    int finishes = 0;
    int open = 0;             // instances that were supposed to fail or finish; 0: none could be
    bool all = false;         // there are no more that are open, of the ticket or of the batch
    bool of_batch = false;    // the subject is the current batch
    bool each_tried = false;  // every number up to `open` was
    // Of a rule that is not true: when time alone makes it so, within an hour.
    std::optional<timestamp> at;
    bool cut = false;  // it would have taken too long: nothing of the above is known
    bool operator==(const margin&) const = default;
};

// What may yet be asked, over all rules of one explanation: each question evaluates one rule.
struct margin_budget {
    int questions = 1500;
    // Steps of the condition language, an upper bound of what the questions take.
    std::int64_t steps = 250'000;
};

// A rule and subject, and its verdict at the last reading.
struct nearness_of {
    const policy& owner;
    const rule& what;
    subject who;
    verdict is = verdict::no;
};

// The last reading was at `around.now`.
margin margin_of(const nearness_of& asked, const ticket_state& state, const context& around,
                 margin_budget& left);

// "2 more failures of the next 6 would make it true"; empty when there is nothing to say.
std::vector<std::string> sentences_of(const margin& what, verdict is, timestamp now);

}  // namespace rolloutd::policies
