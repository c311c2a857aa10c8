#pragma once
// What an expression in a test may name: the facts and the variables of one policy. Pure.

#include <string_view>

#include "policies/cel/environment.h"
#include "policies/policy.h"

namespace rolloutd::policies::trial {

// The names that conditions of such a rule can use, the policy's variables included. Slots are
// those that rule_scope answers.
cel::environment names_of(const policy& owner, subject_kind kind);

// Null when there is none of that name.
const policy* find_policy(const policy_set& all, std::string_view name);

}  // namespace rolloutd::policies::trial
