#pragma once
// Which names a condition's text mentions, found without compiling it: the loader has to know what
// the variables need of each other before any of them can be compiled. Pure.

#include <string>
#include <string_view>
#include <vector>

#include "policies/cel/expression.h"

namespace rolloutd::policies {

struct condition_word {
    std::string name;
    cel::text_range where;
};

// The identifiers that may name a fact or a variable, in order: not those behind a dot, not names
// of calls, not what stands in strings and comments. A macro's own variable is among them.
std::vector<condition_word> words_of(std::string_view condition);

}  // namespace rolloutd::policies
