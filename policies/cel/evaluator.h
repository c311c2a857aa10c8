#pragma once
// Walks a bound tree and gives its value. Dispatches on run-time kinds, whether the checker ran or
// not.

#include <optional>
#include <span>
#include <vector>

#include "policies/cel/ast.h"

namespace rolloutd::policies::cel {

// An optional of what was looked up: empty when there is no such key, index, or field.
value found_or_none(value looked_up);

// What ?x puts into a list or map: what the optional holds. `entry` holds something.
value unwrapped_entry(const value& entry);

class evaluator {
public:
    // All references must outlive the evaluation; `recorded` may be null.
    evaluator(const tree& what, const scope& facts, const budget& limits, trace* recorded);

    value run();

private:
    value visit(node_index index);
    value visited(const node& here);
    const value& operand(node_index index, value& held);
    value variable(const node& here);
    value select(const node& here);
    value field(const node& here, const value& operand);
    value has(const node& here);
    value field_of(const node& here, const object& facts);
    value call(const node& here);
    value dispatch(const node& here, std::span<const value> arguments);
    value matched(const node& here, std::span<const value> arguments);
    value list(const node& here);
    value map(const node& here);
    value junction(const node& here);
    value conditional(const node& here);
    value index_of(const node& here);
    value in(const node& here);
    value arithmetic(const node& here);
    value comparison(const node& here);
    value negation(const node& here);
    value comprehension(const node& here);
    value quantified(const node& here, const value& range);
    value exactly_one(const node& here, const value& range);
    value collected(const node& here, const value& range);
    value collected_map(const node& here, const value& range);
    void enter(const node& here, const value& range, std::size_t index);
    value passes(node_index condition);
    value looked_up(const value& operand, const value& key);

    // Optionals.
    value bound(const node& here);
    value mapped_optional(const node& here);
    value lazy_call(const node& here);
    value optional_index(const value& operand, const value& key);

    // False once the budget is spent; everything then ends in the error "budget".
    bool spend(std::size_t steps);
    value out_of_budget() const;
    value charged(value made);
    // Whether the language's == holds between the two; nullopt once the budget is spent on it.
    std::optional<bool> same(const value& a, const value& b);
    void record(const node& here, const value& what, std::span<const value> arguments = {});

    const tree& tree_;
    const scope& facts_;
    budget limits_;
    trace* recorded_;
    std::vector<bool> recorded_names_;
    std::vector<value> locals_;
    int steps_left_;
};

}  // namespace rolloutd::policies::cel
