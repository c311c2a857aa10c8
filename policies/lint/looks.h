#pragma once
// What the single checks of the lint are handed, and the checks themselves. Inner part of lint.cpp.

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "policies/lint/branches.h"
#include "policies/lint/formula.h"
#include "policies/lint/lint.h"
#include "policies/lint/rule_source.h"

namespace rolloutd::policies::lint {

// One rule, taken apart.
struct rule_look {
    const rule* what = nullptr;
    std::size_t index = 0;
    formula needs;  // true when the rule has none
    formula when;
    std::vector<branch> ways;  // in which needs and when both hold; of the formulas here
    bool too_many_ways = false;
    bool explained = false;  // a finding says already why its condition cannot be met
};

struct policy_look {
    explicit policy_look(const policy& what);
    policy_look(policy_look&&) = default;

    const policy* owner;
    rule_source source;
    formula match;
    std::vector<branch> match_ways;  // empty when there are too many of them to look at
    std::vector<rule_look> rules;
};

class findings {
public:
    void add(issue what, std::string hint) {
        what.hint = std::move(hint);
        issues_.push_back(std::move(what));
    }
    std::vector<issue> take() { return std::move(issues_); }

private:
    std::vector<issue> issues_;
};

// Comparisons that cannot vary, and words that no status is: "unknown-word", "constant-comparison".
void check_comparisons(policy_look& what, findings& into);
// Conditions that can never be met, or always are: "never-true", "always-true", "never-legal".
void check_reach(policy_look& what, findings& into);
// "ratio-without-needs", "given-up-not-counted".
void check_ratios(const policy_look& what, findings& into);
void check_given_up(const std::vector<policy_look>& all, findings& into);
// "short-for", "unguarded-cancel".
void check_steps(const policy_look& what, const options& how, findings& into);
// "shadowed-rule".
void check_shadows(const policy_look& what, findings& into);
// "oscillation".
void check_oscillation(const policy_look& what, findings& into);

bool does(const rule& what, action which);

}  // namespace rolloutd::policies::lint
