#include <array>
#include <charconv>
#include <cmath>

#include "policies/cel/compare.h"
#include "policies/cel/functions.h"
#include "policies/cel/grammar.h"
#include "policies/cel/token.h"

namespace rolloutd::policies::cel {

namespace {

using kind = type_kind;
using arguments = std::span<const value>;

value failed(const value& from, const char* to) {
    return value::error("conversion", from.text() + " cannot become " + to);
}

value same(arguments given) { return given[0]; }

value to_boolean(arguments given) {
    const std::string& text = given[0].as_string();
    for (const char* yes : {"1", "t", "T", "true", "TRUE", "True"}) {
        if (text == yes) return value::boolean(true);
    }
    for (const char* no : {"0", "f", "F", "false", "FALSE", "False"}) {
        if (text == no) return value::boolean(false);
    }
    return failed(given[0], "bool");
}

// "+5" is a number, "+-5" is none.
std::string_view without_plus(std::string_view text) {
    if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
    return text;
}

template <class Number>
std::optional<Number> whole_text(const std::string& text) {
    Number made = 0;
    const std::string_view digits = without_plus(text);
    const char* end = digits.data() + digits.size();
    const auto read = std::from_chars(digits.data(), end, made);
    if (read.ec != std::errc{} || read.ptr != end) return std::nullopt;
    return made;
}

value to_integer(arguments given) {
    const value& from = given[0];
    switch (from.kind()) {
        case value_kind::unsigned_integer:
            if (from.as_unsigned() >> 63 != 0) return failed(from, "int");
            return value::integer(static_cast<std::int64_t>(from.as_unsigned()));
        case value_kind::real: {
            const double real = from.as_real();
            // Both ends are open for doubles: +-2^63 is an error, as the language's suite fixes it.
            if (!(real > -int_end && real < int_end)) return failed(from, "int");
            return value::integer(static_cast<std::int64_t>(real));
        }
        case value_kind::string: {
            const auto made = whole_text<std::int64_t>(from.as_string());
            return made ? value::integer(*made) : failed(from, "int");
        }
        case value_kind::timestamp: return value::integer(from.as_timestamp().seconds);
        default: return from;
    }
}

value to_unsigned(arguments given) {
    const value& from = given[0];
    switch (from.kind()) {
        case value_kind::integer:
            if (from.as_integer() < 0) return failed(from, "uint");
            return value::unsigned_integer(static_cast<std::uint64_t>(from.as_integer()));
        case value_kind::real: {
            const double real = from.as_real();
            if (!(real >= 0 && real < uint_end)) return failed(from, "uint");
            return value::unsigned_integer(static_cast<std::uint64_t>(real));
        }
        case value_kind::string: {
            const auto made = whole_text<std::uint64_t>(from.as_string());
            return made ? value::unsigned_integer(*made) : failed(from, "uint");
        }
        default: return from;
    }
}

value to_real(arguments given) {
    const value& from = given[0];
    switch (from.kind()) {
        case value_kind::integer: return value::real(static_cast<double>(from.as_integer()));
        case value_kind::unsigned_integer:
            return value::real(static_cast<double>(from.as_unsigned()));
        case value_kind::string: {
            const auto made = read_double(without_plus(from.as_string()));
            return made ? value::real(*made) : failed(from, "double");
        }
        default: return from;
    }
}

std::string shortest(double what, std::chars_format form) {
    std::array<char, 40> buffer{};
    const auto written = std::to_chars(buffer.data(), buffer.data() + buffer.size(), what, form);
    return {buffer.data(), written.ptr};
}

// The fewest digits that give the number back; with an exponent from a million on and below a
// ten-thousandth, as the reference implementation has it.
std::string real_text(double what) {
    if (std::isnan(what)) return "NaN";
    if (std::isinf(what)) return what > 0 ? "+Inf" : "-Inf";
    std::string made = shortest(what, std::chars_format::scientific);
    const char* digits = made.data() + made.find('e') + 1;
    int exponent = 0;
    std::from_chars(digits + (*digits == '+' ? 1 : 0), made.data() + made.size(), exponent);
    return exponent >= -4 && exponent < 6 ? shortest(what, std::chars_format::fixed) : made;
}

value to_string(arguments given) {
    const value& from = given[0];
    switch (from.kind()) {
        case value_kind::boolean: return value::string(from.as_boolean() ? "true" : "false");
        case value_kind::integer: return value::string(std::to_string(from.as_integer()));
        case value_kind::unsigned_integer: return value::string(std::to_string(from.as_unsigned()));
        case value_kind::real: return value::string(real_text(from.as_real()));
        case value_kind::bytes:
            if (!is_utf8(from.as_string())) return failed(from, "string: it is not UTF-8");
            return value::string(from.as_string());
        case value_kind::duration: return value::string(nanoseconds_text(from.as_duration()));
        case value_kind::timestamp: return value::string(instant_text(from.as_timestamp()));
        default: return from;
    }
}

value to_bytes(arguments given) {
    return given[0].kind() == value_kind::bytes ? given[0] : value::bytes(given[0].as_string());
}

value to_duration(arguments given) {
    if (given[0].kind() != value_kind::string) return given[0];
    const auto made = parse_nanoseconds(given[0].as_string());
    return made ? value::duration(*made)
                : value::error("conversion", given[0].text() + " is no duration");
}

value to_timestamp(arguments given) {
    const value& from = given[0];
    if (from.kind() == value_kind::integer) {
        const std::int64_t seconds = from.as_integer();
        if (seconds < first_second || seconds > last_second) return failed(from, "a timestamp");
        return value::timestamp(instant{seconds, 0});
    }
    if (from.kind() != value_kind::string) return from;
    const auto made = parse_instant(from.as_string());
    return made ? value::timestamp(*made)
                : value::error("conversion", from.text() + " is no timestamp");
}

value type_of(arguments given) {
    switch (given[0].kind()) {
        case value_kind::null: return value::type_value(kind::null);
        case value_kind::boolean: return value::type_value(kind::boolean);
        case value_kind::integer: return value::type_value(kind::integer);
        case value_kind::unsigned_integer: return value::type_value(kind::unsigned_integer);
        case value_kind::real: return value::type_value(kind::real);
        case value_kind::string: return value::type_value(kind::string);
        case value_kind::bytes: return value::type_value(kind::bytes);
        case value_kind::duration: return value::type_value(kind::duration);
        case value_kind::timestamp: return value::type_value(kind::timestamp);
        case value_kind::list: return value::type_value(kind::list);
        case value_kind::map: return value::type_value(kind::map);
        case value_kind::type: return value::type_value(kind::type);
        case value_kind::optional: return value::type_value(kind::optional);
        case value_kind::object:
            return value::type_value(type::object(given[0].as_object().declared()));
        case value_kind::error: break;
    }
    return given[0];
}

function conversion(std::string name, const std::vector<type>& from, type to, function_body body) {
    function made{std::move(name), {}, false};
    for (const type& one : from)
        made.overloads.push_back(make_overload(false, {one}, to, body));
    return made;
}

}  // namespace

std::vector<function> conversion_functions() {
    const type any = type::parameter("T");
    std::vector<function> made;
    made.push_back(conversion("bool", {kind::string}, kind::boolean, to_boolean));
    made.back().overloads.push_back(make_overload(false, {kind::boolean}, kind::boolean, same));
    made.push_back(conversion(
        "int", {kind::integer, kind::unsigned_integer, kind::real, kind::string, kind::timestamp},
        kind::integer, to_integer));
    made.push_back(conversion("uint",
                              {kind::unsigned_integer, kind::integer, kind::real, kind::string},
                              kind::unsigned_integer, to_unsigned));
    made.push_back(conversion("double",
                              {kind::real, kind::integer, kind::unsigned_integer, kind::string},
                              kind::real, to_real));
    made.push_back(conversion("string",
                              {kind::string, kind::boolean, kind::integer, kind::unsigned_integer,
                               kind::real, kind::bytes, kind::duration, kind::timestamp},
                              kind::string, to_string));
    made.push_back(conversion("bytes", {kind::bytes, kind::string}, kind::bytes, to_bytes));
    made.push_back(
        conversion("duration", {kind::string, kind::duration}, kind::duration, to_duration));
    made.push_back(conversion("timestamp", {kind::string, kind::timestamp, kind::integer},
                              kind::timestamp, to_timestamp));
    made.push_back(conversion("dyn", {any}, kind::dyn, same));
    made.push_back(conversion("type", {any}, type::type_of(any), type_of));
    return made;
}

}  // namespace rolloutd::policies::cel
