#include "policies/cel/expression.h"

#include <algorithm>

#include "policies/cel/ast.h"
#include "policies/cel/evaluator.h"
#include "policies/cel/hints.h"
#include "policies/check.h"

namespace rolloutd::policies::cel {

struct expression::program {
    tree whole;
    type result;
    std::vector<std::string> names;
};

expression::expression(std::shared_ptr<const program> what) : program_(std::move(what)) {}

const std::string& expression::text() const {
    ROLLOUTD_CHECK(program_ != nullptr);
    return program_->whole.text;
}

const type& expression::result() const {
    ROLLOUTD_CHECK(program_ != nullptr);
    return program_->result;
}

const std::vector<std::string>& expression::names() const {
    ROLLOUTD_CHECK(program_ != nullptr);
    return program_->names;
}

value expression::evaluate(const scope& facts, const budget& limits, trace* recorded) const {
    ROLLOUTD_CHECK(program_ != nullptr);
    return evaluator(program_->whole, facts, limits, recorded).run();
}

namespace {

expression finished(tree whole, type result) {
    auto made = std::make_shared<expression::program>();
    made->result = std::move(result);
    for (std::size_t name = 0; name < whole.names.size(); ++name) {
        if (whole.names_are_facts[name]) made->names.push_back(whole.names[name]);
    }
    std::sort(made->names.begin(), made->names.end());
    made->whole = std::move(whole);
    return expression(std::move(made));
}

bool gives(const type& expected, const type& result) {
    return expected.kind() == type_kind::dyn || result.kind() == type_kind::dyn ||
           result.kind() == type_kind::error || expected == result;
}

}  // namespace

compile_result compile(std::string_view text, const environment& names, type expected,
                       const compile_limits& limits) {
    parsed read = parse(text, limits);
    if (!read.problems.empty()) return read.problems;
    bind(read.made, names);
    std::vector<problem> problems = check(read.made, names, limits.problems);
    const type result = read.made.at(read.made.root).result;
    if (problems.empty() && !gives(expected, result)) {
        const node& root = read.made.at(read.made.root);
        problems.push_back(
            {root.where, "wrong-result",
             "this gives " + result.text() + ", and " + expected.text() + " is needed here",
             expected.kind() == type_kind::boolean ? hint_for_condition(result) : ""});
    }
    if (!problems.empty()) return problems;
    return finished(std::move(read.made), result);
}

compile_result parse_only(std::string_view text, const environment& names,
                          const compile_limits& limits) {
    parsed read = parse(text, limits);
    if (!read.problems.empty()) return read.problems;
    bind(read.made, names);
    for (node& call : read.made.nodes) {
        // A literal pattern is compiled once, here too.
        if (call.kind == node_kind::call && call.bound && call.name == "matches") {
            (void)problem_of_literals(read.made, call);
        }
    }
    return finished(std::move(read.made), type_kind::dyn);
}

}  // namespace rolloutd::policies::cel
