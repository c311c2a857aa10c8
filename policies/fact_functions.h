#pragma once
// The functions that conditions have beside the language's own: percent, percent_lower,
// percent_upper and since (DESIGN §7). Pure; `since` measures to the fact `now`.

#include "policies/cel/environment.h"
#include "policies/time.h"

namespace rolloutd::policies {

void declare_functions(cel::environment& names);

// Where every environment that declares these functions keeps the fact `now`.
inline constexpr int now_slot = 4;

}  // namespace rolloutd::policies
