// Texts of timestamps and durations, and arithmetic with them.

#include <charconv>
#include <chrono>
#include <limits>

#include "policies/cel/functions.h"

namespace rolloutd::policies::cel {

namespace {

constexpr std::int64_t nanos_per_second = 1'000'000'000;

// Wide enough for any sum of what int64 nanoseconds can hold.
__extension__ typedef __int128 wide_integer;

// Reads exactly `digits` digits at `at`, or -1.
int number_at(std::string_view text, std::size_t at, std::size_t digits) {
    if (at + digits > text.size()) return -1;
    int made = 0;
    for (const char c : text.substr(at, digits)) {
        if (c < '0' || c > '9') return -1;
        made = made * 10 + (c - '0');
    }
    return made;
}

// Reads ".123" at `at` as nanoseconds and moves `at` past it.
std::optional<std::int32_t> fraction_at(std::string_view text, std::size_t& at) {
    if (at >= text.size() || text[at] != '.') return 0;
    std::int32_t nanos = 0;
    std::int32_t weight = 100'000'000;
    const std::size_t begin = ++at;
    while (at < text.size() && text[at] >= '0' && text[at] <= '9') {
        nanos += (text[at] - '0') * weight;
        weight /= 10;
        ++at;
    }
    if (at == begin || at - begin > 9) return std::nullopt;
    return nanos;
}

std::optional<int> zone_at(std::string_view zone) {
    if (zone == "Z" || zone == "z") return 0;
    if (zone.size() != 6 || (zone[0] != '+' && zone[0] != '-') || zone[3] != ':') {
        return std::nullopt;
    }
    const int hours = number_at(zone, 1, 2);
    const int minutes = number_at(zone, 4, 2);
    if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return std::nullopt;
    return (zone[0] == '-' ? -60 : 60) * (hours * 60 + minutes);
}

std::string padded(std::int64_t number, std::size_t width) {
    std::string digits = std::to_string(number);
    return digits.size() < width ? std::string(width - digits.size(), '0') + digits : digits;
}

std::string fraction_text(std::int64_t nanos) {
    if (nanos == 0) return "";
    std::string digits = padded(nanos, 9);
    digits.erase(digits.find_last_not_of('0') + 1);
    return "." + digits;
}

value out_of_range(std::string_view what) {
    return value::error("out_of_range", std::string(what) + " is out of range");
}

}  // namespace

std::optional<instant> parse_instant(std::string_view text) {
    namespace chrono = std::chrono;
    const auto is = [&](std::size_t at, char c) { return at < text.size() && text[at] == c; };
    const int year = number_at(text, 0, 4);
    const int month = number_at(text, 5, 2);
    const int day = number_at(text, 8, 2);
    const int hour = number_at(text, 11, 2);
    const int minute = number_at(text, 14, 2);
    const int second = number_at(text, 17, 2);
    if (year < 0 || month < 0 || day < 0 || hour < 0 || minute < 0 || second < 0 || !is(4, '-') ||
        !is(7, '-') || (!is(10, 'T') && !is(10, 't')) || !is(13, ':') || !is(16, ':')) {
        return std::nullopt;
    }
    const chrono::year_month_day date{chrono::year{year},
                                      chrono::month{static_cast<unsigned>(month)},
                                      chrono::day{static_cast<unsigned>(day)}};
    std::size_t at = 19;
    const auto nanos = fraction_at(text, at);
    if (!date.ok() || hour > 23 || minute > 59 || second > 59 || !nanos) return std::nullopt;
    const auto zone = zone_at(text.substr(at));
    if (!zone) return std::nullopt;
    const std::int64_t days = chrono::sys_days(date).time_since_epoch().count();
    const std::int64_t seconds = days * 86400 + hour * 3600 + minute * 60 + second - *zone;
    if (seconds < first_second || seconds > last_second) return std::nullopt;
    return instant{seconds, *nanos};
}

std::string instant_text(instant at) {
    namespace chrono = std::chrono;
    const chrono::sys_seconds whole{chrono::seconds{at.seconds}};
    const auto days = chrono::floor<chrono::days>(whole);
    const chrono::year_month_day date{days};
    const chrono::hh_mm_ss time{whole - days};
    return padded(int{date.year()}, 4) + "-" + padded(unsigned{date.month()}, 2) + "-" +
           padded(unsigned{date.day()}, 2) + "T" + padded(time.hours().count(), 2) + ":" +
           padded(time.minutes().count(), 2) + ":" + padded(time.seconds().count(), 2) +
           fraction_text(at.nanos) + "Z";
}

namespace {

struct unit_entry {
    std::string_view name;
    std::int64_t nanos;
};

constexpr unit_entry units[] = {
    {"h", 3600 * nanos_per_second}, {"ms", 1'000'000}, {"m", 60 * nanos_per_second},
    {"s", nanos_per_second},        {"us", 1'000},     {"\xC2\xB5s", 1'000},
    {"\xCE\xBCs", 1'000},           {"ns", 1}};

// One "12.5m" at the front of `rest`, which is moved past it; in nanoseconds, as a wide number.
std::optional<wide_integer> part_of_duration(std::string_view& rest) {
    wide_integer whole = 0;
    wide_integer fraction = 0;
    wide_integer scale = 1;
    std::size_t at = 0;
    std::size_t digits = 0;
    for (; at < rest.size() && rest[at] >= '0' && rest[at] <= '9'; ++at, ++digits) {
        whole = whole * 10 + (rest[at] - '0');
        if (digits > 18) return std::nullopt;
    }
    if (at < rest.size() && rest[at] == '.') {
        for (++at; at < rest.size() && rest[at] >= '0' && rest[at] <= '9'; ++at, ++digits) {
            if (scale >= 1'000'000'000'000) continue;
            fraction = fraction * 10 + (rest[at] - '0');
            scale *= 10;
        }
    }
    if (digits == 0) return std::nullopt;
    rest.remove_prefix(at);
    for (const unit_entry& unit : units) {
        if (!rest.starts_with(unit.name)) continue;
        rest.remove_prefix(unit.name.size());
        return whole * unit.nanos + fraction * unit.nanos / scale;
    }
    return std::nullopt;
}

}  // namespace

std::optional<std::chrono::nanoseconds> parse_nanoseconds(std::string_view text) {
    const bool negative = text.starts_with('-');
    if (negative || text.starts_with('+')) text.remove_prefix(1);
    if (text == "0") return std::chrono::nanoseconds{0};
    if (text.empty()) return std::nullopt;
    wide_integer sum = 0;
    const wide_integer most = wide_integer{std::numeric_limits<std::int64_t>::max()} + negative;
    while (!text.empty()) {
        const auto part = part_of_duration(text);
        if (!part) return std::nullopt;
        sum += *part;
        if (sum > most) return std::nullopt;
    }
    return std::chrono::nanoseconds{static_cast<std::int64_t>(negative ? -sum : sum)};
}

std::string nanoseconds_text(std::chrono::nanoseconds length) {
    const std::int64_t count = length.count();
    const std::int64_t whole = count / nanos_per_second;
    const std::int64_t rest = count % nanos_per_second;
    const std::string sign = count < 0 ? "-" : "";
    return sign + std::to_string(whole < 0 ? -whole : whole) +
           fraction_text(rest < 0 ? -rest : rest) + "s";
}

value add_to_instant(instant at, std::chrono::nanoseconds length) {
    std::int64_t seconds = at.seconds + length.count() / nanos_per_second;
    std::int64_t nanos = at.nanos + length.count() % nanos_per_second;
    if (nanos < 0) {
        nanos += nanos_per_second;
        --seconds;
    }
    if (nanos >= nanos_per_second) {
        nanos -= nanos_per_second;
        ++seconds;
    }
    if (seconds < first_second || seconds > last_second) return out_of_range("this timestamp");
    return value::timestamp(instant{seconds, static_cast<std::int32_t>(nanos)});
}

value between(instant later, instant earlier) {
    const wide_integer nanos =
        static_cast<wide_integer>(later.seconds - earlier.seconds) * nanos_per_second +
        later.nanos - earlier.nanos;
    if (nanos > std::numeric_limits<std::int64_t>::max() ||
        nanos < std::numeric_limits<std::int64_t>::min()) {
        return out_of_range("this duration");
    }
    return value::duration(std::chrono::nanoseconds{static_cast<std::int64_t>(nanos)});
}

}  // namespace rolloutd::policies::cel
