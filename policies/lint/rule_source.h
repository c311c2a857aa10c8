#pragma once
// Where a finding stands: the policy's file is read again for the places of its parts, because a
// loaded policy keeps none. Owned by the looks of lint.cpp.

#include <string>
#include <string_view>
#include <vector>

#include "policies/cel/expression.h"
#include "policies/policy.h"
#include "policies/yaml/document.h"

namespace rolloutd::policies::lint {

class rule_source {
public:
    explicit rule_source(const policy& what);

    // A warning at the value of the rule's key ("when", "do"), or at a part of its text. When the
    // key is not there: at the rule.
    issue at(std::size_t rule, std::string_view key, std::string code, std::string message) const;
    issue at(std::size_t rule, std::string_view key, cel::text_range part, std::string code,
             std::string message) const;
    // The same in the policy's `match`.
    issue at_match(cel::text_range part, std::string code, std::string message) const;
    // The same in the text of a variable.
    issue at_variable(std::string_view name, cel::text_range part, std::string code,
                      std::string message) const;

private:
    const yaml::node* value_of(std::size_t rule, std::string_view key) const;
    yaml::document file_;
};

}  // namespace rolloutd::policies::lint
