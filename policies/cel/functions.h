#pragma once
// The standard functions of the language, by family. Each table entry is a name with its overloads;
// the bodies are pure and answer bad arguments with error values.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policies/cel/environment.h"

namespace rolloutd::policies::cel {

std::vector<function> string_functions();  // size, contains, startsWith, endsWith, matches
std::vector<function>
conversion_functions();                  // bool, int, uint, double, string, bytes, ... dyn, type
std::vector<function> time_functions();  // getFullYear and its kin

// The extensions: charAt and its kin; format and quote; math.*; optional.*; base64.*.
std::vector<function> text_functions();
std::vector<function> format_functions();
std::vector<function> math_functions();
std::vector<function> optional_functions();
std::vector<function> encoder_functions();

overload make_overload(bool receiver, std::vector<type> parameters, type result,
                       function_body body);
overload make_bounded(bool receiver, std::vector<type> parameters, type result, bounded_body body);

// Seconds of the years 0001 to 9999, the range of a timestamp.
constexpr std::int64_t first_second = -62135596800;
constexpr std::int64_t last_second = 253402300799;

// "2026-11-21T10:15:30.5+02:00" (RFC 3339); nullopt for anything else or out of range.
std::optional<instant> parse_instant(std::string_view text);
std::string instant_text(instant at);

// "1h30m", "1.5s", "-10ms": a sign, then numbers with units h m s ms us ns. nullopt for anything
// else.
std::optional<std::chrono::nanoseconds> parse_nanoseconds(std::string_view text);
std::string nanoseconds_text(std::chrono::nanoseconds length);  // "90s", "1.5s"

// at + length, at - length and a - b; an error value when out of range.
value add_to_instant(instant at, std::chrono::nanoseconds length);
value between(instant later, instant earlier);

}  // namespace rolloutd::policies::cel
