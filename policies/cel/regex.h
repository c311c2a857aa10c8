#pragma once
// Regular expressions by RE2: linear time, bounded memory, partial match.

#include <memory>
#include <string>
#include <string_view>

#include "policies/cel/ast.h"

namespace rolloutd::policies::cel {

// Null when the pattern is longer than 1 KiB, is not RE2's syntax, or needs more than 256 KiB.
std::shared_ptr<const re2::RE2> compile_pattern(std::string_view pattern);

// Why compile_pattern gave null.
std::string pattern_problem(std::string_view pattern);

// What an evaluation pays for compiling a pattern (null: for one that did not compile), and for
// matching a text of that size. Measured at worst: 1.2 ns for a byte and an instruction, 30 ms for
// a pattern that turns out to be too large.
std::size_t steps_to_compile(const re2::RE2* compiled);
std::size_t steps_to_match(std::size_t text_size, const re2::RE2& pattern);

// The error value of a pattern that compile_pattern gave null for.
value bad_pattern(std::string_view pattern);

bool matches_somewhere(std::string_view text, const re2::RE2& pattern);

}  // namespace rolloutd::policies::cel
