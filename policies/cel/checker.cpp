// Types every node of a bound tree. A sub-expression that was reported once has the type `error`,
// which agrees with everything, so that one mistake gives one message.

#include <algorithm>
#include <set>

#include "policies/cel/ast.h"
#include "policies/cel/hints.h"
#include "policies/cel/signatures.h"
#include "policies/cel/unify.h"

namespace rolloutd::policies::cel {

namespace {

using kind = type_kind;

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

class checker {
public:
    checker(tree& what, const environment& names, int most)
        : tree_(what), names_(names), most_(static_cast<std::size_t>(most)) {}

    std::vector<problem> run() {
        visit(tree_.root);
        for (node& one : tree_.nodes)
            one.result = types_.settled(one.result);
        return std::move(problems_);
    }

private:
    type complain(text_range where, std::string code, std::string message, std::string hint = "") {
        if (problems_.size() < most_) {
            problems_.push_back({where, std::move(code), std::move(message), std::move(hint)});
        }
        return kind::error;
    }

    // `index` by value: children are visited first and nodes_ never grows here.
    type visit(node_index index) {
        node& here = tree_.at(index);
        here.result = typed(here);
        return here.result;
    }

    type typed(node& here) {
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
        }
        return kind::error;
    }

    std::vector<type> visit_all(const std::vector<node_index>& children) {
        std::vector<type> made;
        for (const node_index child : children)
            made.push_back(visit(child));
        return made;
    }

    std::string told(const type& what) const { return types_.settled(what).text(); }
    kind kind_of(const type& what) const { return types_.known(what).kind(); }

    type identifier(const node& here) {
        if (here.local) return locals_[static_cast<std::size_t>(here.slot)];
        if (here.bound) return names_.variables()[static_cast<std::size_t>(here.slot)].declared;
        return complain(here.where, "undeclared",
                        "no fact or variable is named '" + here.name + "'",
                        hint_for_name(here.name, names_, local_names_));
    }

    type select(node& here) {
        const bool test = here.kind == node_kind::has;
        const type operand = types_.known(visit(here.children[0]));
        const type given = test ? type(kind::boolean) : type(kind::dyn);
        switch (operand.kind()) {
            case kind::error: return kind::error;
            case kind::dyn:
            case kind::parameter: return given;
            case kind::map:
                return test                          ? type(kind::boolean)
                       : operand.arguments().empty() ? type(kind::dyn)
                                                     : operand.arguments()[1];
            case kind::object: {
                here.slot = operand.declared()->slot_of(here.name);
                here.owner = operand.declared();
                if (here.slot >= 0) {
                    return test ? type(kind::boolean)
                                : operand.declared()
                                      ->fields()[static_cast<std::size_t>(here.slot)]
                                      .declared;
                }
                return complain(here.mark, "no-field",
                                operand.declared()->name() + " has no field '" + here.name + "'",
                                hint_for_field(here.name, *operand.declared()));
            }
            default:
                return complain(here.mark, "no-field",
                                told(operand) + " has no fields, so no '" + here.name + "'",
                                hint_for_method(here.name, names_));
        }
    }

    type call(node& here) {
        if (!here.bound) return unknown_function(here);
        const std::vector<type> arguments = visit_all(here.children);
        const function& called = tree_.functions[static_cast<std::size_t>(here.function)];
        const auto result = types_.call(called.overloads, here.receiver, arguments);
        if (!result) {
            std::string given;
            for (std::size_t one = here.receiver ? 1 : 0; one < arguments.size(); ++one) {
                given += (given.empty() ? "" : ", ") + told(arguments[one]);
            }
            const std::string on = here.receiver ? told(arguments[0]) + "." : "";
            return complain(here.mark, "no-overload",
                            "there is no " + on + here.name + "(" + given + ")",
                            hint_for_call(called, here.receiver, arguments));
        }
        if (here.matches && ++patterns_ > most_patterns) {
            return complain(
                here.mark, "limit",
                "the expression has more than " + std::to_string(most_patterns) + " patterns",
                "join them with | into one");
        }
        if (const auto bad = problem_of_literals(tree_, here, names_)) {
            return complain(bad->where, bad->code, bad->message, bad->hint);
        }
        return *result;
    }

