#include "daemon/journal/json_text.h"

#include <array>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <charconv>
#include <cmath>
#include <cstdint>

#include "policies/check.h"

namespace rolloutd::daemon {

namespace json = boost::json;

namespace {

void write_escaped(std::string& to, char control) {
    switch (control) {
        case '\n': to += "\\n"; return;
        case '\r': to += "\\r"; return;
        case '\t': to += "\\t"; return;
        default: break;
    }
    constexpr std::string_view digits = "0123456789abcdef";
    const auto value = static_cast<unsigned char>(control);
    to += "\\u00";
    to += digits[value >> 4U];
    to += digits[value & 15U];
}

void write_string(std::string& to, std::string_view text) {
    to += '"';
    while (!text.empty()) {
        const char first = text.front();
        std::size_t length = 1;
        if (first == '"' || first == '\\') {
            to += '\\';
            to += first;
        } else if (static_cast<unsigned char>(first) < 0x20) {
            write_escaped(to, first);
        } else if (length = utf8_length(text); length > 0) {
            to += text.substr(0, length);
        } else {
            to += "\xEF\xBF\xBD";
            length = 1;
        }
        text.remove_prefix(length);
    }
    to += '"';
}

template <class Number>
void write_number(std::string& to, Number number) {
    std::array<char, 32> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number);
    const std::string_view text(digits.data(), static_cast<std::size_t>(end.ptr - digits.data()));
    to += text;
    if constexpr (std::is_floating_point_v<Number>) {
        if (text.find_first_of(".e") == std::string_view::npos) to += ".0";
    }
}

void write_object(std::string& to, const json::object& what) {
    char before = '{';
    for (const auto& each : what) {
        to += before;
        write_string(to, each.key());
        to += ':';
        write_json(to, each.value());
        before = ',';
    }
    to += what.empty() ? "{}" : "}";
}

void write_array(std::string& to, const json::array& what) {
    char before = '[';
    for (const json::value& each : what) {
        to += before;
        write_json(to, each);
        before = ',';
    }
    to += what.empty() ? "[]" : "]";
}

}  // namespace

std::size_t utf8_length(std::string_view text) {
    const auto byte = [&](std::size_t n) { return static_cast<unsigned char>(text[n]); };
    const auto follows = [&](std::size_t n) {
        return n < text.size() && (byte(n) & 0xC0U) == 0x80U;
    };
    const unsigned first = byte(0);
    if (first < 0x80) return 1;
    if (first >= 0xC2 && first <= 0xDF) return follows(1) ? 2 : 0;
    if (first >= 0xE0 && first <= 0xEF) {
        if (!follows(1) || !follows(2)) return 0;
        if (first == 0xE0 && byte(1) < 0xA0) return 0;
        if (first == 0xED && byte(1) > 0x9F) return 0;
        return 3;
    }
    if (first >= 0xF0 && first <= 0xF4) {
        if (!follows(1) || !follows(2) || !follows(3)) return 0;
        if (first == 0xF0 && byte(1) < 0x90) return 0;
        if (first == 0xF4 && byte(1) > 0x8F) return 0;
        return 4;
    }
    return 0;
}

void write_json(std::string& to, const json::value& what) {
    switch (what.kind()) {
        case json::kind::null: to += "null"; break;
        case json::kind::bool_: to += what.get_bool() ? "true" : "false"; break;
        case json::kind::int64: write_number(to, what.get_int64()); break;
        case json::kind::uint64: write_number(to, what.get_uint64()); break;
        case json::kind::double_:
            ROLLOUTD_CHECK(std::isfinite(what.get_double()));
            write_number(to, what.get_double());
            break;
        case json::kind::string: write_string(to, what.get_string()); break;
        case json::kind::array: write_array(to, what.get_array()); break;
        case json::kind::object: write_object(to, what.get_object()); break;
    }
}

std::string json_text(const json::value& what) {
    std::string text;
    write_json(text, what);
    return text;
}

bool has_spaces(std::string_view text) {
    bool inside = false;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char each = text[at];
        if (each == '"') {
            inside = !inside;
        } else if (inside && each == '\\') {
            ++at;
        } else if (!inside && (each == ' ' || each == '\t' || each == '\r' || each == '\n')) {
            return true;
        }
    }
    return false;
}

std::optional<json::value> parse_json(std::string_view text, json::storage_ptr into) {
    boost::system::error_code error;
    json::value parsed = json::parse(text, error, std::move(into));
    if (error) return std::nullopt;
    return parsed;
}

std::string text_in(const json::object& of, std::string_view name) {
    const json::value* const found = of.if_contains(name);
    return found != nullptr && found->is_string() ? std::string(found->get_string()) : "";
}

json::object merge_diff(const json::object& before, const json::object& after) {
    json::object patch;
    for (const auto& each : after) {
        const json::value* old = before.if_contains(each.key());
        if (old == nullptr) {
            patch.emplace(each.key(), each.value());
        } else if (old->is_object() && each.value().is_object()) {
            json::object inner = merge_diff(old->get_object(), each.value().get_object());
            if (!inner.empty()) patch.emplace(each.key(), std::move(inner));
        } else if (*old != each.value()) {
            patch.emplace(each.key(), each.value());
        }
    }
    for (const auto& each : before)
        if (!after.contains(each.key())) patch.emplace(each.key(), nullptr);
    return patch;
}

json::object merge_apply(json::object target, const json::object& patch) {
    for (const auto& each : patch) {
        if (each.value().is_null()) {
            target.erase(each.key());
        } else if (each.value().is_object()) {
            json::value& place = target[each.key()];
            json::object inner;
            if (place.is_object()) inner = std::move(place.get_object());
            place = merge_apply(std::move(inner), each.value().get_object());
        } else {
            target[each.key()] = each.value();
        }
    }
    return target;
}

}  // namespace rolloutd::daemon
