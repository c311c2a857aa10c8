// math.*: the extension for numbers. Shifts fill with zeros on both sides, rounding goes away from
// zero, and what does not fit is an error, as the language's suite fixes it.

#include <cmath>
#include <limits>

#include "policies/cel/compare.h"
#include "policies/cel/functions.h"

namespace rolloutd::policies::cel {

namespace {

using kind = type_kind;
using arguments = std::span<const value>;

// Of equal numbers the first is kept, and whatever has no order with NaN.
template <int Sign, class At>
value extreme(std::size_t count, At at) {
    if (count == 0) return value::error("no_overload", "an empty list has no greatest or least");
    value made = at(0);
    for (std::size_t index = 0; index < count; ++index) {
        value next = at(index);
        if (next.is_error()) return next;
        if (!is_number(next)) {
            return value::error("no_overload", "only numbers have a greatest and a least");
        }
        if (order(next, made).value_or(0) * Sign > 0) made = std::move(next);
    }
    return made;
}

template <int Sign>
value extreme_of(arguments given) {
    return extreme<Sign>(given.size(), [given](std::size_t index) { return given[index]; });
}

template <int Sign>
value extreme_of_list(arguments given) {
    const value& list = given[0];
    return extreme<Sign>(list.size(), [&list](std::size_t index) { return list.element(index); });
}

template <int Sign>
function extreme_function(std::string name) {
    function made{std::move(name), {}, false};
    const kind numbers[] = {kind::real, kind::integer, kind::unsigned_integer};
    for (const kind a : numbers) {
        made.overloads.push_back(make_overload(false, {a}, a, extreme_of<Sign>));
        for (const kind b : numbers) {
            made.overloads.push_back(
                make_overload(false, {a, b}, a == b ? a : kind::dyn, extreme_of<Sign>));
        }
    }
    for (const kind a : numbers) {
        made.overloads.push_back(
            make_overload(false, {type::list_of(a)}, a, extreme_of_list<Sign>));
    }
    return made;
}

using rounding = double (*)(double);

template <rounding Rounding>
value rounded(arguments given) {
    return value::real(Rounding(given[0].as_real()));
}

template <rounding Rounding>
function real_function(std::string name) {
    return {std::move(name),
            {make_overload(false, {kind::real}, kind::real, rounded<Rounding>)},
            false};
}

double up(double what) { return std::ceil(what); }
double down(double what) { return std::floor(what); }
double nearest_whole(double what) { return std::round(what); }
double cut(double what) { return std::trunc(what); }

value absolute(arguments given) {
    const value& what = given[0];
    if (what.kind() == value_kind::real) return value::real(std::fabs(what.as_real()));
    if (what.kind() == value_kind::unsigned_integer) return what;
    if (what.as_integer() == std::numeric_limits<std::int64_t>::min()) {
        return value::error("overflow", "the result is out of range");
    }
    return value::integer(what.as_integer() < 0 ? -what.as_integer() : what.as_integer());
}

value sign(arguments given) {
    const value& what = given[0];
    switch (what.kind()) {
        case value_kind::unsigned_integer:
            return value::unsigned_integer(what.as_unsigned() > 0 ? 1 : 0);
        case value_kind::integer:
            return value::integer((what.as_integer() > 0 ? 1 : 0) -
                                  (what.as_integer() < 0 ? 1 : 0));
        default: {
            const double real = what.as_real();
            if (std::isnan(real) || real == 0) return what;
            return value::real(real > 0 ? 1 : -1);
        }
    }
}

value square_root(arguments given) {
    const value& what = given[0];
    if (what.kind() == value_kind::integer) {
        return value::real(std::sqrt(static_cast<double>(what.as_integer())));
    }
    if (what.kind() == value_kind::unsigned_integer) {
        return value::real(std::sqrt(static_cast<double>(what.as_unsigned())));
    }
    return value::real(std::sqrt(what.as_real()));
}

value is_nan(arguments given) { return value::boolean(std::isnan(given[0].as_real())); }
value is_inf(arguments given) { return value::boolean(std::isinf(given[0].as_real())); }
value is_finite(arguments given) { return value::boolean(std::isfinite(given[0].as_real())); }

enum class bits { both, either, one };

template <class Number, bits Op>
Number combined(Number a, Number b) {
    if constexpr (Op == bits::both) return a & b;
    if constexpr (Op == bits::either) return a | b;
    return a ^ b;
}

template <bits Op>
value bitwise(arguments given) {
    if (given[0].kind() == value_kind::integer) {
        return value::integer(
            combined<std::int64_t, Op>(given[0].as_integer(), given[1].as_integer()));
    }
    return value::unsigned_integer(
        combined<std::uint64_t, Op>(given[0].as_unsigned(), given[1].as_unsigned()));
}

template <bits Op>
function bitwise_function(std::string name) {
    return {std::move(name),
            {make_overload(false, {kind::integer, kind::integer}, kind::integer, bitwise<Op>),
             make_overload(false, {kind::unsigned_integer, kind::unsigned_integer},
                           kind::unsigned_integer, bitwise<Op>)},
            false};
}

value bit_not(arguments given) {
    return given[0].kind() == value_kind::integer
               ? value::integer(~given[0].as_integer())
               : value::unsigned_integer(~given[0].as_unsigned());
}

template <bool Left>
value shifted(arguments given) {
    const std::int64_t by = given[1].as_integer();
    if (by < 0) return value::error("bad_argument", "cannot shift by a negative number");
    const bool with_sign = given[0].kind() == value_kind::integer;
    const std::uint64_t from =
        with_sign ? static_cast<std::uint64_t>(given[0].as_integer()) : given[0].as_unsigned();
    const std::uint64_t made = by > 63 ? 0 : (Left ? from << by : from >> by);
    return with_sign ? value::integer(static_cast<std::int64_t>(made))
                     : value::unsigned_integer(made);
}

template <bool Left>
function shift_function(std::string name) {
    return {std::move(name),
            {make_overload(false, {kind::integer, kind::integer}, kind::integer, shifted<Left>),
             make_overload(false, {kind::unsigned_integer, kind::integer}, kind::unsigned_integer,
                           shifted<Left>)},
            false};
}

function of_numbers(std::string name, function_body body, bool to_real) {
    function made{std::move(name), {}, false};
    for (const kind one : {kind::real, kind::integer, kind::unsigned_integer}) {
        made.overloads.push_back(make_overload(false, {one}, to_real ? kind::real : one, body));
    }
    return made;
}

function test_of_real(std::string name, function_body body) {
    return {std::move(name), {make_overload(false, {kind::real}, kind::boolean, body)}, false};
}

}  // namespace

std::vector<function> math_functions() {
    return {extreme_function<1>("math.greatest"),
            extreme_function<-1>("math.least"),
            real_function<up>("math.ceil"),
            real_function<down>("math.floor"),
            real_function<nearest_whole>("math.round"),
            real_function<cut>("math.trunc"),
            of_numbers("math.abs", absolute, false),
            of_numbers("math.sign", sign, false),
            of_numbers("math.sqrt", square_root, true),
            test_of_real("math.isNaN", is_nan),
            test_of_real("math.isInf", is_inf),
            test_of_real("math.isFinite", is_finite),
            bitwise_function<bits::both>("math.bitAnd"),
            bitwise_function<bits::either>("math.bitOr"),
            bitwise_function<bits::one>("math.bitXor"),
            {"math.bitNot",
             {make_overload(false, {kind::integer}, kind::integer, bit_not),
              make_overload(false, {kind::unsigned_integer}, kind::unsigned_integer, bit_not)},
             false},
            shift_function<true>("math.bitShiftLeft"),
            shift_function<false>("math.bitShiftRight")};
}

}  // namespace rolloutd::policies::cel
