// base64.encode and base64.decode: the standard alphabet; padding may be left out when decoding.

#include <algorithm>
#include <cstdint>

#include "policies/cel/functions.h"

namespace rolloutd::policies::cel {

namespace {

using kind = type_kind;
using arguments = std::span<const value>;

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

value encode(arguments given) {
    const std::string& from = given[0].as_string();
    std::string made;
    made.reserve((from.size() + 2) / 3 * 4);
    for (std::size_t at = 0; at < from.size(); at += 3) {
        std::uint32_t group = 0;
        for (std::size_t next = at; next < at + 3; ++next) {
            const unsigned char byte =
                next < from.size() ? static_cast<unsigned char>(from[next]) : 0;
            group = group << 8 | byte;
        }
        const std::size_t digits = std::min<std::size_t>(from.size() - at, 3) + 1;
        for (std::size_t digit = 0; digit < 4; ++digit) {
            const std::uint32_t six = group >> (18 - 6 * digit) & 63U;
            made.push_back(digit < digits ? alphabet[six] : '=');
        }
    }
    return value::string(std::move(made));
}

// The six bits that a character stands for, or -1.
int six_of(char c) {
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    return c == '+' ? 62 : (c == '/' ? 63 : -1);
}

value malformed() { return value::error("conversion", "this is not base64"); }

value decode(arguments given) {
    std::string_view from = given[0].as_string();
    if (from.size() % 4 == 0 && from.ends_with('=')) {
        from.remove_suffix(from.ends_with("==") ? 2 : 1);
    }
    if (from.size() % 4 == 1) return malformed();
    std::string made;
    made.reserve(from.size() / 4 * 3 + 2);
    std::uint32_t held = 0;
    int bits = 0;
    for (const char c : from) {
        const int six = six_of(c);
        if (six < 0) return malformed();
        held = (held << 6 | static_cast<std::uint32_t>(six)) & 0xFFFFU;
        bits += 6;
        if (bits < 8) continue;
        bits -= 8;
        made.push_back(static_cast<char>(held >> bits & 0xFFU));
    }
    return value::bytes(std::move(made));
}

}  // namespace

std::vector<function> encoder_functions() {
    return {{"base64.encode", {make_overload(false, {kind::bytes}, kind::string, encode)}, false},
            {"base64.decode", {make_overload(false, {kind::string}, kind::bytes, decode)}, false}};
}

}  // namespace rolloutd::policies::cel
