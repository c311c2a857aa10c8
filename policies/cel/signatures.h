#pragma once
// The signatures of the operators, for the checker; what they do is the evaluator's.

#include <string_view>
#include <vector>

#include "policies/cel/ast.h"

namespace rolloutd::policies::cel {

const std::vector<overload>& signatures_of(binary op);
const std::vector<overload>& signatures_of_negation();
const std::vector<overload>& signatures_of_index();
const std::vector<overload>& signatures_of_optional_index();  // a[?b]
const std::vector<overload>& signatures_of_in();

std::string_view symbol_of(binary op);  // "+", ">="

}  // namespace rolloutd::policies::cel
