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
    if (here.optional || operand.kind() == value_kind::optional) {
        return optional_index(operand, key);
    }
    return looked_up(operand, key);
}

value evaluator::looked_up(const value& operand, const value& key) {
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

value evaluator::list(const node& here) {
    std::vector<value> made;
    made.reserve(here.children.size());
    for (const node_index child : here.children) {
        value one = visit(child);
        if (tree_.at(child).kind == node_kind::optional_entry) {
            if (one.kind() == value_kind::optional && !one.as_optional()) continue;
            one = unwrapped_entry(one);
        }
        if (one.is_error()) return one;
        made.push_back(std::move(one));
    }
    return value::list(std::move(made));
}

value evaluator::map(const node& here) {
    std::vector<std::pair<value, value>> made;
    for (std::size_t one = 0; one + 1 < here.children.size(); one += 2) {
        value key = visit(here.children[one]);
        if (key.is_error()) return key;
        value mapped = visit(here.children[one + 1]);
        if (tree_.at(here.children[one + 1]).kind == node_kind::optional_entry) {
            if (mapped.kind() == value_kind::optional && !mapped.as_optional()) continue;
            mapped = unwrapped_entry(mapped);
        }
        if (mapped.is_error()) return mapped;
        made.emplace_back(std::move(key), std::move(mapped));
    }
    return value::map(std::move(made));
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

value evaluator::comprehension(const node& here) {
    if (here.expands == macro::bind) return bound(here);
    if (here.expands == macro::opt_map || here.expands == macro::opt_flat_map) {
        return mapped_optional(here);
    }
    const value range = visit(here.children[0]);
    if (range.is_error()) return range;
    if (range.kind() != value_kind::list && range.kind() != value_kind::map) {
        return value::error("no_overload", "only lists and maps can be gone through");
    }
    const auto slot = static_cast<std::size_t>(here.slot);
    locals_.resize(slot + (here.second.empty() ? 1 : 2));
    value made;
    switch (here.expands) {
        case macro::all:
        case macro::exists: made = quantified(here, range); break;
        case macro::exists_one: made = exactly_one(here, range); break;
        case macro::transform_map:
        case macro::transform_map_entry: made = collected_map(here, range); break;
        default: made = collected(here, range); break;
    }
    locals_.resize(slot);
    return charged(std::move(made));
}

// One variable is the element or the key; two are index and element, or key and value.
void evaluator::enter(const node& here, const value& range, std::size_t index) {
    const auto local = static_cast<std::size_t>(here.slot);
    const bool two = !here.second.empty();
    if (range.kind() == value_kind::map) {
        auto [key, mapped] = range.entry(index);
        locals_[local] = std::move(key);
        if (two) locals_[local + 1] = std::move(mapped);
    } else if (two) {
        locals_[local] = value::integer(static_cast<std::int64_t>(index));
        locals_[local + 1] = range.element(index);
    } else {
        locals_[local] = range.element(index);
    }
}

// all and exists absorb errors as && and || do.
value evaluator::quantified(const node& here, const value& range) {
    const bool decides = here.expands == macro::exists;
    value kept = value::boolean(!decides);
    for (std::size_t index = 0; index < range.size(); ++index) {
        enter(here, range, index);
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

// False for an element that is passed over; an error ends the loop.
value evaluator::passes(node_index condition) {
    value made = visit(condition);
    if (made.is_error() || made.kind() == value_kind::boolean) return made;
    return value::error("no_overload", "the condition gives no bool");
}

value evaluator::exactly_one(const node& here, const value& range) {
    int found = 0;
    for (std::size_t index = 0; index < range.size(); ++index) {
        enter(here, range, index);
        const value one = passes(here.children[1]);
        if (one.is_error()) return one;
        found += one.as_boolean() ? 1 : 0;
    }
    return value::boolean(found == 1);
}

value evaluator::collected(const node& here, const value& range) {
    std::vector<value> made;
    const bool filtered = here.expands == macro::filter || here.children.size() > 2;
    for (std::size_t index = 0; index < range.size(); ++index) {
        enter(here, range, index);
        if (filtered) {
            const value passed = passes(here.children[1]);
            if (passed.is_error()) return passed;
            if (!passed.as_boolean()) continue;
        }
        value one = here.expands == macro::filter ? locals_[static_cast<std::size_t>(here.slot)]
                                                  : visit(here.children.back());
        if (one.is_error()) return one;
        made.push_back(std::move(one));
        if (made.size() > limits_.list_elements) break;
    }
    return value::list(std::move(made));
}

value evaluator::collected_map(const node& here, const value& range) {
    std::vector<std::pair<value, value>> made;
    for (std::size_t index = 0; index < range.size(); ++index) {
        enter(here, range, index);
        if (here.children.size() > 2) {
            const value passed = passes(here.children[1]);
            if (passed.is_error()) return passed;
            if (!passed.as_boolean()) continue;
        }
        value one = visit(here.children.back());
        if (one.is_error()) return one;
        if (here.expands == macro::transform_map) {
            made.emplace_back(locals_[static_cast<std::size_t>(here.slot)], std::move(one));
        } else if (one.kind() != value_kind::map) {
            return value::error("no_overload", "transformMapEntry needs a map");
        } else {
            if (!spend(one.size())) return out_of_budget();
            for (std::size_t entry = 0; entry < one.size(); ++entry)
                made.push_back(one.entry(entry));
        }
        if (made.size() > limits_.list_elements) break;
    }
    return value::map(std::move(made));
}

}  // namespace rolloutd::policies::cel
