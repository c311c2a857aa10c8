#pragma once
// What + - * / % and unary minus do. Overflow, division by zero and unfit types give error values.

#include "policies/cel/ast.h"

namespace rolloutd::policies::cel {

// `op` is one of add to modulo. Neither operand is an error.
value calculate(binary op, const value& a, const value& b);

value negated(const value& what);

// The error for operands that no operator takes: "there is no int + string".
value no_such_operator(std::string_view symbol, const value& a, const value& b);

// "int", "list", ...: the run-time type's name.
std::string_view kind_text(value_kind kind);

}  // namespace rolloutd::policies::cel
