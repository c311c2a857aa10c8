// optional.*: values that may be absent. or() and orValue() are the evaluator's, because they do
// not need their argument when there is a value; what stands here for them is for the checker.

#include "policies/cel/functions.h"

namespace rolloutd::policies::cel {

namespace {

using kind = type_kind;
using arguments = std::span<const value>;

value of(arguments given) { return value::optional(given[0]); }
value no_value(arguments) { return value::no_value(); }

bool is_zero(const value& what) {
    switch (what.kind()) {
        case value_kind::null: return true;
        case value_kind::boolean: return !what.as_boolean();
        case value_kind::integer: return what.as_integer() == 0;
        case value_kind::unsigned_integer: return what.as_unsigned() == 0;
        case value_kind::real: return what.as_real() == 0;
        case value_kind::string:
        case value_kind::bytes: return what.as_string().empty();
        case value_kind::duration: return what.as_duration().count() == 0;
        case value_kind::timestamp: return what.as_timestamp() == instant{};
        case value_kind::list:
        case value_kind::map: return what.size() == 0;
        case value_kind::optional: return what.as_optional() == nullptr;
        case value_kind::type:
        case value_kind::object:
        case value_kind::error: break;
    }
    return false;
}

value of_non_zero(arguments given) {
    return is_zero(given[0]) ? value::no_value() : value::optional(given[0]);
}

value has_value(arguments given) { return value::boolean(given[0].as_optional() != nullptr); }

value held(arguments given) {
    const value* inside = given[0].as_optional();
    return inside ? *inside : value::error("no_value", "this optional has no value");
}

value either(arguments given) { return given[0].as_optional() ? given[0] : given[1]; }

value value_or(arguments given) {
    const value* inside = given[0].as_optional();
    return inside ? *inside : given[1];
}

// A list of optionals becomes the list of what those hold that hold something.
value unwrapped(arguments given) {
    std::vector<value> made;
    for (std::size_t index = 0; index < given[0].size(); ++index) {
        const value one = given[0].element(index);
        if (one.is_error()) return one;
        if (one.kind() != value_kind::optional) {
            return value::error("no_overload", "only a list of optionals can be unwrapped");
        }
        if (const value* inside = one.as_optional()) made.push_back(*inside);
    }
    return value::list(std::move(made));
}

value first(arguments given) {
    return given[0].size() == 0 ? value::no_value() : value::optional(given[0].element(0));
}

value last(arguments given) {
    const std::size_t size = given[0].size();
    return size == 0 ? value::no_value() : value::optional(given[0].element(size - 1));
}

}  // namespace

std::vector<function> optional_functions() {
    const type any = type::parameter("T");
    const type maybe = type::optional_of(any);
    const type list = type::list_of(any);
    const type maybes = type::list_of(maybe);
    return {{"optional.of", {make_overload(false, {any}, maybe, of)}, false},
            {"optional.none", {make_overload(false, {}, maybe, no_value)}, false},
            {"optional.ofNonZeroValue", {make_overload(false, {any}, maybe, of_non_zero)}, false},
            {"optional.unwrap", {make_overload(false, {maybes}, list, unwrapped)}, false},
            {"unwrapOpt", {make_overload(true, {maybes}, list, unwrapped)}, false},
            {"hasValue", {make_overload(true, {maybe}, kind::boolean, has_value)}, false},
            {"value", {make_overload(true, {maybe}, any, held)}, false},
            {"or", {make_overload(true, {maybe, maybe}, maybe, either)}, false},
            {"orValue", {make_overload(true, {maybe, any}, any, value_or)}, false},
            {"first", {make_overload(true, {list}, maybe, first)}, false},
            {"last", {make_overload(true, {list}, maybe, last)}, false}};
}

}  // namespace rolloutd::policies::cel
