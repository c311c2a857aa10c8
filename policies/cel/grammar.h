#pragma once
// The tables of the grammar: operators by precedence, macros by name, and the numbers' text form.

#include <optional>

#include "policies/cel/ast.h"
#include "policies/cel/token.h"

namespace rolloutd::policies::cel {

struct operator_entry {
    std::string_view symbol;
    int precedence;  // 1 binds least
    node_kind kind;
    binary op;
};

// The binary operator that the token is, if it binds at least as strongly as `least`; else null.
const operator_entry* find_operator(const token& what, int least);

// in, true, false and null: words that name a field only between backquotes, and a variable never.
bool means_otherwise(std::string_view word);

// A decimal number; too small a one is zero, as everywhere else. nullopt when it is too large or
// the text is no number.
std::optional<double> read_double(std::string_view text);

// The macro of that name and number of arguments, and how many of them name variables; else null.
struct macro_entry {
    std::string_view name;
    std::size_t arguments;
    macro what;
    std::size_t variables;
};
const macro_entry* find_macro(std::string_view name, std::size_t arguments);

// The value of a token of digits; nullopt when it is out of range. The sign is part of the literal,
// because the smallest int has no positive twin.
std::optional<value> read_number(const token& digits, bool negative);

}  // namespace rolloutd::policies::cel
