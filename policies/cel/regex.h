#pragma once
// Regular expressions by RE2: linear time, bounded memory, partial match.

#include <memory>
#include <string>
#include <string_view>

#include "policies/cel/ast.h"

namespace rolloutd::policies::cel {

// Null when the pattern is longer than 1 KiB, is not RE2's syntax, or needs more than 1 MiB.
std::shared_ptr<const re2::RE2> compile_pattern(std::string_view pattern);

// Why compile_pattern gave null.
std::string pattern_problem(std::string_view pattern);

bool matches_somewhere(std::string_view text, const re2::RE2& pattern);

}  // namespace rolloutd::policies::cel
