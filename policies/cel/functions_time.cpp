// The accessors of timestamps and durations. Months, days of the year and days of the month count
// from 0, getDate from 1, days of the week from Sunday: as the language has it.

#include <chrono>

#include "policies/cel/expression.h"
#include "policies/cel/functions.h"

namespace rolloutd::policies::cel {

namespace {

using kind = type_kind;
using arguments = std::span<const value>;
namespace chrono = std::chrono;

// A timestamp as the clocks of a zone show it.
struct local_time {
    chrono::year_month_day date;
    chrono::weekday weekday;
    std::int64_t second_of_day = 0;
    std::int32_t nanos = 0;
};

local_time shown(instant at, chrono::seconds offset) {
    const chrono::sys_seconds moved{chrono::seconds{at.seconds} + offset};
    const auto days = chrono::floor<chrono::days>(moved);
    return {chrono::year_month_day{days}, chrono::weekday{days}, (moved - days).count(), at.nanos};
}

// "+02:00", "-02:00" and "02:00".
std::optional<chrono::seconds> fixed_offset(std::string_view zone) {
    const bool negative = zone.starts_with('-');
    if (negative || zone.starts_with('+')) zone.remove_prefix(1);
    const auto digit = [&](std::size_t at) { return zone[at] >= '0' && zone[at] <= '9'; };
    if (zone.size() != 5 || zone[2] != ':' || !digit(0) || !digit(1) || !digit(3) || !digit(4)) {
        return std::nullopt;
    }
    const int hours = (zone[0] - '0') * 10 + (zone[1] - '0');
    const int minutes = (zone[3] - '0') * 10 + (zone[4] - '0');
    if (hours > 23 || minutes > 59) return std::nullopt;
    return chrono::seconds{(negative ? -60 : 60) * (hours * 60 + minutes)};
}

std::optional<chrono::seconds> offset_of(std::string_view zone, instant at, const scope& facts) {
    if (zone == "UTC" || zone.empty()) return chrono::seconds{0};
    if (const auto fixed = fixed_offset(zone)) return fixed;
    return facts.zones() ? facts.zones()->offset(zone, at) : std::nullopt;
}

using part = std::int64_t (*)(const local_time&);

template <part Part>
value of_timestamp(arguments given) {
    return value::integer(Part(shown(given[0].as_timestamp(), chrono::seconds{0})));
}

template <part Part>
value in_zone(arguments given, const scope& facts) {
    const auto offset = offset_of(given[1].as_string(), given[0].as_timestamp(), facts);
    if (!offset) return value::error("unknown_zone", "no time zone is named " + given[1].text());
    return value::integer(Part(shown(given[0].as_timestamp(), *offset)));
}

template <std::int64_t Nanos>
value of_duration(arguments given) {
    return value::integer(given[0].as_duration().count() / Nanos);
}

// Alone among them, this is not the whole duration but its millisecond part.
value milliseconds_of_duration(arguments given) {
    return value::integer(given[0].as_duration().count() / 1'000'000 % 1'000);
}

std::int64_t full_year(const local_time& at) { return int{at.date.year()}; }
std::int64_t month(const local_time& at) { return unsigned{at.date.month()} - 1; }
std::int64_t date(const local_time& at) { return unsigned{at.date.day()}; }
std::int64_t day_of_month(const local_time& at) { return unsigned{at.date.day()} - 1; }
std::int64_t day_of_week(const local_time& at) { return at.weekday.c_encoding(); }
std::int64_t day_of_year(const local_time& at) {
    return (chrono::sys_days{at.date} - chrono::sys_days{at.date.year() / 1 / 1}).count();
}
std::int64_t hours(const local_time& at) { return at.second_of_day / 3600; }
std::int64_t minutes(const local_time& at) { return at.second_of_day / 60 % 60; }
std::int64_t seconds(const local_time& at) { return at.second_of_day % 60; }
std::int64_t milliseconds(const local_time& at) { return at.nanos / 1'000'000; }

template <part Part>
function accessor(std::string name) {
    overload zoned;
    zoned.receiver = true;
    zoned.parameters = {kind::timestamp, kind::string};
    zoned.result = kind::integer;
    zoned.scoped = in_zone<Part>;
    return {std::move(name),
            {make_overload(true, {kind::timestamp}, kind::integer, of_timestamp<Part>), zoned},
            false};
}

template <part Part>
function accessor(std::string name, function_body whole) {
    function made = accessor<Part>(std::move(name));
    made.overloads.push_back(make_overload(true, {kind::duration}, kind::integer, whole));
    return made;
}

}  // namespace

std::vector<function> time_functions() {
    return {accessor<full_year>("getFullYear"),
            accessor<month>("getMonth"),
            accessor<date>("getDate"),
            accessor<day_of_month>("getDayOfMonth"),
            accessor<day_of_week>("getDayOfWeek"),
            accessor<day_of_year>("getDayOfYear"),
            accessor<hours>("getHours", of_duration<3'600'000'000'000>),
            accessor<minutes>("getMinutes", of_duration<60'000'000'000>),
            accessor<seconds>("getSeconds", of_duration<1'000'000'000>),
            accessor<milliseconds>("getMilliseconds", milliseconds_of_duration)};
}

}  // namespace rolloutd::policies::cel
