#pragma once
// The only time types of the core. The core never asks for the time: it is handed in with each
// step.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace rolloutd::policies {

using duration = std::chrono::milliseconds;

// Wall-clock time in UTC, to the millisecond, as the journal records it.
using timestamp = std::chrono::sys_time<duration>;

// "2026-11-21T10:15:30.123Z"; always 24 characters for the years 0000 to 9999.
std::string to_text(timestamp at);

// Reads exactly the form that to_text writes; anything else is nullopt.
std::optional<timestamp> parse_timestamp(std::string_view text);

// "500ms", "10s", "5m", "1h30m"; zero is "0s", negative values carry a leading '-'.
std::string to_text(duration length);

// Reads what configuration and policies may say: a sequence of <digits><unit>, units h m s ms, each
// at most once and in falling order ("1h30m"). No sign, no fraction, no space; more than 366 days
// is nullopt.
std::optional<duration> parse_duration(std::string_view text);

}  // namespace rolloutd::policies
