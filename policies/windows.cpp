#include "policies/windows.h"

#include <array>

namespace rolloutd::policies {

namespace {

constexpr int minutes_of_week = 7 * minutes_of_day;

// 1970-01-01 was a Thursday; weeks are counted from Monday 00:00.
constexpr std::int64_t epoch_minute = 3 * minutes_of_day;

int minute_of_week(timestamp now, std::chrono::seconds offset) {
    const auto local = now + offset;
    const std::int64_t minutes =
        std::chrono::floor<std::chrono::minutes>(local).time_since_epoch().count();
    const std::int64_t week = minutes_of_week;
    return static_cast<int>((((minutes + epoch_minute) % week) + week) % week);
}

bool in_span(const week_span& span, int minute) {
    if (span.from_minute < span.to_minute) {
        return minute >= span.from_minute && minute < span.to_minute;
    }
    return minute >= span.from_minute || minute < span.to_minute;
}

bool in_hours(const day_hours& hours, int minute) {
    const int day = minute / minutes_of_day;
    const int of_day = minute % minutes_of_day;
    const bool past_midnight = hours.to_minute <= hours.from_minute;
    if (!past_midnight) {
        return hours.days.contains(day) && of_day >= hours.from_minute && of_day < hours.to_minute;
    }
    if (hours.days.contains(day) && of_day >= hours.from_minute) return true;
    const int day_before = (day + 6) % 7;
    return hours.days.contains(day_before) && of_day < hours.to_minute;
}

bool matches(const window& what, int minute) {
    if (what.span) return in_span(*what.span, minute);
    return what.hours && in_hours(*what.hours, minute);
}

std::optional<std::chrono::seconds> offset_at(const window& what, timestamp at,
                                              const cel::zone_source* zones) {
    if (what.zone == "UTC") return std::chrono::seconds{0};
    if (zones == nullptr) return std::nullopt;
    const std::int64_t ms = at.time_since_epoch().count();
    return zones->offset(what.zone, cel::instant{.seconds = ms / 1000, .nanos = 0});
}

std::string described(const window& what, const char* how) {
    std::string text = how;
    if (!what.reason.empty()) text += " (" + what.reason + ")";
    return text;
}

}  // namespace

std::optional<bool> is_inside(const window& what, timestamp now, const cel::zone_source* zones) {
    // Near a change of the clocks a moment has two local times, one by the offset before and one by
    // that after it. A window that holds either of them holds the moment.
    constexpr auto reach = std::chrono::hours{1};
    const std::array moments{now, timestamp{now - reach}, timestamp{now + reach}};
    bool inside = false;
    for (const timestamp each : moments) {
        const auto offset = offset_at(what, each, zones);
        if (!offset) return std::nullopt;
        inside = inside || matches(what, minute_of_week(now, *offset));
    }
    return inside;
}

std::optional<std::string> withheld_by_window(const policy& owner, action what, timestamp now,
                                              const cel::zone_source* zones) {
    if (what == action::pause || what == action::notify) return std::nullopt;
    bool needs_open = false;
    bool is_open = false;
    for (const window& each : owner.windows) {
        if (!each.what.contains(what)) continue;
        const std::optional<bool> inside = is_inside(each, now, zones);
        if (!each.allow && inside.value_or(true)) {
            return described(
                each, inside ? "a deny window is open" : "the zone of a deny window is not known");
        }
        if (each.allow) {
            needs_open = true;
            is_open = is_open || inside.value_or(false);
        }
    }
    if (needs_open && !is_open) return "no allow window is open";
    return std::nullopt;
}

std::optional<timestamp> withheld_until(const policy& owner, action what, timestamp now,
                                        duration reach, const cel::zone_source* zones) {
    constexpr duration minute = std::chrono::minutes{1};
    if (withheld_by_window(owner, what, now, zones)) return std::nullopt;
    timestamp edge = std::chrono::floor<std::chrono::minutes>(now);
    for (; now - edge < reach; edge -= minute) {
        if (withheld_by_window(owner, what, edge - duration{1}, zones)) return edge;
    }
    return std::nullopt;
}

std::optional<timestamp> next_window_edge(const policy& owner, action what, timestamp now) {
    if (what == action::pause || what == action::notify) return std::nullopt;
    for (const window& each : owner.windows) {
        if (!each.what.contains(what)) continue;
        return std::chrono::floor<std::chrono::minutes>(now) + std::chrono::minutes{1};
    }
    return std::nullopt;
}

}  // namespace rolloutd::policies
