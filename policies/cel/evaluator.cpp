#include "policies/cel/evaluator.h"

#include "policies/cel/arithmetic.h"
#include "policies/cel/compare.h"
#include "policies/cel/functions.h"
#include "policies/cel/regex.h"
#include "policies/cel/signatures.h"

namespace rolloutd::policies::cel {

namespace {

value no_overload(std::string message) { return value::error("no_overload", std::move(message)); }

}  // namespace

evaluator::evaluator(const tree& what, const scope& facts, const budget& limits, trace* recorded)
    : tree_(what), facts_(facts), limits_(limits), recorded_(recorded), steps_left_(limits.steps) {
    if (!recorded_) return;
    recorded_names_.resize(tree_.names.size());
    recorded_->used.reserve(recorded_->used.size() + tree_.names.size());
}

value evaluator::run() {
    value made = visit(tree_.root);
    return steps_left_ < 0 ? out_of_budget() : made;
}

bool evaluator::spend(std::size_t steps) {
    if (steps_left_ < 0) return false;
    const auto left = static_cast<std::size_t>(steps_left_);
    steps_left_ = steps > left ? -1 : static_cast<int>(left - steps);
    return steps_left_ >= 0;
}

value evaluator::out_of_budget() const {
    return value::error(
        "budget", "the condition takes more than " + std::to_string(limits_.steps) + " steps");
}

// Long results cost what it takes to make them, and may not grow without bound.
value evaluator::charged(value made) {
    std::size_t steps = 0;
    if (made.kind() == value_kind::string || made.kind() == value_kind::bytes) {
        if (made.as_string().size() > limits_.string_bytes) {
            return value::error("budget", "a text grew longer than " +
                                              std::to_string(limits_.string_bytes) + " bytes");
        }
        steps = made.as_string().size() / 16;
    } else if (made.kind() == value_kind::list) {
        if (made.size() > limits_.list_elements) {
            return value::error("budget", "a list grew longer than " +
                                              std::to_string(limits_.list_elements) + " elements");
        }
        steps = made.size() / 16;
    }
    return spend(steps) ? made : out_of_budget();
}

std::optional<bool> evaluator::same(const value& a, const value& b) {
    // The commonest comparison of all.
    if (a.kind() == value_kind::string && b.kind() == value_kind::string) {
        const std::string& text = a.as_string();
        if (!spend(1 + text.size() / 64)) return std::nullopt;
        return text == b.as_string();
    }
    const auto left = static_cast<std::size_t>(std::max(steps_left_, 0));
    const bounded_equality made = equal_within(a, b, left + 1);
    return spend(made.steps) ? made.equal : std::nullopt;
}

void evaluator::record(const node& here, const value& what, std::span<const value> arguments) {
    if (!recorded_ || here.used < 0) return;
    const auto name = static_cast<std::size_t>(here.used);
    if (recorded_names_[name]) return;
    recorded_names_[name] = true;
    recorded_->used.push_back(
        {tree_.names[name], what, std::vector<value>(arguments.begin(), arguments.end())});
}

// The first node that answers with an error is the one that failed.
value evaluator::visit(node_index index) {
    if (!spend(1)) return out_of_budget();
    const node& here = tree_.at(index);
    value made = visited(here);
    if (made.is_error() && made.as_error().where < 0) {
        evaluation_error placed = made.as_error();
        placed.where = static_cast<int>(here.where.begin);
        placed.end = static_cast<int>(here.where.end);
        return value::error(std::move(placed));
    }
    return made;
}

value evaluator::visited(const node& here) {
    switch (here.kind) {
        case node_kind::literal: return here.literal;
        case node_kind::identifier: return variable(here);
        case node_kind::select: return select(here);
        case node_kind::has: return has(here);
        case node_kind::call: return call(here);
        case node_kind::list: return list(here);
        case node_kind::map: return map(here);
        case node_kind::not_:
        case node_kind::negate: return negation(here);
        case node_kind::and_:
        case node_kind::or_: return junction(here);
        case node_kind::conditional: return conditional(here);
        case node_kind::index: return index_of(here);
        case node_kind::in: return in(here);
        case node_kind::arithmetic: return arithmetic(here);
        case node_kind::comparison: return comparison(here);
        case node_kind::comprehension: return comprehension(here);
        case node_kind::optional_entry: return visit(here.children[0]);
    }
    return value();
}

// Literals are compared and reckoned with where they stand; `held` keeps what had to be made.
const value& evaluator::operand(node_index index, value& held) {
    const node& here = tree_.at(index);
    if (here.kind == node_kind::literal && spend(1)) return here.literal;
    held = visit(index);
    return held;
}

value evaluator::variable(const node& here) {
    if (here.local) return locals_[static_cast<std::size_t>(here.slot)];
    if (!here.bound) {
        return value::error("undeclared", "no fact or variable is named '" + here.name + "'");
    }
    value made = facts_.variable(here.slot);
    record(here, made);
    return made;
}

value evaluator::select(const node& here) {
    const value operand = visit(here.children[0]);
    value made;
    if (operand.is_error()) {
        made = operand;
    } else if (operand.kind() == value_kind::optional) {
        const value* inside = operand.as_optional();
        made = inside ? found_or_none(field(here, *inside)) : operand;
    } else {
        made = field(here, operand);
        if (here.optional) made = found_or_none(std::move(made));
    }
    record(here, made);
    return made;
}

value evaluator::field(const node& here, const value& operand) {
    switch (operand.kind()) {
        case value_kind::error: return operand;
        case value_kind::object: return field_of(here, operand.as_object());
        case value_kind::map: {
            auto found = find_key(operand, value::string(here.name));
            return found ? std::move(*found)
                         : value::error("no_such_key", "there is no key '" + here.name + "'");
        }
        default: return no_overload(std::string(kind_text(operand.kind())) + " has no fields");
    }
}

// The checker's slot holds for the type that it saw; another object is asked by name.
value evaluator::field_of(const node& here, const object& facts) {
    const object_type& declared = facts.declared();
    const int slot = &declared == here.owner ? here.slot : declared.slot_of(here.name);
    if (slot >= 0) return facts.field(slot);
    return value::error("no_such_field", declared.name() + " has no field " + here.name);
}

value evaluator::has(const node& here) {
    value operand = visit(here.children[0]);
    if (operand.kind() == value_kind::optional) {
        // Nothing has no fields.
        operand = operand.as_optional() ? value(*operand.as_optional()) : value::map({});
    }
    value made;
    switch (operand.kind()) {
        case value_kind::error: made = operand; break;
        case value_kind::map:
            made = value::boolean(find_key(operand, value::string(here.name)).has_value());
            break;
        case value_kind::object: {
            made = field_of(here, operand.as_object());
            const bool unknown = made.is_error() && made.as_error().code != "missing";
            if (!unknown) made = value::boolean(!made.is_error());
            break;
        }
        default: made = no_overload(std::string(kind_text(operand.kind())) + " has no fields");
    }
    record(here, made);
    return made;
}

value evaluator::call(const node& here) {
    if (here.lazy) return lazy_call(here);
    // Most calls take one or two arguments: these stay off the heap.
    constexpr std::size_t few = 4;
    std::array<value, few> nearby;
    std::vector<value> many;
    const std::size_t count = here.children.size();
    if (count > few) many.resize(count);
    const std::span<value> arguments =
        count > few ? std::span<value>(many) : std::span<value>(nearby).first(count);
    for (std::size_t one = 0; one < count; ++one) {
        arguments[one] = visit(here.children[one]);
        const value_kind kind = arguments[one].kind();
        if (kind == value_kind::error) return arguments[one];
        if (kind == value_kind::string || kind == value_kind::bytes) {
            if (!spend(arguments[one].as_string().size() / 64)) return out_of_budget();
        }
    }
    if (!here.bound) return value::error("undeclared", "no function is named '" + here.name + "'");
    value made = charged(dispatch(here, arguments));
    record(here, made, arguments);
    return made;
}

namespace {

bool takes(const type& parameter, const value& what) {
    switch (parameter.kind()) {
        case type_kind::dyn:
        case type_kind::parameter: return true;
        case type_kind::null: return what.kind() == value_kind::null;
        case type_kind::boolean: return what.kind() == value_kind::boolean;
        case type_kind::integer: return what.kind() == value_kind::integer;
        case type_kind::unsigned_integer: return what.kind() == value_kind::unsigned_integer;
        case type_kind::real: return what.kind() == value_kind::real;
        case type_kind::string: return what.kind() == value_kind::string;
        case type_kind::bytes: return what.kind() == value_kind::bytes;
        case type_kind::duration: return what.kind() == value_kind::duration;
        case type_kind::timestamp: return what.kind() == value_kind::timestamp;
        case type_kind::list: return what.kind() == value_kind::list;
        case type_kind::map: return what.kind() == value_kind::map;
        case type_kind::type: return what.kind() == value_kind::type;
        case type_kind::object: return what.kind() == value_kind::object;
        case type_kind::optional: return what.kind() == value_kind::optional;
        case type_kind::error: return false;
    }
    return false;
}

bool fits(const overload& candidate, bool receiver, std::span<const value> arguments) {
    if (candidate.receiver != receiver || candidate.parameters.size() != arguments.size()) {
        return false;
    }
    for (std::size_t one = 0; one < arguments.size(); ++one) {
        if (!takes(candidate.parameters[one], arguments[one])) return false;
    }
    return true;
}

}  // namespace

value evaluator::dispatch(const node& here, std::span<const value> arguments) {
    const function& called = (*tree_.functions)[static_cast<std::size_t>(here.function)];
    for (const overload& candidate : called.overloads) {
        if (!fits(candidate, here.receiver, arguments)) continue;
        if (here.matches) return matched(here, arguments);
        if (candidate.body) return candidate.body(arguments);
        if (candidate.scoped) return candidate.scoped(arguments, facts_);
        value made = candidate.bounded(arguments, limits_);
        // What is made of many parts costs as many.
        const bool many = made.kind() == value_kind::list && !spend(made.size());
        return many ? out_of_budget() : made;
    }
    std::string kinds;
    for (const value& one : arguments) {
        kinds += (kinds.empty() ? "" : ", ") + std::string(kind_text(one.kind()));
    }
    return no_overload("there is no " + here.name + "(" + kinds + ")");
}

value evaluator::matched(const node& here, std::span<const value> arguments) {
    std::shared_ptr<const re2::RE2> pattern = here.pattern;
    if (!pattern) {
        pattern = compile_pattern(arguments[1].as_string());
        if (!spend(steps_to_compile(pattern.get()))) return out_of_budget();
        if (!pattern) return bad_pattern(arguments[1].as_string());
    }
    const std::string& text = arguments[0].as_string();
    if (!spend(steps_to_match(text.size(), *pattern))) return out_of_budget();
    return value::boolean(matches_somewhere(text, *pattern));
}

value evaluator::negation(const node& here) {
    const value operand = visit(here.children[0]);
    if (operand.is_error()) return operand;
    if (here.kind == node_kind::negate) return negated(operand);
    if (operand.kind() == value_kind::boolean) return value::boolean(!operand.as_boolean());
    return no_overload("! needs bool, and this is " + std::string(kind_text(operand.kind())));
}

// One false makes && false and one true makes || true, whatever the others are: errors are
// absorbed.
value evaluator::junction(const node& here) {
    const bool decides = here.kind == node_kind::or_;
    value kept = value::boolean(!decides);
    for (const node_index child : here.children) {
        value operand = visit(child);
        if (operand.kind() == value_kind::boolean) {
            if (operand.as_boolean() == decides) return operand;
            continue;
        }
        if (kept.is_error()) continue;
        kept = operand.is_error()
                   ? std::move(operand)
                   : no_overload(std::string(decides ? "||" : "&&") + " needs bool, and this is " +
                                 std::string(kind_text(operand.kind())));
    }
    return kept;
}

value evaluator::conditional(const node& here) {
    const value condition = visit(here.children[0]);
    if (condition.is_error()) return condition;
    if (condition.kind() != value_kind::boolean) return no_overload("? : needs bool before the ?");
    return visit(here.children[condition.as_boolean() ? 1 : 2]);
}

value evaluator::arithmetic(const node& here) {
    value held_a;
    value held_b;
    const value& a = operand(here.children[0], held_a);
    if (a.is_error()) return a;
    const value& b = operand(here.children[1], held_b);
    if (b.is_error()) return b;
    // What a sum of texts or lists would hold is charged before it is made.
    const bool lists = a.kind() == value_kind::list && b.kind() == value_kind::list;
    if (lists && a.size() + b.size() > limits_.list_elements) {
        return value::error("budget", "a list grew too long");
    }
    return charged(calculate(here.op, a, b));
}

value evaluator::comparison(const node& here) {
    value held_a;
    value held_b;
    const value& a = operand(here.children[0], held_a);
    if (a.is_error()) return a;
    const value& b = operand(here.children[1], held_b);
    if (b.is_error()) return b;
    if (here.op == binary::eq || here.op == binary::ne) {
        const std::optional<bool> found = same(a, b);
        return found ? value::boolean(*found == (here.op == binary::eq)) : out_of_budget();
    }
    const std::optional<int> found = order(a, b);
    if (!found) {
        // Of two numbers, one is NaN, which has no order: every comparison with it is false.
        if (is_number(a) && is_number(b)) return value::boolean(false);
        return no_such_operator(symbol_of(here.op), a, b);
    }
    switch (here.op) {
        case binary::lt: return value::boolean(*found < 0);
        case binary::le: return value::boolean(*found <= 0);
        case binary::gt: return value::boolean(*found > 0);
        default: return value::boolean(*found >= 0);
    }
}

}  // namespace rolloutd::policies::cel
