#pragma once
// How far a rule is from another verdict, found by asking the rule itself about readings that may
// come next: so it holds for every condition that can be written. Bounded work. Pure. For people;
// nothing is decided by it.

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
    int open = 0;  // instances that may yet fail or finish
    // Of a rule that is not true: when time alone makes it so, within an hour.
    std::optional<timestamp> at;
    bool operator==(const margin&) const = default;
};

// What may yet be asked, over all rules of one explanation: each question evaluates one rule.
struct margin_budget {
    int questions = 1500;
};

// Of one rule and subject, whose verdict at the last reading, at `now`, was `is`.
margin margin_of(const policy& owner, const rule& what, const subject& who, verdict is,
                 const ticket_state& state, const context& around, margin_budget& left);

// "2 more failures of the next 6 would make it true"; empty when there is nothing to say.
std::vector<std::string> sentences_of(const margin& what, verdict is);

}  // namespace rolloutd::policies
