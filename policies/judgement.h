#pragma once
// Whether an action that is due may be carried out, and if not, why (DESIGN §6 Suppression reasons,
// Limits). Everything but precedence, which is decided among those that pass. Pure.

#include <string>
#include <vector>

#include "policies/legality.h"
#include "policies/verdicts.h"

namespace rolloutd::policies {

// An operation that a rule's ladder has come to.
struct due_action {
    const assessment* from = nullptr;
    int step = 0;
    operation call;
    bool needs_approval = false;
    bool again = false;      // a further try of an operation that the limits count already
    bool approved = false;   // a person has approved its proposal
    bool announced = false;  // its intent is recorded already, and counted by the fleet's ledger
};

struct judgement {
    decision_outcome outcome = decision_outcome::act;
    suppression reason = suppression::none;
    std::string detail;
    std::optional<timestamp> until;  // when a cooldown is over
};

// The action is withheld, whatever else is due.
judgement suppressed(suppression why, std::string detail);

// What is judged against, the same for all actions of one step.
struct bench {
    const draft& so_far;
    const context& around;
    const std::vector<assessment>& all;
    const ticket_state& state() const { return so_far.state(); }
};

// The interval after a refused or lost operation, and between acts when the rule has none of its
// own.
duration cooldown_of(const rule& what);

// The mode that counts: the lesser of the policy's and the daemon's.
mode mode_of(const policy& owner, const settings& rules);

// As if no other action were due and no operation in flight.
judgement judge(const due_action& what, const bench& on);

// Why the flights leave no room for the action now, or nothing. Weaker operations that have not
// been sent do not count: they are withdrawn.
std::optional<std::string> blocked_by_flight(action what, const ticket_state& state);

}  // namespace rolloutd::policies
