#pragma once
// A condition taken apart for people: the clauses that its outermost && or || joins, and the two
// sides of those that compare. Texts only; whoever wants values compiles them. Pure.

#include <string>
#include <string_view>
#include <vector>

#include "policies/cel/expression.h"

namespace rolloutd::policies::cel {

struct clause {
    text_range where;      // in the condition's text
    std::string text;      // "failed > 10.0"
    std::string relation;  // "<", "<=", "==", "!=", ">=", ">"; "" when it compares nothing
    std::string left;      // its sides; "" when it compares nothing
    std::string right;
};

struct clauses {
    bool any = false;  // one of them suffices; else all are needed
    std::vector<clause> all;
};

// Of a text that compiles. One that does not is one clause, and so is one that joins nothing.
clauses clauses_of(std::string_view condition);

}  // namespace rolloutd::policies::cel
