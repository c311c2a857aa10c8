#include "policies/cel/checker.h"

#include <algorithm>
#include <utility>

#include "policies/cel/hints.h"
#include "policies/cel/literals.h"

namespace rolloutd::policies::cel {

using kind = type_kind;

namespace {

type type_of_value(const value& what) {
    switch (what.kind()) {
        case value_kind::null: return kind::null;
        case value_kind::boolean: return kind::boolean;
        case value_kind::integer: return kind::integer;
        case value_kind::unsigned_integer: return kind::unsigned_integer;
        case value_kind::real: return kind::real;
        case value_kind::string: return kind::string;
        case value_kind::bytes: return kind::bytes;
        case value_kind::type: return type::type_of(what.as_type());
        default: return kind::dyn;
    }
}

bool can_fail(const node& here) {
    switch (here.kind) {
        case node_kind::call: return here.bound;
        case node_kind::arithmetic:
        case node_kind::index:
        case node_kind::negate: return true;
        default: return false;
    }
}

}  // namespace

std::vector<problem> checker::run() {
    visit(tree_.root);
    for (node& one : tree_.nodes)
        one.result = types_.settled(one.result);
    return std::move(problems_);
}

type checker::complain(text_range where, std::string code, std::string message, std::string hint) {
    return complain({where, std::move(code), std::move(message), std::move(hint)});
}

type checker::complain(text_range where, std::string code, std::string message, advice what_to_do) {
    return complain({where, std::move(code), std::move(message), std::move(what_to_do.hint),
                     std::move(what_to_do.fixes)});
}

type checker::complain(problem what) {
    if (problems_.size() < most_) problems_.push_back(std::move(what));
    return kind::error;
}

// `index` by value: children are visited first and nodes_ never grows here.
type checker::visit(node_index index) {
    node& here = tree_.at(index);
    const std::size_t before = problems_.size();
    here.result = typed(here);
    const bool sound = problems_.size() == before && problems_.size() < most_;
    if (sound && names_.rules().literals_are_tried && can_fail(here)) {
        if (auto bad = problem_of_literals(tree_, index, names_)) {
            here.result = complain(std::move(*bad));
        }
    }
    return here.result;
}

type checker::typed(node& here) {
    switch (here.kind) {
        case node_kind::literal: return type_of_value(here.literal);
        case node_kind::identifier: return identifier(here);
        case node_kind::select:
        case node_kind::has: return select(here);
        case node_kind::call: return call(here);
        case node_kind::list: return list(here);
        case node_kind::map: return map(here);
        case node_kind::not_: return negation(here);
        case node_kind::negate: return unary_minus(here);
        case node_kind::and_:
        case node_kind::or_: return junction(here);
        case node_kind::conditional: return conditional(here);
        case node_kind::index: return index_of(here);
        case node_kind::in: return membership(here);
        case node_kind::arithmetic:
        case node_kind::comparison: return binary_operator(here);
        case node_kind::comprehension: return comprehension(here);
        case node_kind::optional_entry: break;  // its list or map looks inside
    }
    return kind::error;
}

std::vector<type> checker::visit_all(const std::vector<node_index>& children) {
    std::vector<type> made;
    for (const node_index child : children)
        made.push_back(visit(child));
    return made;
}

type checker::identifier(const node& here) {
    if (here.local) return locals_[static_cast<std::size_t>(here.slot)];
    if (here.bound) return names_.variables()[static_cast<std::size_t>(here.slot)].declared;
    return complain(here.where, "undeclared", "no fact or variable is named '" + here.name + "'",
                    hint_for_name(here, names_, local_names_));
}

// On an optional, has() looks inside and a field is an optional again.
type checker::select(node& here) {
    type operand = types_.known(visit(here.children[0]));
    const bool maybe = operand.kind() == kind::optional;
    if (maybe) operand = operand.arguments().empty() ? type(kind::dyn) : operand.arguments()[0];
    const type found = selected(here, operand);
    if (found.kind() == kind::error) return kind::error;
    if (here.kind == node_kind::has) return kind::boolean;
    return maybe || here.optional ? type::optional_of(found) : found;
}

// The type of the field.
type checker::selected(node& here, const type& operand) {
    switch (operand.kind()) {
        case kind::error: return kind::error;
        case kind::dyn: return kind::dyn;
        case kind::parameter: {
            types_.agree(operand, kind::dyn);
            return kind::dyn;
        }
        case kind::map:
            return operand.arguments().empty() ? type(kind::dyn) : operand.arguments()[1];
        case kind::object: {
            here.slot = operand.declared()->slot_of(here.name);
            here.owner = operand.declared();
            if (here.slot >= 0) {
                return operand.declared()->fields()[static_cast<std::size_t>(here.slot)].declared;
            }
            return complain(here.mark, "no-field",
                            operand.declared()->name() + " has no field '" + here.name + "'",
                            hint_for_field(here, *operand.declared()));
        }
        default:
            return complain(here.mark, "no-field",
                            told(operand) + " has no fields, so no '" + here.name + "'",
                            hint_for_method(here, names_));
    }
}

type checker::call(node& here) {
    if (!here.bound) return unknown_function(here);
    mixing_ = here.name == "format" || here.name.starts_with("math.");
    const std::vector<type> arguments = visit_all(here.children);
    mixing_ = false;
    const function& called = (*tree_.functions)[static_cast<std::size_t>(here.function)];
    const auto result = types_.call(called.overloads, here.receiver, arguments);
    if (!result) return no_such_call(here, arguments);
    if (here.matches && ++patterns_ > most_patterns) {
        return complain(
            here.mark, "limit",
            "the expression has more than " + std::to_string(most_patterns) + " patterns",
            "join them with | into one");
    }
    if (names_.rules().guard_integer_division && here.name == "double" &&
        holds_division(here.children[0])) {
        return complain_division(here);
    }
    if (here.matches) keep_pattern(tree_, here);
    return *result;
}

type checker::no_such_call(const node& here, const std::vector<type>& arguments) {
    const function& called = (*tree_.functions)[static_cast<std::size_t>(here.function)];
    std::string given;
    for (std::size_t one = here.receiver ? 1 : 0; one < arguments.size(); ++one) {
        given += (given.empty() ? "" : ", ") + told(arguments[one]);
    }
    const std::string on = here.receiver ? told(arguments[0]) + "." : "";
    return complain(here.mark, "no-overload", "there is no " + on + here.name + "(" + given + ")",
                    hint_for_call(called, here.receiver, arguments));
}

type checker::unknown_function(const node& here) {
    if (const std::string usage = usage_of_macro(here.name); !usage.empty()) {
        if (here.receiver) visit(here.children[0]);
        return complain(here.mark, "no-overload", here.name + "() is written in another way",
                        usage);
    }
    if (!here.receiver) {
        visit_arguments(here);
        return complain(here.mark, "undeclared", "no function is named '" + here.name + "'",
                        hint_for_function(here, names_, nullptr));
    }
    if (complained_of_namespace(here)) return kind::error;
    const type on = types_.settled(visit(here.children[0]));
    // hosts.any(h, ...): the variable of an unknown macro is not a mistake of its own.
    const bool like_macro =
        is_other_macro(here.name) ||
        (here.children.size() > 1 && tree_.at(here.children[1]).kind == node_kind::identifier &&
         !tree_.at(here.children[1]).bound);
    if (!like_macro) visit_arguments(here);
    // What is unknown has no functions that could be known.
    if (on.kind() == kind::error) return kind::error;
    return complain(here.mark, "undeclared", "no function is named '" + here.name + "'",
                    hint_for_function(here, names_, &on));
}

void checker::visit_arguments(const node& here) {
    for (std::size_t one = here.receiver ? 1 : 0; one < here.children.size(); ++one)
        visit(here.children[one]);
}

// math.foo(1), or maths.abs(1): what stands before the dot is no fact, but no mistake of its own.
bool checker::complained_of_namespace(const node& here) {
    const node& space = tree_.at(here.children[0]);
    if (space.kind != node_kind::identifier || space.bound) return false;
    if (const auto known = functions_within(space.name, names_); !known.empty()) {
        visit_arguments(here);
        complain(here.mark, "undeclared", space.name + " has no function '" + here.name + "'",
                 did_you_mean(here.mark, here.name, known));
        return true;
    }
    const std::string near = nearest_namespace(space.name, names_);
    const std::vector<std::string> there = functions_within(near, names_);
    if (near.empty() || std::ranges::find(there, here.name) == there.end()) return false;
    visit_arguments(here);
    complain(space.where, "undeclared", "no fact or variable is named '" + space.name + "'",
             did_you_mean(space.where, space.name, {near}));
    return true;
}

// What an element is; of ?x, what the optional x may have inside.
type checker::element(node_index child) {
    const node& here = tree_.at(child);
    if (here.kind != node_kind::optional_entry) return visit(child);
    const type inside = visit(here.children[0]);
    const type held = types_.fresh();
    if (types_.agree(type::optional_of(held), inside)) {
        return kind_of(inside) == kind::dyn ? type(kind::dyn) : types_.known(held);
    }
    return complain(here.where, "no-overload",
                    "what stands behind ? must be an optional, and this is " + told(inside),
                    "leave out the ?, or write optional.of(...)");
}

type checker::list(const node& here) {
    const bool mixing = std::exchange(mixing_, false);
    type made = types_.fresh();
    bool first = true;
    for (const node_index child : here.children) {
        const type given = element(child);
        if (first) {
            made = given;
        } else {
            made = mixing ? types_.join(made, given) : joined(made, given, child, "list");
        }
        first = false;
    }
    return type::list_of(made);
}

type checker::map(const node& here) {
    type key = types_.fresh();
    type mapped = types_.fresh();
    for (std::size_t one = 0; one + 1 < here.children.size(); one += 2) {
        const type given_key = visit(here.children[one]);
        const type given = element(here.children[one + 1]);
        key = joined(one == 0 ? given_key : key, given_key, here.children[one], "map");
        mapped = joined(one == 0 ? given : mapped, given, here.children[one + 1], "map");
    }
    return type::map_of(key, mapped);
}

type checker::joined(const type& before, const type& given, node_index at, const char* what) {
    if (names_.rules().homogeneous_literals && !types_.agree(before, given)) {
        return complain(tree_.at(at).where, "mixed-literal",
                        std::string("this ") + what + " holds " + told(before) +
                            " so far, and here " + told(given),
                        "write all of them as one type");
    }
    return types_.join(before, given);
}

std::vector<problem> check(tree& what, const environment& names, int most_problems) {
    return checker(what, names, most_problems).run();
}

}  // namespace rolloutd::policies::cel
