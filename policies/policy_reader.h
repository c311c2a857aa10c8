#pragma once
// The parts of one policy file, each read by one function. Inner part of policy_loader.

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "policies/cel/environment.h"
#include "policies/cel/expression.h"
#include "policies/policy.h"
#include "policies/policy_loader.h"
#include "policies/yaml/fields.h"

namespace rolloutd::policies {

// What is known of one entry of `variables` while a file is read.
struct variable_entry {
    const yaml::node* key = nullptr;
    const yaml::node* value = nullptr;
    std::set<std::string> uses;       // other variables, directly
    std::set<subject_kind> known_to;  // rules of these kinds can use it
    std::string needs;                // "batch" or "instance", when not every kind can use it
    bool broken = false;              // reported already, or part of a cycle
};

// One file while it is read.
struct policy_reading {
    yaml::problems& report;
    const vocabulary& words;
    const cel::zone_source* zones;
    std::map<std::string, variable_entry> variables;
    std::map<subject_kind, cel::environment> names;  // facts and variables
    // "batch", "instance": what the rule that is being read was told to add as `each`. However
    // often it speaks of one, that is one mistake.
    std::set<std::string> told_to_add;
};

inline constexpr subject_kind all_kinds[] = {subject_kind::ticket, subject_kind::batch,
                                             subject_kind::instance};

// What a condition compiles to, or nothing after its problems were reported where they stand in the
// file. `what` names the condition for people.
std::optional<cel::expression> compile_condition(policy_reading& from, const yaml::node& text,
                                                 const cel::environment& names,
                                                 const cel::type& expected);

// Fills in from.variables and from.names, and gives the compiled variables of each kind.
std::map<subject_kind, std::vector<variable_definition>> read_variables(policy_reading& from,
                                                                        const yaml::node* map);

// The variables that these expressions use, those of theirs included.
std::set<std::string> used_variables(const policy_reading& from,
                                     const std::vector<const cel::expression*>& expressions);

std::vector<rule> read_rules(policy_reading& from, const std::vector<yaml::node>& list);
std::vector<window> read_windows(policy_reading& from, const std::vector<yaml::node>& list);

// The word of an operation; `what` names the place for people.
std::optional<action> read_action(yaml::problems& report, const yaml::node& from,
                                  std::string_view what);

}  // namespace rolloutd::policies
