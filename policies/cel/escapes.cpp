// What stands between quotes: escape sequences, and UTF-8.

#include <algorithm>
#include <cstdint>
#include <optional>

#include "policies/cel/token.h"

namespace rolloutd::policies::cel {

void append_utf8(std::string& text, char32_t point) {
    const auto put = [&text](char32_t byte) { text.push_back(static_cast<char>(byte)); };
    if (point < 0x80) {
        put(point);
    } else if (point < 0x800) {
        put(0xC0 | point >> 6);
        put(0x80 | (point & 0x3F));
    } else if (point < 0x10000) {
        put(0xE0 | point >> 12);
        put(0x80 | (point >> 6 & 0x3F));
        put(0x80 | (point & 0x3F));
    } else {
        put(0xF0 | point >> 18);
        put(0x80 | (point >> 12 & 0x3F));
        put(0x80 | (point >> 6 & 0x3F));
        put(0x80 | (point & 0x3F));
    }
}

namespace {

bool is_surrogate(char32_t point) { return point >= 0xD800 && point <= 0xDFFF; }

// Length of the well-formed sequence at `at`, or 0.
std::size_t sequence_length(std::string_view text, std::size_t at) {
    const auto byte = [&](std::size_t index) {
        return static_cast<std::uint8_t>(text[at + index]);
    };
    const std::uint8_t first = byte(0);
    if (first < 0x80) return 1;
    std::size_t length = 0;
    char32_t point = 0;
    char32_t least = 0;
    if ((first & 0xE0) == 0xC0) {
        length = 2, point = first & 0x1FU, least = 0x80;
    } else if ((first & 0xF0) == 0xE0) {
        length = 3, point = first & 0x0FU, least = 0x800;
    } else if ((first & 0xF8) == 0xF0) {
        length = 4, point = first & 0x07U, least = 0x10000;
    } else {
        return 0;
    }
    if (at + length > text.size()) return 0;
    for (std::size_t index = 1; index < length; ++index) {
        if ((byte(index) & 0xC0) != 0x80) return 0;
        point = point << 6 | (byte(index) & 0x3FU);
    }
    return point < least || point > 0x10FFFF || is_surrogate(point) ? 0 : length;
}

std::optional<char32_t> simple_escape(char letter) {
    switch (letter) {
        case 'a': return U'\a';
        case 'b': return U'\b';
        case 'f': return U'\f';
        case 'n': return U'\n';
        case 'r': return U'\r';
        case 't': return U'\t';
        case 'v': return U'\v';
        case '\\':
        case '?':
        case '"':
        case '\'':
        case '`': return static_cast<char32_t>(letter);
        default: return std::nullopt;
    }
}

struct number_form {
    std::size_t digits = 0;
    int base = 16;
    bool octet = false;  // names an octet in bytes, a code point in strings
};

std::optional<number_form> form_of(char letter) {
    switch (letter) {
        case 'x':
        case 'X': return number_form{2, 16, true};
        case 'u': return number_form{4, 16, false};
        case 'U': return number_form{8, 16, false};
        case '0':
        case '1':
        case '2':
        case '3': return number_form{3, 8, true};
        default: return std::nullopt;
    }
}

std::optional<char32_t> read_number(std::string_view digits, const number_form& form) {
    if (digits.size() < form.digits) return std::nullopt;
    char32_t made = 0;
    for (const char digit : digits.substr(0, form.digits)) {
        int weight = 99;
        if (digit >= '0' && digit <= '9') weight = digit - '0';
        if (digit >= 'a' && digit <= 'f') weight = digit - 'a' + 10;
        if (digit >= 'A' && digit <= 'F') weight = digit - 'A' + 10;
        if (weight >= form.base) return std::nullopt;
        made = made * static_cast<char32_t>(form.base) + static_cast<char32_t>(weight);
    }
    return made;
}

}  // namespace

bool is_utf8(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t length = sequence_length(text, at);
        if (length == 0) return false;
        at += length;
    }
    return true;
}

std::size_t count_points(std::string_view text) {
    std::size_t points = 0;
    for (const char byte : text) {
        if ((static_cast<std::uint8_t>(byte) & 0xC0) != 0x80) ++points;
    }
    return points;
}

decoded decode_escapes(std::string_view body, bool bytes, std::size_t offset) {
    decoded made;
    const auto complain = [&](std::size_t at, std::size_t length, std::string message) {
        const std::size_t end = std::min(at + length, body.size());
        made.problems.push_back({{offset + at, offset + end}, "syntax", std::move(message), ""});
    };
    for (std::size_t at = 0; at < body.size();) {
        if (body[at] != '\\') {
            made.text.push_back(body[at++]);
            continue;
        }
        const char letter = at + 1 < body.size() ? body[at + 1] : '\0';
        if (const auto simple = simple_escape(letter)) {
            append_utf8(made.text, *simple);
            at += 2;
            continue;
        }
        const auto form = form_of(letter);
        if (!form || (bytes && !form->octet)) {
            // The letter is a whole code point, so that the message stays UTF-8.
            const std::size_t width = at + 1 < body.size() ? sequence_length(body, at + 1) : 0;
            const std::size_t length = 1 + std::max<std::size_t>(width, 1);
            complain(at, length,
                     width == 0
                         ? "this escape names no character"
                         : "there is no escape " + std::string(body.substr(at, length)) + " here");
            at += length;
            continue;
        }
        const std::size_t digits_at = at + (form->base == 8 ? 1 : 2);
        const auto number = read_number(body.substr(std::min(digits_at, body.size())), *form);
        if (!number || *number > 0x10FFFF || is_surrogate(*number)) {
            complain(at, digits_at - at + form->digits, "this escape names no character");
        } else if (bytes) {
            made.text.push_back(static_cast<char>(*number));
        } else {
            append_utf8(made.text, *number);
        }
        at = digits_at + form->digits;
    }
    return made;
}

}  // namespace rolloutd::policies::cel