    type unknown_function(const node& here) {
        if (const std::string usage = usage_of_macro(here.name); !usage.empty()) {
            if (here.receiver) visit(here.children[0]);
            return complain(here.mark, "no-overload", here.name + "() is written in another way",
                            usage);
        }
        // hosts.any(h, ...): the variable of an unknown macro is not a mistake of its own.
        const bool like_macro = here.receiver && here.children.size() > 1 &&
                                tree_.at(here.children[1]).kind == node_kind::identifier &&
                                !tree_.at(here.children[1]).bound;
        if (here.receiver) visit(here.children[0]);
        if (!like_macro) {
            for (std::size_t one = here.receiver ? 1 : 0; one < here.children.size(); ++one) {
                visit(here.children[one]);
            }
        }
        return complain(here.mark, "undeclared", "no function is named '" + here.name + "'",
                        hint_for_function(here.name, names_));
    }

    type list(const node& here) {
        type element = types_.fresh();
        bool first = true;
        for (const node_index child : here.children) {
            const type given = visit(child);
            element = joined(first ? given : element, given, child, "list");
            first = false;
        }
        return type::list_of(element);
    }

    type map(const node& here) {
        type key = types_.fresh();
        type mapped = types_.fresh();
        for (std::size_t one = 0; one + 1 < here.children.size(); one += 2) {
            const type given_key = visit(here.children[one]);
            const type given = visit(here.children[one + 1]);
            key = joined(one == 0 ? given_key : key, given_key, here.children[one], "map");
            mapped = joined(one == 0 ? given : mapped, given, here.children[one + 1], "map");
        }
        return type::map_of(key, mapped);
    }

    type joined(const type& before, const type& given, node_index at, const char* what) {
        if (names_.rules().homogeneous_literals && !types_.agree(before, given)) {
            return complain(tree_.at(at).where, "mixed-literal",
                            std::string("this ") + what + " holds " + told(before) +
                                " so far, and here " + told(given),
                            "write all of them as one type");
        }
        return types_.join(before, given);
    }

    // Whether the type can be a condition; says so when not.
    void expect_condition(node_index child, const type& given, std::string_view where) {
        if (types_.agree(kind::boolean, given)) return;
        complain(tree_.at(child).where, "no-overload",
                 std::string(where) + " needs bool, and this is " + told(given),
                 hint_for_condition(types_.settled(given)));
    }

    type negation(const node& here) {
        expect_condition(here.children[0], visit(here.children[0]), "!");
        return kind::boolean;
    }

    type junction(const node& here) {
        const char* symbol = here.kind == node_kind::and_ ? "&&" : "||";
        for (const node_index child : here.children) {
            expect_condition(child, visit(child), symbol);
        }
        return kind::boolean;
    }

    type conditional(const node& here) {
        expect_condition(here.children[0], visit(here.children[0]), "the part before ?");
        const type yes = visit(here.children[1]);
        const type no = visit(here.children[2]);
        if (types_.agree(yes, no)) {
            return kind_of(yes) == kind::dyn || kind_of(no) == kind::dyn ? type(kind::dyn)
                                                                         : types_.join(yes, no);
        }
        return complain(here.mark, "no-overload", "? : gives " + told(yes) + " or " + told(no),
                        "make both one type");
    }

    type unary_minus(const node& here) {
        const std::vector<type> given = visit_all(here.children);
        const auto result = types_.call(signatures_of_negation(), false, given);
        return result ? *result
                      : complain(here.mark, "no-overload", "cannot negate " + told(given[0]));
    }

    type index_of(const node& here) {
        const std::vector<type> given = visit_all(here.children);
        const auto result = types_.call(signatures_of_index(), false, given);
        return result ? *result
                      : complain(here.where, "no-overload",
                                 "cannot index " + told(given[0]) + " with " + told(given[1]));
    }

    type membership(const node& here) {
        const std::vector<type> given = visit_all(here.children);
        const auto result = types_.call(signatures_of_in(), false, given);
        return result ? *result
                      : complain(here.mark, "no-overload",
                                 "cannot look for " + told(given[0]) + " in " + told(given[1]));
    }

