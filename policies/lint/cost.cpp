#include "policies/lint/cost.h"

#include <algorithm>
#include <set>

#include "policies/facts.h"

namespace rolloutd::policies::lint {
namespace {

// The facts that the expression names, those of the variables that it uses included.
std::set<std::string> facts_in(const cel::expression& what, const policy& owner,
                               subject_kind each) {
    std::set<std::string> facts;
    if (!what) return facts;
    const auto at = owner.variables.find(each);
    for (const std::string& name : what.names()) {
        const std::string head = name.substr(0, name.find('.'));
        const variable_definition* variable = nullptr;
        if (at != owner.variables.end()) {
            for (const variable_definition& known : at->second) {
                if (known.name == head) variable = &known;
            }
        }
        if (variable == nullptr) {
            facts.insert(name);
        } else {
            facts.merge(facts_in(variable->what, owner, each));
        }
    }
    return facts;
}

rule_cost cost_of(std::string name, const std::set<std::string>& facts, subject_kind each) {
    rule_cost made;
    made.rule = std::move(name);
    if (each != subject_kind::ticket) {
        // The rule is judged for each of them, so they have to be known.
        const std::string subject = each == subject_kind::batch ? "batch" : "instance";
        made.details = each == subject_kind::instance;
        if (made.details) made.facts.push_back({"each: " + subject, "batch details", 1});
    }
    for (const std::string& fact : facts) {
        const required_reads needs = reads_of(fact);
        if (needs.details) made.facts.push_back({fact, "batch details", 1});
        if (needs.messages) made.facts.push_back({fact, "messages", 0});
        if (needs.params) made.facts.push_back({fact, "parameters", 0});
        if (needs.order_name) made.facts.push_back({fact, "order name", 0});
        made.details = made.details || needs.details;
    }
    return made;
}

}  // namespace

std::vector<policy_cost> cost_of(const policy_set& set) {
    std::vector<policy_cost> all;
    for (const policy& each : set.policies) {
        policy_cost made;
        made.policy = each.name;
        made.rules.push_back(cost_of("match", facts_in(each.match, each, subject_kind::ticket),
                                     subject_kind::ticket));
        for (const rule& one : each.rules) {
            std::set<std::string> facts = facts_in(one.needs, each, one.each);
            facts.merge(facts_in(one.when, each, one.each));
            made.rules.push_back(cost_of(one.name, facts, one.each));
        }
        const bool details = std::any_of(made.rules.begin(), made.rules.end(),
                                         [](const rule_cost& one) { return one.details; });
        made.calls_per_running_batch = details ? 1 : 0;
        all.push_back(std::move(made));
    }
    return all;
}

int calls_per_poll(const std::vector<policy_cost>& all, int running) {
    policy_cost most;
    for (const policy_cost& each : all) {
        most.calls = std::max(most.calls, each.calls);
        most.calls_per_running_batch =
            std::max(most.calls_per_running_batch, each.calls_per_running_batch);
    }
    return most.calls + running * most.calls_per_running_batch;
}

}  // namespace rolloutd::policies::lint
