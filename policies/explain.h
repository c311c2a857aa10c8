#pragma once
// Why each rule did what it did, or did not: its condition clause by clause with the values, how
// long it has held, how near it is, and what withholds its action, as sentences with integers
// (DESIGN law 8). The engine's own assessment and judgement are asked, on the last reading and
// without recording anything. Pure. Called by the daemon's page and by tests.

#include <optional>
#include <string>
#include <vector>

#include "policies/engine.h"
#include "policies/margin.h"

namespace rolloutd::policies {

// One clause of `needs` or `when`, with what was found.
struct told_clause {
    std::string part;  // "needs" or "when"; "match" when that is undetermined
    std::string text;  // as the policy has it
    verdict now = verdict::undetermined;
    std::string said;   // "failed is 12.5% (3 of 24 judged), ticket.failure_allowed is 10.0%"
    std::string place;  // "web.yaml:12:11", of one that is undetermined
};

struct told_rule {
    rule_key key;
    // "batch" or "instance": of a rule that is false for all of them, or whose policy's match is
    // undetermined.
    std::string every;
    std::string source;  // "web.yaml:9"
    mode allowed = mode::observe;
    action next = action::notify;
    verdict now = verdict::no;
    std::string reason;  // of undetermined
    duration held{};
    duration hold_for{};
    std::optional<timestamp> holds_at;  // when `for` will be fulfilled
    bool any = false;                   // one of the clauses of `when` suffices
    std::vector<told_clause> clauses;
    std::string word;  // why it does not act: a suppression reason, or "false", "undetermined",
                       // "for", "spent", "after", "first_reading"; "" when it acts
    std::string verdict_said;  // the first sentence: the verdict and its time
    std::string why;           // the second: what it does, or why not
    std::vector<std::string> margins;
    margin distance;
    // Of the last subject that is told of a rule: how it is with those that are not.
    std::string rest;
};

struct explanation {
    std::optional<timestamp> as_of;  // the reading that all of it rests on
    std::vector<std::string> notes;  // of the ticket as a whole: blind, held, frozen
    std::vector<told_rule> rules;    // in the order of policies and rules
};

// So many subjects of one rule are told one by one: those that act first, then those that hold, are
// true and are undetermined.
inline constexpr std::size_t most_told = 5;

// Of a ticket as it stands between two steps. `around.now` is the present. Takes about as long as a
// few steps of the engine on the same ticket: what it asks beside is bounded.
explanation explain(const ticket_state& state, const context& around);

}  // namespace rolloutd::policies
