// Optionals, and cel.bind.

#include "policies/cel/arithmetic.h"
#include "policies/cel/evaluator.h"

namespace rolloutd::policies::cel {

value found_or_none(value looked_up) {
    if (!looked_up.is_error()) return value::optional(std::move(looked_up));
    // What was not seen may well be there: only what is known not to be is nothing.
    const std::string& code = looked_up.as_error().code;
    const bool absent = code == "no_such_key" || code == "missing" || code == "no_such_field" ||
                        code == "index_out_of_bounds";
    return absent ? value::no_value() : looked_up;
}

value unwrapped_entry(const value& entry) {
    if (entry.is_error()) return entry;
    if (entry.kind() == value_kind::optional) return *entry.as_optional();
    return value::error("no_overload", "what stands behind ? must be an optional, and this is " +
                                           std::string(kind_text(entry.kind())));
}

value evaluator::optional_index(const value& operand, const value& key) {
    if (operand.kind() != value_kind::optional) return found_or_none(looked_up(operand, key));
    const value* inside = operand.as_optional();
    return inside ? found_or_none(looked_up(*inside, key)) : operand;
}

// A call of or() or orValue(): what the receiver holds, or the argument when it holds nothing.
value evaluator::lazy_call(const node& here) {
    const value first = visit(here.children[0]);
    if (first.is_error()) return first;
    if (!here.bound || first.kind() != value_kind::optional) {
        return value::error("no_overload", "there is no " + std::string(kind_text(first.kind())) +
                                               "." + here.name + "()");
    }
    const value* inside = first.as_optional();
    const bool whole = here.name == "or";
    if (inside) return whole ? first : *inside;
    value other = visit(here.children[1]);
    if (!whole || other.is_error() || other.kind() == value_kind::optional) return other;
    return value::error("no_overload", "or() needs an optional");
}

// The error of what is bound is one only where the variable is used.
value evaluator::bound(const node& here) {
    const auto slot = static_cast<std::size_t>(here.slot);
    value what = visit(here.children[0]);
    locals_.resize(slot + 1);
    locals_[slot] = std::move(what);
    value made = visit(here.children[1]);
    locals_.resize(slot);
    return made;
}

value evaluator::mapped_optional(const node& here) {
    const value range = visit(here.children[0]);
    if (range.is_error()) return range;
    if (range.kind() != value_kind::optional) {
        return value::error("no_overload", "only optionals have optMap and optFlatMap");
    }
    if (!range.as_optional()) return range;
    const auto slot = static_cast<std::size_t>(here.slot);
    locals_.resize(slot + 1);
    locals_[slot] = *range.as_optional();
    value made = visit(here.children[1]);
    locals_.resize(slot);
    if (made.is_error() || here.expands == macro::opt_flat_map) return made;
    return value::optional(std::move(made));
}

}  // namespace rolloutd::policies::cel
