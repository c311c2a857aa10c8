#include "policies/trial/fact_compare.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "policies/time.h"

namespace rolloutd::policies::trial {

using cel::value;
using cel::value_kind;

namespace {

std::optional<double> parse_number(std::string_view text) {
    double number = 0;
    const auto [stop, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (text.empty() || failed != std::errc{} || stop != text.data() + text.size()) {
        return std::nullopt;
    }
    return number;
}

std::optional<double> number_of(const value& what) {
    switch (what.kind()) {
        case value_kind::integer: return static_cast<double>(what.as_integer());
        case value_kind::unsigned_integer: return static_cast<double>(what.as_unsigned());
        case value_kind::real: return what.as_real();
        default: return std::nullopt;
    }
}

}  // namespace

std::string fact_text(const value& what) {
    if (what.is_error()) return "undetermined(" + what.as_error().code + ")";
    if (what.kind() == value_kind::string) return what.as_string().substr(0, 200);
    return what.text();
}

bool is_as_expected(const value& what, std::string_view is) {
    if (what.is_error() && is == "undetermined") return true;
    if (const auto number = number_of(what)) {
        const auto wanted = parse_number(is);
        constexpr double digits = 1e-12;
        return wanted && std::abs(*number - *wanted) <=
                             digits * std::max({1.0, std::abs(*number), std::abs(*wanted)});
    }
    if (what.kind() == value_kind::duration) {
        const bool before = is.starts_with('-');
        const auto wanted = parse_duration(before ? is.substr(1) : is);
        return wanted && what.as_duration() == (before ? -*wanted : *wanted);
    }
    if (what.kind() == value_kind::string) return what.as_string() == is;
    return fact_text(what) == is;
}

}  // namespace rolloutd::policies::trial
