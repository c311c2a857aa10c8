// format, which writes values into a text by clauses such as %s and %.2f, and strings.quote. What
// format makes is bounded while it is made: values that share their parts can be far larger than
// what made them.

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <map>
#include <utility>

#include "policies/cel/arithmetic.h"
#include "policies/cel/expression.h"
#include "policies/cel/functions.h"
#include "policies/cel/token.h"

namespace rolloutd::policies::cel {

namespace {

using kind = type_kind;
using arguments = std::span<const value>;

// Each run of bytes that are no UTF-8 becomes one replacement character.
std::string readable(const std::string& text) {
    if (is_utf8(text)) return text;
    std::string made;
    bool broken = false;
    for (std::size_t at = 0; at < text.size();) {
        std::size_t width = 1;
        while (width < 4 && at + width < text.size() &&
               (static_cast<unsigned char>(text[at + width]) & 0xC0U) == 0x80U) {
            ++width;
        }
        while (width > 1 && !is_utf8(std::string_view(text).substr(at, width)))
            --width;
        const bool sound = is_utf8(std::string_view(text).substr(at, width));
        if (sound) made.append(text, at, width);
        if (!sound && !broken) made += "\xEF\xBF\xBD";
        broken = !sound;
        at += width;
    }
    return made;
}

value quote(arguments given) {
    constexpr std::string_view plain = "\a\b\f\n\r\t\v\\\"";
    constexpr std::string_view letter = "abfnrtv\\\"";
    std::string made = "\"";
    for (const char c : readable(given[0].as_string())) {
        const std::size_t at = plain.find(c);
        if (at != std::string_view::npos) {
            made += '\\';
            made += letter[at];
        } else {
            made += c;
        }
    }
    return value::string(made + "\"");
}

std::optional<std::string> special(double what) {
    if (std::isnan(what)) return "NaN";
    if (std::isinf(what)) return what > 0 ? "Infinity" : "-Infinity";
    return std::nullopt;
}

// The fewest digits that give the number back, never with an exponent.
std::string plain_real(double what) {
    if (const auto known = special(what)) return *known;
    std::array<char, 40> buffer{};
    const auto written = std::to_chars(buffer.data(), buffer.data() + buffer.size(), what,
                                       std::chars_format::scientific);
    const std::string_view text(buffer.data(),
                                static_cast<std::size_t>(written.ptr - buffer.data()));
    const std::size_t mark = text.find('e');
    int exponent = 0;
    const std::size_t begin = mark + (text[mark + 1] == '+' ? 2 : 1);
    std::from_chars(text.data() + begin, text.data() + text.size(), exponent);
    std::string digits;
    for (const char c : text.substr(0, mark)) {
        if (c >= '0' && c <= '9') digits += c;
    }
    const auto count = static_cast<int>(digits.size());
    std::string made = what < 0 || std::signbit(what) ? "-" : "";
    if (exponent < 0) {
        return made + "0." + std::string(static_cast<std::size_t>(-exponent - 1), '0') + digits;
    }
    if (exponent + 1 >= count) {
        return made + digits + std::string(static_cast<std::size_t>(exponent + 1 - count), '0');
    }
    const auto point = static_cast<std::size_t>(exponent + 1);
    return made + digits.substr(0, point) + "." + digits.substr(point);
}

// The type's name in the language itself, without what it holds.
std::string type_name(const type& what) {
    switch (what.kind()) {
        case kind::null: return "null_type";
        case kind::duration: return "google.protobuf.Duration";
        case kind::timestamp: return "google.protobuf.Timestamp";
        default: break;
    }
    const std::string text = what.text();
    return text.substr(0, text.find('('));
}

struct failure {
    value why;
};  // thrown while formatting; never leaves this file

[[noreturn]] void fail(std::string message, std::string code = "bad_argument") {
    throw failure{value::error(std::move(code), std::move(message))};
}

class formatter {
public:
    explicit formatter(const budget& limits) : limits_(limits) {}

    std::string run(std::string_view pattern, const value& list) {
        std::size_t next = 0;
        for (std::size_t at = 0; at < pattern.size();) {
            const std::size_t clause = std::min(pattern.find('%', at), pattern.size());
            put(pattern.substr(at, clause - at));
            at = clause;
            if (at == pattern.size()) break;
            if (++at == pattern.size()) fail("a % stands at the end of the format");
            if (pattern[at] == '%') {
                put("%");
                ++at;
                continue;
            }
            const int precision = read_precision(pattern, at);
            if (at == pattern.size()) fail("a clause of the format has no letter");
            if (next >= list.size()) fail("the format has more clauses than there are values");
            const value given = list.element(next++);
            if (given.is_error()) throw failure{given};
            clause_of(pattern[at++], precision, given);
        }
        return std::move(made_);
    }

private:
    void put(std::string_view text) {
        made_ += text;
        if (made_.size() > limits_.string_bytes) {
            fail("a text grew longer than " + std::to_string(limits_.string_bytes) + " bytes",
                 "budget");
        }
    }

    // The digits behind a point, or 6. `at` is moved to the letter.
    static int read_precision(std::string_view pattern, std::size_t& at) {
        if (pattern[at] != '.') return 6;
        int made = -1;
        const char* begin = pattern.data() + at + 1;
        const auto read = std::from_chars(begin, pattern.data() + pattern.size(), made);
        constexpr int most = 1'000;
        if (read.ec != std::errc{} || made < 0 || made > most) {
            fail("the precision of a clause is a number up to " + std::to_string(most));
        }
        at = static_cast<std::size_t>(read.ptr - pattern.data());
        return made;
    }

