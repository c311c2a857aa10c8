#pragma once
// A condition as the ways in which it can become true: each branch is a list of tests that hold
// together. Tells whether a branch contradicts itself, and whether one condition implies another;
// both only when that is certain. Pure.

#include <optional>
#include <vector>

#include "policies/lint/ranges.h"

namespace rolloutd::policies::lint {

// A test that has no `&&` or `||` in it, or its opposite. Borrows the formula.
struct literal {
    const formula* what = nullptr;
    bool negated = false;
};
using branch = std::vector<literal>;

// Nothing when there are too many of them to look at. Of an empty formula: one empty branch.
std::optional<std::vector<branch>> branches_of(const formula& what, bool negated = false);

// The branches in which both hold.
std::optional<std::vector<branch>> both(const std::vector<branch>& a, const std::vector<branch>& b);

// Two tests of the branch that exclude each other; the same one twice when it excludes itself.
struct conflict {
    const formula* first = nullptr;
    const formula* second = nullptr;
    bool blind = false;  // the second is not known while the first is true
};
std::optional<conflict> conflict_in(const branch& what, const ticket_shape* shape = nullptr);

// The test that holds only while the ticket cannot be read; null when there is none.
const formula* blind_part(const branch& what);

// The words that the fact can have in this branch, of those that words_of_fact knows.
std::set<std::string> words_in(const branch& what, std::string_view fact);

// Whenever one of `strong` holds, one of `weak` does.
bool implies(const std::vector<branch>& strong, const std::vector<branch>& weak);

// A test of a sum of facts against a number: low <= sum <= high, without the ends that are open.
struct bounds {
    std::string key;  // of the sum
    double low = -std::numeric_limits<double>::infinity();
    double high = std::numeric_limits<double>::infinity();
    bool low_open = false;
    bool high_open = false;
    bool whole = false;  // the sum is a whole number
};
std::optional<bounds> bounds_of(const literal& what);
bool is_empty(const bounds& what);
bool contains(const bounds& outer, const bounds& inner);

}  // namespace rolloutd::policies::lint
