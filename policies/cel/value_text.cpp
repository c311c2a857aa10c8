// Values as a person would write them in a condition.

#include <array>
#include <charconv>
#include <cmath>

#include "policies/cel/arithmetic.h"
#include "policies/cel/functions.h"
#include "policies/cel/token.h"
#include "policies/cel/value.h"
#include "policies/text.h"

namespace rolloutd::policies::cel {

namespace {

constexpr std::size_t longest = 200;

// With the sign that something is missing.
std::string cut(std::string text) {
    constexpr std::string_view more = "\xE2\x80\xA6";
    if (text.size() <= longest) return text;
    text.resize(beginning_of(text, longest - more.size()).size());
    return text.append(more);
}

std::string quoted(const std::string& text) {
    std::string made = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') made.push_back('\\');
        if (c == '\n') {
            made += "\\n";
        } else {
            made.push_back(c);
        }
        if (made.size() > longest) break;
    }
    return made + "\"";
}

std::string real_text(double what) {
    if (std::isnan(what)) return "NaN";
    if (std::isinf(what)) return what > 0 ? "infinity" : "-infinity";
    std::array<char, 40> buffer{};
    const auto written = std::to_chars(buffer.data(), buffer.data() + buffer.size(), what);
    std::string made(buffer.data(), written.ptr);
    if (made.find_first_of(".e") == std::string::npos) made += ".0";
    return made;
}

// "1m30s" where it comes out even, "1.5s" otherwise.
std::string duration_text(std::chrono::nanoseconds length) {
    using std::chrono::milliseconds;
    if (length.count() % 1'000'000 != 0) return nanoseconds_text(length);
    return to_text(std::chrono::duration_cast<milliseconds>(length));
}

std::string list_text(const value& what) {
    std::string made = "[";
    for (std::size_t index = 0; index < what.size() && made.size() <= longest; ++index) {
        made += (index == 0 ? "" : ", ") + what.element(index).text();
    }
    return made + "]";
}

std::string map_text(const value& what) {
    std::string made = "{";
    for (std::size_t index = 0; index < what.size() && made.size() <= longest; ++index) {
        const auto [key, mapped] = what.entry(index);
        made += (index == 0 ? "" : ", ") + key.text() + ": " + mapped.text();
    }
    return made + "}";
}

}  // namespace

std::string value::text() const {
    switch (kind_) {
        case value_kind::null: return "null";
        case value_kind::boolean: return as_boolean() ? "true" : "false";
        case value_kind::integer: return std::to_string(as_integer());
        case value_kind::unsigned_integer: return std::to_string(as_unsigned()) + "u";
        case value_kind::real: return real_text(as_real());
        case value_kind::string: return cut(quoted(as_string()));
        case value_kind::bytes: return std::to_string(as_string().size()) + " bytes";
        case value_kind::duration: return duration_text(as_duration());
        case value_kind::timestamp: return instant_text(as_timestamp());
        case value_kind::list: return cut(list_text(*this));
        case value_kind::map: return cut(map_text(*this));
        case value_kind::type: return as_type().text();
        case value_kind::object: return as_object().declared().name();
        case value_kind::optional:
            return as_optional() ? cut("optional(" + as_optional()->text() + ")") : "none";
        case value_kind::error: return cut("error: " + as_error().message);
    }
    return "?";
}

}  // namespace rolloutd::policies::cel