    type binary_operator(const node& here) {
        if (is_bare_text(here)) {
            const std::string text(tree_.source(here.where));
            return complain(here.where, "undeclared", "no fact or variable is named '" + text + "'",
                            "a text is written in quotes: \"" + text + "\"");
        }
        const std::vector<type> given = visit_all(here.children);
        if (integer_division_meets_double(here, given)) return complain_division(here);
        const auto result = types_.call(signatures_of(here.op), false, given);
        if (!result) {
            return complain(
                here.mark, "no-overload",
                message_for_operator(here.op, told(given[0]), told(given[1])),
                hint_for_operator(tree_, here, types_.settled(given[0]), types_.settled(given[1])));
        }
        return *result;
    }

    // pay-api without its quotes: names that nothing declares, joined by '-' without blanks.
    bool is_bare_text(const node& here) const {
        if (here.kind != node_kind::arithmetic || here.op != binary::subtract) return false;
        const node& first = tree_.at(here.children[0]);
        const node& last = tree_.at(here.children[1]);
        const bool unbound = first.kind == node_kind::identifier && !first.bound;
        const bool word =
            last.kind == node_kind::identifier ? !last.bound : last.kind == node_kind::literal;
        return word && (unbound || is_bare_text(first)) && last.where.begin == here.mark.end &&
               first.where.end == here.mark.begin && here.where.begin == first.where.begin;
    }

    // int / int cuts off what the double beside it is compared with: always 0 or 1 for a share.
    bool integer_division_meets_double(const node& here, const std::vector<type>& given) const {
        if (!names_.rules().guard_integer_division) return false;
        const auto meets = [&](std::size_t whole, std::size_t other) {
            return kind_of(given[other]) == kind::real && holds_division(here.children[whole]);
        };
        return meets(0, 1) || meets(1, 0);
    }

    bool holds_division(node_index index) const {
        const node& here = tree_.at(index);
        if (kind_of(here.result) != kind::integer) return false;
        // An operand that was reported already has no type to judge by.
        const auto is_whole = [this](node_index child) {
            return kind_of(tree_.at(child).result) == kind::integer;
        };
        if (here.kind == node_kind::arithmetic && here.op == binary::divide) {
            return is_whole(here.children[0]) && is_whole(here.children[1]);
        }
        if (here.kind != node_kind::arithmetic && here.kind != node_kind::negate &&
            here.kind != node_kind::conditional) {
            return false;
        }
        return std::any_of(here.children.begin(), here.children.end(),
                           [this](node_index child) { return holds_division(child); });
    }

    type complain_division(const node& here) {
        return complain(here.where, "integer-division",
                        "int / int drops the fraction before it meets a double",
                        "use percent(part, whole), or double(part) / double(whole)");
    }

    type comprehension(node& here) {
        const type range = types_.known(visit(here.children[0]));
        type element = kind::dyn;
        if (range.kind() == kind::list || range.kind() == kind::map) {
            if (!range.arguments().empty()) element = range.arguments()[0];
        } else if (range.kind() != kind::dyn && range.kind() != kind::error &&
                   range.kind() != kind::parameter) {
            complain(tree_.at(here.children[0]).where, "no-overload",
                     "only lists and maps can be gone through, and this is " + told(range));
            element = kind::error;
        } else if (range.kind() == kind::error) {
            element = kind::error;
        }
        locals_.push_back(element);
        local_names_.push_back(here.name);
        const type made = comprehension_result(here, element);
        locals_.pop_back();
        local_names_.pop_back();
        return made;
    }

    type comprehension_result(const node& here, const type& element) {
        const type first = visit(here.children[1]);
        switch (here.expands) {
            case macro::map: return type::list_of(first);
            case macro::map_filtered: {
                expect_condition(here.children[1], first, "map");
                return type::list_of(visit(here.children[2]));
            }
            case macro::filter: {
                expect_condition(here.children[1], first, "filter");
                return type::list_of(element);
            }
            default: expect_condition(here.children[1], first, "the condition"); break;
        }
        return kind::boolean;
    }

    tree& tree_;
    const environment& names_;
    std::size_t most_;
    unifier types_;
    std::vector<type> locals_;
    std::vector<std::string> local_names_;
    int patterns_ = 0;
    std::vector<problem> problems_;
};

}  // namespace

std::vector<problem> check(tree& what, const environment& names, int most_problems) {
    return checker(what, names, most_problems).run();
}

}  // namespace rolloutd::policies::cel