    void clause_of(char letter, int precision, const value& given) {
        switch (letter) {
            case 's': return put_text(given);
            case 'd': return put_decimal(given);
            case 'f': return put_real(given, std::chars_format::fixed, precision);
            case 'e': return put_real(given, std::chars_format::scientific, precision);
            case 'b': return put_digits(given, 2, letter);
            case 'o': return put_digits(given, 8, letter);
            case 'x':
            case 'X': return put_hex(given, letter);
            default: break;
        }
        // A byte beyond ASCII is only a part of what stands there.
        if (static_cast<unsigned char>(letter) >= 0x80)
            fail("a clause of the format has no letter");
        fail(std::string("the format has no clause %") + letter);
    }

    [[noreturn]] static void misfit(char letter, const value& given) {
        fail(std::string("%") + letter + " does not take " + std::string(kind_text(given.kind())));
    }

    void put_text(const value& given) {
        switch (given.kind()) {
            case value_kind::null: return put("null");
            case value_kind::boolean: return put(given.as_boolean() ? "true" : "false");
            case value_kind::integer:
            case value_kind::unsigned_integer:
            case value_kind::real: return put_decimal(given);
            case value_kind::string: return put(given.as_string());
            case value_kind::bytes: return put(readable(given.as_string()));
            case value_kind::duration: return put(nanoseconds_text(given.as_duration()));
            case value_kind::timestamp: return put(instant_text(given.as_timestamp()));
            case value_kind::type: return put(type_name(given.as_type()));
            case value_kind::list: return put_list(given);
            case value_kind::map: return put_map(given);
            case value_kind::error: throw failure{given};
            case value_kind::object:
            case value_kind::optional: break;
        }
        misfit('s', given);
    }

    void put_list(const value& given) {
        put("[");
        for (std::size_t index = 0; index < given.size(); ++index) {
            if (index > 0) put(", ");
            put_text(given.element(index));
        }
        put("]");
    }

    // In the order of the keys as they are written.
    void put_map(const value& given) {
        std::map<std::pair<std::string, std::size_t>, value> entries;
        for (std::size_t index = 0; index < given.size(); ++index) {
            auto [key, mapped] = given.entry(index);
            formatter written(limits_);
            written.put_text(key);
            entries.emplace(std::pair(std::move(written.made_), index), std::move(mapped));
        }
        put("{");
        const char* before = "";
        for (const auto& [key, mapped] : entries) {
            put(std::exchange(before, ", "));
            put(key.first);
            put(": ");
            put_text(mapped);
        }
        put("}");
    }

    void put_decimal(const value& given) {
        switch (given.kind()) {
            case value_kind::integer: return put(std::to_string(given.as_integer()));
            case value_kind::unsigned_integer: return put(std::to_string(given.as_unsigned()));
            case value_kind::real: return put(plain_real(given.as_real()));
            default: misfit('d', given);
        }
    }

    void put_real(const value& given, std::chars_format form, int precision) {
        double what = 0;
        switch (given.kind()) {
            case value_kind::integer: what = static_cast<double>(given.as_integer()); break;
            case value_kind::unsigned_integer:
                what = static_cast<double>(given.as_unsigned());
                break;
            case value_kind::real: what = given.as_real(); break;
            default: misfit(form == std::chars_format::fixed ? 'f' : 'e', given);
        }
        if (const auto known = special(what)) return put(*known);
        // 309 digits before the point, a sign, the point, and what was asked for behind it.
        std::array<char, 1'400> buffer{};
        const auto written =
            std::to_chars(buffer.data(), buffer.data() + buffer.size(), what, form, precision);
        put({buffer.data(), static_cast<std::size_t>(written.ptr - buffer.data())});
    }

    void put_digits(const value& given, int base, char letter) {
        std::array<char, 70> buffer{};
        std::to_chars_result written{buffer.data(), std::errc{}};
        char* const end = buffer.data() + buffer.size();
        if (given.kind() == value_kind::integer) {
            written = std::to_chars(buffer.data(), end, given.as_integer(), base);
        } else if (given.kind() == value_kind::unsigned_integer) {
            written = std::to_chars(buffer.data(), end, given.as_unsigned(), base);
        } else if (base == 2 && given.kind() == value_kind::boolean) {
            return put(given.as_boolean() ? "1" : "0");
        } else {
            misfit(letter, given);
        }
        std::string digits(buffer.data(), written.ptr);
        if (letter == 'X') digits = in_capitals(std::move(digits));
        put(digits);
    }

    void put_hex(const value& given, char letter) {
        if (given.kind() != value_kind::string && given.kind() != value_kind::bytes) {
            return put_digits(given, 16, letter);
        }
        constexpr std::string_view digits = "0123456789abcdef";
        std::string made;
        for (const char c : given.as_string()) {
            const auto byte = static_cast<unsigned char>(c);
            made += digits[byte >> 4U];
            made += digits[byte & 15U];
        }
        put(letter == 'X' ? in_capitals(std::move(made)) : made);
    }

    static std::string in_capitals(std::string text) {
        std::transform(text.begin(), text.end(), text.begin(), [](char c) {
            return c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c;
        });
        return text;
    }

    const budget& limits_;
    std::string made_;
};

value format(arguments given, const budget& limits) {
    try {
        return value::string(formatter(limits).run(given[0].as_string(), given[1]));
    } catch (failure& stopped) {
        return std::move(stopped.why);
    }
}

}  // namespace

std::vector<function> format_functions() {
    return {{"strings.quote", {make_overload(false, {kind::string}, kind::string, quote)}, false},
            {"format",
             {make_bounded(true, {kind::string, type::list_of(kind::dyn)}, kind::string, format)},
             false}};
}

}  // namespace rolloutd::policies::cel
