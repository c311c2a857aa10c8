#pragma once
// What is written out in an expression and can only fail is told while loading, not when a rollout
// needs it: duration("1d"), matches("("), "%d".format(["a"]), x / 0. Rules of the policy layer, on
// top of the language: asked for by dialect::literals_are_tried.

#include <optional>

#include "policies/cel/ast.h"

namespace rolloutd::policies::cel {

// Of a call, an arithmetic operator or an index whose children are typed already and agree with
// it. Changes nothing in the tree.
std::optional<problem> problem_of_literals(tree& whole, node_index at, const environment& names);

// Compiles the literal pattern of a call of matches and keeps it in the node; of a pattern that is
// no regular expression nothing is kept.
void keep_pattern(const tree& whole, node& call);

// A pattern may take a quarter of a megabyte and some milliseconds to compile.
constexpr int most_patterns = 32;

}  // namespace rolloutd::policies::cel
