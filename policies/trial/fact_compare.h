#pragma once
// A fact's value against what a test says it is. Pure.

#include <string>
#include <string_view>

#include "policies/cel/value.h"

namespace rolloutd::policies::trial {

// As a test writes it: 20.0, "web" without quotes, 1m30s, undetermined(not_seen).
std::string fact_text(const cel::value& what);

// Numbers are compared as numbers (an int equals its double, doubles to twelve digits), durations
// as durations; `undetermined` stands for every reason.
bool is_as_expected(const cel::value& what, std::string_view is);

}  // namespace rolloutd::policies::trial
