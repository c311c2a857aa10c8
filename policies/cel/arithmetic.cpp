#include "policies/cel/arithmetic.h"

#include <cstdint>
#include <limits>

#include "policies/cel/functions.h"
#include "policies/cel/signatures.h"

namespace rolloutd::policies::cel {

namespace {

value overflow() { return value::error("overflow", "the result is out of range"); }

// Division first looks for what would trap: x86 raises a signal for the smallest number over -1.
template <class Number>
std::optional<Number> whole(binary op, Number a, Number b) {
    Number made = 0;
    switch (op) {
        case binary::add:
            if (__builtin_add_overflow(a, b, &made)) return std::nullopt;
            return made;
        case binary::subtract:
            if (__builtin_sub_overflow(a, b, &made)) return std::nullopt;
            return made;
        case binary::multiply:
            if (__builtin_mul_overflow(a, b, &made)) return std::nullopt;
            return made;
        default: break;
    }
    if constexpr (std::numeric_limits<Number>::is_signed) {
        if (b == -1 && a == std::numeric_limits<Number>::min()) return std::nullopt;
    }
    return op == binary::divide ? a / b : a % b;
}

value of_integers(binary op, const value& a, const value& b) {
    if ((op == binary::divide || op == binary::modulo) && b.as_integer() == 0) {
        return value::error("division_by_zero", "division by zero");
    }
    const auto made = whole(op, a.as_integer(), b.as_integer());
    return made ? value::integer(*made) : overflow();
}

value of_unsigned(binary op, const value& a, const value& b) {
    if ((op == binary::divide || op == binary::modulo) && b.as_unsigned() == 0) {
        return value::error("division_by_zero", "division by zero");
    }
    const auto made = whole(op, a.as_unsigned(), b.as_unsigned());
    return made ? value::unsigned_integer(*made) : overflow();
}

value of_reals(binary op, double a, double b) {
    switch (op) {
        case binary::add: return value::real(a + b);
        case binary::subtract: return value::real(a - b);
        case binary::multiply: return value::real(a * b);
        case binary::divide: return value::real(a / b);
        default: return value::error("no_overload", "there is no double % double");
    }
}

value joined_lists(const value& a, const value& b) {
    std::vector<value> made;
    made.reserve(a.size() + b.size());
    for (const value* list : {&a, &b}) {
        for (std::size_t index = 0; index < list->size(); ++index) {
            made.push_back(list->element(index));
        }
    }
    return value::list(std::move(made));
}

std::optional<value> with_time(binary op, const value& a, const value& b) {
    using kind = value_kind;
    const bool adds = op == binary::add;
    if (!adds && op != binary::subtract) return std::nullopt;
    if (a.kind() == kind::duration && b.kind() == kind::duration) {
        const auto made = whole<std::int64_t>(op, a.as_duration().count(), b.as_duration().count());
        return made ? value::duration(std::chrono::nanoseconds{*made}) : overflow();
    }
    if (a.kind() == kind::timestamp && b.kind() == kind::duration) {
        if (!adds && b.as_duration() == std::chrono::nanoseconds::min()) return overflow();
        return add_to_instant(a.as_timestamp(), adds ? b.as_duration() : -b.as_duration());
    }
    if (adds && a.kind() == kind::duration && b.kind() == kind::timestamp) {
        return add_to_instant(b.as_timestamp(), a.as_duration());
    }
    if (!adds && a.kind() == kind::timestamp && b.kind() == kind::timestamp) {
        return between(a.as_timestamp(), b.as_timestamp());
    }
    return std::nullopt;
}

}  // namespace

value calculate(binary op, const value& a, const value& b) {
    if (a.kind() == b.kind()) {
        switch (a.kind()) {
            case value_kind::integer: return of_integers(op, a, b);
            case value_kind::unsigned_integer: return of_unsigned(op, a, b);
            case value_kind::real:
                if (op == binary::modulo) break;
                return of_reals(op, a.as_real(), b.as_real());
            case value_kind::string:
                if (op == binary::add) return value::string(a.as_string() + b.as_string());
                break;
            case value_kind::bytes:
                if (op == binary::add) return value::bytes(a.as_string() + b.as_string());
                break;
            case value_kind::list:
                if (op == binary::add) return joined_lists(a, b);
                break;
            default: break;
        }
    }
    if (auto made = with_time(op, a, b)) return *made;
    return no_such_operator(symbol_of(op), a, b);
}

value negated(const value& what) {
    switch (what.kind()) {
        case value_kind::integer:
            if (what.as_integer() == std::numeric_limits<std::int64_t>::min()) return overflow();
            return value::integer(-what.as_integer());
        case value_kind::real: return value::real(-what.as_real());
        case value_kind::duration:
            if (what.as_duration() == std::chrono::nanoseconds::min()) return overflow();
            return value::duration(-what.as_duration());
        default:
            return value::error("no_overload",
                                "cannot negate " + std::string(kind_text(what.kind())));
    }
}

value no_such_operator(std::string_view symbol, const value& a, const value& b) {
    return value::error("no_overload", "there is no " + std::string(kind_text(a.kind())) + " " +
                                           std::string(symbol) + " " +
                                           std::string(kind_text(b.kind())));
}

std::string_view kind_text(value_kind kind) {
    switch (kind) {
        case value_kind::null: return "null";
        case value_kind::boolean: return "bool";
        case value_kind::integer: return "int";
        case value_kind::unsigned_integer: return "uint";
        case value_kind::real: return "double";
        case value_kind::string: return "string";
        case value_kind::bytes: return "bytes";
        case value_kind::duration: return "duration";
        case value_kind::timestamp: return "timestamp";
        case value_kind::list: return "list";
        case value_kind::map: return "map";
        case value_kind::type: return "type";
        case value_kind::object: return "object";
        case value_kind::optional: return "optional";
        case value_kind::error: return "error";
    }
    return "?";
}

}  // namespace rolloutd::policies::cel
