#include "policies/cel/expression.h"

#include <algorithm>

#include "policies/cel/ast.h"
#include "policies/cel/evaluator.h"
#include "policies/cel/hints.h"
#include "policies/cel/literals.h"
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

// In the order of the text, so that people can mend them from left to right. What was mended in the
// text is not told a second time by the checker.
std::vector<problem> in_order(std::vector<problem> found, const std::vector<problem>& more,
                              int most) {
    const std::size_t in_text = found.size();
    for (const problem& one : more) {
        const bool told = std::any_of(
            found.begin(), found.begin() + static_cast<std::ptrdiff_t>(in_text),
            [&one](const problem& before) {
                return before.where.begin <= one.where.begin && one.where.end <= before.where.end;
            });
        if (!told) found.push_back(one);
    }
    std::sort(found.begin(), found.end(), [](const problem& a, const problem& b) {
        return std::pair(a.where.begin, a.where.end) < std::pair(b.where.begin, b.where.end);
    });
    if (found.size() > static_cast<std::size_t>(most)) found.resize(static_cast<std::size_t>(most));
    return found;
}

}  // namespace

compile_result compile(std::string_view text, const environment& names, type expected,
                       const compile_limits& limits) {
    parsed read = parse(text, limits, names.rules().macros);
    if (!read.whole) return read.problems;
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
    if (problems.empty() && read.problems.empty()) return finished(std::move(read.made), result);
    return in_order(std::move(read.problems), problems, limits.problems);
}

compile_result parse_only(std::string_view text, const environment& names,
                          const compile_limits& limits) {
    parsed read = parse(text, limits, names.rules().macros);
    if (!read.problems.empty()) return read.problems;
    bind(read.made, names);
    int patterns = 0;
    for (node& call : read.made.nodes) {
        // Literal patterns are compiled once, here too; those that fail will say so when evaluated.
        if (call.matches && ++patterns <= most_patterns) {
            keep_pattern(read.made, call);
        }
    }
    return finished(std::move(read.made), type_kind::dyn);
}

}  // namespace rolloutd::policies::cel
