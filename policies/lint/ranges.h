#pragma once
// Which values a formula can have at all: numbers as sums of facts with the ranges of those, words
// as the sets that the cloud has. Everything that is not known for certain is left wide open. Pure.

#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "policies/lint/formula.h"
#include "policies/lint/lint.h"

namespace rolloutd::policies::lint {

struct range {
    double low = -std::numeric_limits<double>::infinity();
    double high = std::numeric_limits<double>::infinity();
};

// A sum of facts, each times a factor, and a constant. Durations are in seconds. Counts are broken
// down into those that do not overlap, so that count.abnormal - count.total is never positive.
struct linear {
    std::map<std::string, double> terms;
    double constant = 0;
    bool whole = true;  // every term and factor is a whole number
};

// `shape` may be null: then of any ticket.
linear linear_of(const formula& what);
range range_of(const linear& what, const ticket_shape* shape);

struct outlook {
    bool can_be_true = true;
    bool can_be_false = true;
};

// Of one comparison of numbers; of anything else both are possible.
outlook outlook_of(const formula& comparison, const ticket_shape* shape);

// The words that a fact can have; null when they are not known.
const std::set<std::string>* words_of_fact(std::string_view fact);

// A comparison of a fact with a literal text, either way round, == or != only.
struct word_test {
    std::string fact;
    std::string word;
    bool equal = true;
};
std::optional<word_test> word_test_of(const formula& comparison);

// A text that is the same for formulas that mean the same, as far as that is easily told.
std::string canonical(const formula& what);

}  // namespace rolloutd::policies::lint
