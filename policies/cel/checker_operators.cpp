// What the operators take and give.

#include <algorithm>

#include "policies/cel/checker.h"
#include "policies/cel/hints.h"
#include "policies/cel/signatures.h"

namespace rolloutd::policies::cel {

using kind = type_kind;

// Whether the type can be a condition; says so when not.
void checker::expect_condition(node_index child, const type& given, std::string_view where) {
    if (types_.agree(kind::boolean, given)) return;
    complain(tree_.at(child).where, "no-overload",
             std::string(where) + " needs bool, and this is " + told(given),
             hint_for_condition(types_.settled(given)));
}

type checker::negation(const node& here) {
    expect_condition(here.children[0], visit(here.children[0]), "!");
    return kind::boolean;
}

type checker::junction(const node& here) {
    const char* symbol = here.kind == node_kind::and_ ? "&&" : "||";
    for (const node_index child : here.children) {
        expect_condition(child, visit(child), symbol);
    }
    return kind::boolean;
}

type checker::conditional(const node& here) {
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

type checker::unary_minus(const node& here) {
    const std::vector<type> given = visit_all(here.children);
    const auto result = types_.call(signatures_of_negation(), false, given);
    return result ? *result : complain(here.mark, "no-overload", "cannot negate " + told(given[0]));
}

type checker::index_of(const node& here) {
    const std::vector<type> given = visit_all(here.children);
    const auto result = types_.call(
        here.optional ? signatures_of_optional_index() : signatures_of_index(), false, given);
    return result ? *result
                  : complain(here.where, "no-overload",
                             "cannot index " + told(given[0]) + " with " + told(given[1]));
}

type checker::membership(const node& here) {
    const std::vector<type> given = visit_all(here.children);
    const auto result = types_.call(signatures_of_in(), false, given);
    return result ? *result
                  : complain(here.mark, "no-overload",
                             "cannot look for " + told(given[0]) + " in " + told(given[1]));
}

type checker::binary_operator(const node& here) {
    if (is_bare_text(here)) {
        const std::string text(tree_.source(here.where));
        return complain(here.where, "undeclared", "no fact or variable is named '" + text + "'",
                        advice{"a text is written in quotes: \"" + text + "\"",
                               {{here.where, '"' + text + '"'}}});
    }
    const std::vector<type> given = visit_all(here.children);
    if (integer_division_meets_double(here, given)) return complain_division(here);
    const auto result = types_.call(signatures_of(here.op), false, given);
    if (!result) {
        return complain(
            here.mark, "no-overload", message_for_operator(here.op, told(given[0]), told(given[1])),
            hint_for_operator(tree_, here, types_.settled(given[0]), types_.settled(given[1])));
    }
    return *result;
}

// pay-api without its quotes: names that nothing declares, joined by '-' without blanks.
bool checker::is_bare_text(const node& here) const {
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
bool checker::integer_division_meets_double(const node& here,
                                            const std::vector<type>& given) const {
    if (!names_.rules().guard_integer_division) return false;
    const auto meets = [&](std::size_t whole, std::size_t other) {
        return kind_of(given[other]) == kind::real && holds_division(here.children[whole]);
    };
    return meets(0, 1) || meets(1, 0);
}

bool checker::holds_division(node_index index) const {
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

type checker::complain_division(const node& here) {
    return complain(here.where, "integer-division",
                    "int / int drops the fraction before it meets a double",
                    advice{"use percent(part, whole), or double(part) / double(whole)",
                           fixes_of_division(here)});
}

// double(a) / double(b), where the division itself meets the double: the size of the number stays,
// which percent() would change.
std::vector<edit> checker::fixes_of_division(const node& here) const {
    for (const node_index child : here.children) {
        const node& part = tree_.at(child);
        if (part.kind != node_kind::arithmetic || part.op != binary::divide) continue;
        if (!holds_division(child)) continue;
        std::vector<edit> made;
        for (const node_index side : part.children) {
            const text_range where = tree_.at(side).where;
            made.push_back({where, "double(" + std::string(tree_.source(where)) + ")"});
        }
        return made;
    }
    return {};
}

}  // namespace rolloutd::policies::cel
