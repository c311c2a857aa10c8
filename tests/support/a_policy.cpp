#include "tests/support/a_policy.h"

#include <algorithm>
#include <stdexcept>

#include "policies/facts.h"

namespace rolloutd::tests {

using namespace policies;

namespace {

cel::expression compiled(const std::string& text, const cel::environment& names,
                         cel::type expected) {
    cel::compile_result result = cel::compile(text, names, expected);
    if (auto* good = std::get_if<cel::expression>(&result)) return std::move(*good);
    std::string message = text;
    for (const cel::problem& each : std::get<std::vector<cel::problem>>(result)) {
        message += "\n  " + each.message;
    }
    throw std::invalid_argument(message);
}

}  // namespace

a_rule::a_rule(std::string name) {
    rule_.name = std::move(name);
    rule_.where = {.file = "test.yaml", .line = 1};
}

a_rule& a_rule::when(std::string text) {
    when_ = std::move(text);
    return *this;
}

a_rule& a_rule::needs(std::string text) {
    needs_ = std::move(text);
    return *this;
}

a_rule& a_rule::each_batch() {
    rule_.each = subject_kind::batch;
    return *this;
}

a_rule& a_rule::each_instance() {
    rule_.each = subject_kind::instance;
    return *this;
}

a_rule& a_rule::hold(duration length) {
    rule_.hold_for = length;
    return *this;
}

a_rule& a_rule::then(action what, duration after, bool approve) {
    rule_.steps.push_back({.what = what, .after = after, .needs_approval = approve});
    return *this;
}

a_rule& a_rule::times(int count) {
    rule_.limit.times = count;
    return *this;
}

a_rule& a_rule::cooldown(duration length) {
    rule_.limit.cooldown = length;
    return *this;
}

a_rule& a_rule::percent_tenths(int tenths) {
    rule_.limit.percent_tenths = tenths;
    return *this;
}

a_policy::a_policy(std::string name) {
    policy_.name = std::move(name);
    policy_.file = policy_.name + ".yaml";
    policy_.sha256 = std::string(64, 'a');
    policy_.ceiling = mode::enforce;
}

a_policy& a_policy::match(std::string text) {
    match_ = std::move(text);
    return *this;
}

a_policy& a_policy::mode(policies::mode ceiling) {
    policy_.ceiling = ceiling;
    return *this;
}

a_policy& a_policy::variable(std::string name, std::string text) {
    variables_.emplace_back(std::move(name), std::move(text));
    return *this;
}

a_policy& a_policy::rule(const a_rule& what) {
    rules_.push_back(what);
    return *this;
}

a_policy& a_policy::window(policies::window what) {
    policy_.windows.push_back(std::move(what));
    return *this;
}

policy a_policy::build() const {
    policy built = policy_;
    built.match = compiled(match_, match_environment(), cel::type_kind::boolean);
    std::map<subject_kind, cel::environment> names;
    for (const subject_kind each :
         {subject_kind::ticket, subject_kind::batch, subject_kind::instance}) {
        cel::environment& of_kind = names.emplace(each, facts_environment(each)).first->second;
        for (const auto& [name, text] : variables_) {
            cel::expression what = compiled(text, of_kind, cel::type_kind::dyn);
            of_kind.declare(name, what.result());
            built.variables[each].push_back({.name = name, .what = std::move(what)});
        }
    }
    for (const a_rule& each : rules_) {
        policies::rule what = each.rule_;
        const cel::environment& of_kind = names.at(what.each);
        what.when = compiled(each.when_, of_kind, cel::type_kind::boolean);
        if (!each.needs_.empty()) {
            what.needs = compiled(each.needs_, of_kind, cel::type_kind::boolean);
        }
        what.definition = each.when_ + "|" + each.needs_ + "|" + to_text(what.hold_for);
        built.rules.push_back(std::move(what));
    }
    return built;
}

std::shared_ptr<const policy_set> policy_set_of(std::vector<a_policy> all) {
    auto set = std::make_shared<policy_set>();
    for (const a_policy& each : all)
        set->policies.push_back(each.build());
    std::ranges::sort(set->policies, {}, &policy::name);
    set->reads.details = true;
    set->sha256 = std::string(64, 'b');
    return set;
}

}  // namespace rolloutd::tests
