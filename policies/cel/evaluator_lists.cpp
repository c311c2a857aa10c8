// The part of the evaluator that goes through lists and maps.

#include <cmath>

#include "policies/cel/arithmetic.h"
#include "policies/cel/compare.h"
#include "policies/cel/evaluator.h"

namespace rolloutd::policies::cel {

namespace {

// The index that a value names: an int, a uint, or a double without a fraction.
std::optional<std::uint64_t> index_from(const value& key) {
    switch (key.kind()) {
        case value_kind::integer:
            if (key.as_integer() < 0) return std::nullopt;
            return static_cast<std::uint64_t>(key.as_integer());
        case value_kind::unsigned_integer: return key.as_unsigned();
        case value_kind::real:
            if (!(key.as_real() >= 0 && key.as_real() < 9e15)) return std::nullopt;
            if (key.as_real() != std::floor(key.as_real())) return std::nullopt;
            return static_cast<std::uint64_t>(key.as_real());
        default: return std::nullopt;
    }
}

}  // namespace

value evaluator::index_of(const node& here) {
    const value operand = visit(here.children[0]);
    if (operand.is_error()) return operand;
    const value key = visit(here.children[1]);
    if (key.is_error()) return key;
    if (operand.kind() == value_kind::map) {
        if (!is_map_key(key) && key.kind() != value_kind::real) {
            return no_such_operator("[]", operand, key);
        }
        auto found = find_key(operand, key);
        return found ? std::move(*found)
                     : value::error("no_such_key", "there is no key " + key.text());
    }
    if (operand.kind() != value_kind::list) return no_such_operator("[]", operand, key);
    const auto index = index_from(key);
    if (!index || *index >= operand.size()) {
        return value::error("index_out_of_bounds", "index " + key.text() + " of a list of " +
                                                       std::to_string(operand.size()));
    }
    return operand.element(*index);
}

value evaluator::in(const node& here) {
    const value wanted = visit(here.children[0]);
    if (wanted.is_error()) return wanted;
    const value range = visit(here.children[1]);
    if (range.is_error()) return range;
    if (range.kind() == value_kind::map) {
        return value::boolean(find_key(range, wanted).has_value());
    }
    if (range.kind() != value_kind::list) return no_such_operator("in", wanted, range);
    for (std::size_t index = 0; index < range.size(); ++index) {
        const std::optional<bool> found = same(wanted, range.element(index));
        if (!found) return out_of_budget();
        if (*found) return value::boolean(true);
    }
    return value::boolean(false);
}

value evaluator::element_of(const value& range, std::size_t index) {
    return range.kind() == value_kind::list ? range.element(index) : range.entry(index).first;
}

value evaluator::comprehension(const node& here) {
    const value range = visit(here.children[0]);
    if (range.is_error()) return range;
    if (range.kind() != value_kind::list && range.kind() != value_kind::map) {
        return value::error("no_overload", "only lists and maps can be gone through");
    }
    locals_.resize(static_cast<std::size_t>(here.slot) + 1);
    value made;
    switch (here.expands) {
        case macro::all:
        case macro::exists: made = quantified(here, range); break;
        case macro::exists_one: made = exactly_one(here, range); break;
        default: made = collected(here, range); break;
    }
    locals_.resize(static_cast<std::size_t>(here.slot));
    return charged(std::move(made));
}

// all and exists absorb errors as && and || do.
value evaluator::quantified(const node& here, const value& range) {
    const bool decides = here.expands == macro::exists;
    value kept = value::boolean(!decides);
    const auto local = static_cast<std::size_t>(here.slot);
    for (std::size_t index = 0; index < range.size(); ++index) {
        locals_[local] = element_of(range, index);
        value found = visit(here.children[1]);
        if (found.kind() == value_kind::boolean) {
            if (found.as_boolean() == decides) return found;
        } else if (!kept.is_error()) {
            kept = found.is_error() ? std::move(found)
                                    : value::error("no_overload", "the condition gives no bool");
        }
        if (steps_left_ < 0) return out_of_budget();
    }
    return kept;
}

value evaluator::exactly_one(const node& here, const value& range) {
    int found = 0;
    for (std::size_t index = 0; index < range.size(); ++index) {
        locals_[static_cast<std::size_t>(here.slot)] = element_of(range, index);
        const value one = visit(here.children[1]);
        if (one.is_error()) return one;
        if (one.kind() != value_kind::boolean) {
            return value::error("no_overload", "the condition gives no bool");
        }
        found += one.as_boolean() ? 1 : 0;
    }
    return value::boolean(found == 1);
}

value evaluator::collected(const node& here, const value& range) {
    std::vector<value> made;
    for (std::size_t index = 0; index < range.size(); ++index) {
        value element = element_of(range, index);
        locals_[static_cast<std::size_t>(here.slot)] = element;
        value one = visit(here.children[1]);
        if (one.is_error()) return one;
        if (here.expands != macro::map) {
            if (one.kind() != value_kind::boolean) {
                return value::error("no_overload", "the condition gives no bool");
            }
            if (!one.as_boolean()) continue;
            one = here.expands == macro::filter ? std::move(element) : visit(here.children[2]);
            if (one.is_error()) return one;
        }
        made.push_back(std::move(one));
        if (made.size() > limits_.list_elements) break;
    }
    return value::list(std::move(made));
}

}  // namespace rolloutd::policies::cel
