#include "policies/lint/lint.h"

#include <algorithm>
#include <utility>

#include "policies/lint/looks.h"

namespace rolloutd::policies::lint {
namespace {

formula truth() {
    formula made;
    made.kind = form::boolean;
    made.truth = true;
    return made;
}

}  // namespace

policy_look::policy_look(const policy& what) : owner(&what), source(what) {
    rules.reserve(what.rules.size());
    for (std::size_t i = 0; i < what.rules.size(); ++i) {
        const rule& each = what.rules[i];
        rule_look look;
        look.what = &each;
        look.index = i;
        look.needs = each.needs ? formula_of(each.needs, what, each.each) : truth();
        look.when = formula_of(each.when, what, each.each);
        rules.push_back(std::move(look));
    }
    match = what.match ? formula_of(what.match, what, subject_kind::ticket) : truth();
    // The branches point into the formulas, which stay where they are from here on.
    for (rule_look& each : rules) {
        const auto needs = branches_of(each.needs);
        const auto when = branches_of(each.when);
        const auto ways = needs && when ? both(*needs, *when) : std::nullopt;
        each.too_many_ways = !ways;
        if (ways) each.ways = *ways;
    }
    if (auto ways = branches_of(match)) match_ways = std::move(*ways);
}

bool does(const rule& what, action which) {
    return std::any_of(what.steps.begin(), what.steps.end(),
                       [which](const ladder_step& each) { return each.what == which; });
}

std::vector<issue> find(const policy_set& set, const options& how) {
    findings found;
    std::vector<policy_look> all;
    all.reserve(set.policies.size());
    for (const policy& each : set.policies)
        all.emplace_back(each);
    for (policy_look& each : all) {
        check_comparisons(each, found);
        check_reach(each, found);
        check_ratios(each, found);
        check_steps(each, how, found);
        check_shadows(each, found);
        check_oscillation(each, found);
    }
    check_given_up(all, found);
    std::vector<issue> issues = found.take();
    sort_issues(issues);
    issues.erase(std::unique(issues.begin(), issues.end()), issues.end());
    return issues;
}

}  // namespace rolloutd::policies::lint
