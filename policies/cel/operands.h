#pragma once
// The conditions that a condition is made of: what its &&, ||, ! and ?: join. For the coverage of
// policy tests. Pure.

#include <string>
#include <string_view>
#include <vector>

namespace rolloutd::policies::cel {

// The text of each, left to right, each once; the whole text when it joins nothing. Empty when the
// text cannot be parsed. Inside a macro nothing is taken apart.
std::vector<std::string> operands_of(std::string_view condition);

}  // namespace rolloutd::policies::cel
