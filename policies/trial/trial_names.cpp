#include "policies/trial/trial_names.h"

#include "policies/facts.h"

namespace rolloutd::policies::trial {

cel::environment names_of(const policy& owner, subject_kind kind) {
    cel::environment names = facts_environment(kind);
    const auto variables = owner.variables.find(kind);
    if (variables == owner.variables.end()) return names;
    for (const variable_definition& each : variables->second) {
        names.declare(each.name, each.what.result());
    }
    return names;
}

const policy* find_policy(const policy_set& all, std::string_view name) {
    for (const policy& each : all.policies) {
        if (each.name == name) return &each;
    }
    return nullptr;
}

}  // namespace rolloutd::policies::trial
