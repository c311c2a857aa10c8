// The windows of a policy file: when operations may or may not be done.

#include <algorithm>
#include <array>

#include "policies/policy_reader.h"
#include "policies/windows.h"

namespace rolloutd::policies {
namespace {

using yaml::fields;
using yaml::node;

const std::vector<std::string>& day_names() {
    static const std::vector<std::string> names = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    return names;
}

std::optional<int> parse_day(std::string_view text) {
    const auto found = std::find(day_names().begin(), day_names().end(), text);
    if (found == day_names().end()) return std::nullopt;
    return static_cast<int>(found - day_names().begin());
}

// "09:00"; 24:00 is the end of a day.
std::optional<int> parse_clock(std::string_view text) {
    if (text.size() != 5 || text[2] != ':') return std::nullopt;
    for (const std::size_t at : {0U, 1U, 3U, 4U}) {
        if (text[at] < '0' || text[at] > '9') return std::nullopt;
    }
    const int hour = (text[0] - '0') * 10 + (text[1] - '0');
    const int minute = (text[3] - '0') * 10 + (text[4] - '0');
    if (minute > 59 || hour * 60 + minute > minutes_of_day) return std::nullopt;
    return hour * 60 + minute;
}

void refuse(policy_reading& from, const node& value, const std::string& what,
            const std::string& hint) {
    if (value.kind == yaml::node_kind::broken) return;
    from.report.error(value, "bad-value", what + ", but here stands " + describe(value), hint);
}

// "Fri 18:00", in minutes since Monday 00:00.
std::optional<int> read_week_time(policy_reading& from, const node& value, const std::string& key) {
    if (value.kind == yaml::node_kind::scalar && value.value.size() > 4 && value.value[3] == ' ') {
        const std::optional<int> day = parse_day(std::string_view(value.value).substr(0, 3));
        const std::optional<int> clock = parse_clock(std::string_view(value.value).substr(4));
        if (day && clock) return (*day * minutes_of_day + *clock) % (7 * minutes_of_day);
    }
    refuse(from, value, "`" + key + "` is a day and a time", "write it like Fri 18:00");
    return std::nullopt;
}

// "Mon" or "Mon-Fri"; a range may run over the week's end.
std::optional<std::set<int>> parse_days(std::string_view text) {
    const std::size_t dash = text.find('-');
    const std::optional<int> first = parse_day(text.substr(0, dash));
    const std::optional<int> last =
        dash == std::string_view::npos ? first : parse_day(text.substr(dash + 1));
    if (!first || !last) return std::nullopt;
    std::set<int> days;
    for (int day = *first;; day = (day + 1) % 7) {
        days.insert(day);
        if (day == *last) return days;
    }
}

std::set<int> read_days(policy_reading& from, const node& value) {
    std::set<int> days;
    const auto take = [&](const node& one) {
        const auto some =
            one.kind == yaml::node_kind::scalar ? parse_days(one.value) : std::nullopt;
        if (some) {
            days.insert(some->begin(), some->end());
            return;
        }
        const std::string near = nearest(one.value, day_names());
        refuse(from, one,
               "a day is one of " + yaml::one_of(day_names()) + " or a range like Mon-Fri",
               near.empty() ? "" : "did you mean '" + near + "'?");
    };
    if (value.kind != yaml::node_kind::list) {
        take(value);
        return days;
    }
    for (const node& one : value.items)
        take(one);
    if (value.items.empty() && value.complete) {
        from.report.error(value, "empty-value", "`days` names no day");
    }
    return days;
}

void read_hours(policy_reading& from, const node& value, day_hours& into) {
    const std::string& text = value.value;
    if (value.kind == yaml::node_kind::scalar && text.size() == 11 && text[5] == '-') {
        const auto begin = parse_clock(std::string_view(text).substr(0, 5));
        const auto end = parse_clock(std::string_view(text).substr(6));
        if (begin && end && *begin < minutes_of_day) {
            into.from_minute = *begin;
            into.to_minute = *end;
            return;
        }
    }
    refuse(from, value, "`hours` is a stretch of a day", "write it like 09:00-17:00");
}

void read_time(policy_reading& from, const node& value, fields& given, window& into) {
    const node* begin = given.find("from");
    const node* end = given.find("to");
    const node* days = given.find("days");
    const node* hours = given.find("hours");
    const bool span = given.has("from") || given.has("to");
    const bool daily = given.has("days") || given.has("hours");
    if (given.usable() && value.complete && span == daily) {
        from.report.error(
            value, "window",
            span ? "a window has either from and to, or days and hours"
                 : "a window does not say when it is",
            "{from: Fri 18:00, to: Mon 08:00} or {days: Mon-Fri, hours: 09:00-17:00}");
        return;
    }
    if (span) {
        begin = begin != nullptr ? begin : given.require("from", "write it like Fri 18:00");
        end = end != nullptr ? end : given.require("to", "write it like Mon 08:00");
        const auto first = begin ? read_week_time(from, *begin, "from") : std::nullopt;
        const auto last = end ? read_week_time(from, *end, "to") : std::nullopt;
        if (!first || !last) return;
        if (*first == *last) {
            from.report.error(*end, "window", "the window ends when it begins",
                              "remove it, or leave a minute out of the week");
            return;
        }
        into.span = week_span{*first, *last};
    } else if (daily) {
        into.hours = day_hours{};
        days = days != nullptr ? days : given.require("days", "write it like Mon-Fri");
        hours = hours != nullptr ? hours : given.require("hours", "write it like 09:00-17:00");
        if (days != nullptr) into.hours->days = read_days(from, *days);
        if (hours != nullptr) read_hours(from, *hours, *into.hours);
    }
}

void read_actions(policy_reading& from, const node& list, window& into) {
    const auto take = [&](const node& one) {
        const auto what = read_action(from.report, one, into.allow ? "`allow`" : "`deny`");
        if (!what) return;
        if (!into.allow && (*what == action::pause || *what == action::notify)) {
            from.report.error(one, "window",
                              std::string(to_text(*what)) + " cannot be denied by a window",
                              "protection works at all times; remove it from the list");
            return;
        }
        into.what.insert(*what);
    };
    if (list.kind != yaml::node_kind::list) {
        take(list);
        return;
    }
    for (const node& one : list.items)
        take(one);
    if (list.items.empty() && list.complete) {
        from.report.error(list, "empty-value", "the window is about no operation");
    }
}

// Any time will do: a zone that is known has an offset at all of them.
bool is_known_zone(const cel::zone_source& zones, const std::string& name) {
    return zones.offset(name, cel::instant{}).has_value();
}

window read_window(policy_reading& from, const node& value) {
    window made;
    fields given(from.report, value, "a window");
    made.where = {from.report.file().name(), from.report.file().at(value.where.begin).line};
    const node* deny = given.find("deny");
    const node* allow = given.find("allow");
    if (given.usable() && value.complete && given.has("deny") == given.has("allow")) {
        from.report.error(value, "window", "a window has either `deny` or `allow`",
                          "{deny: [continue], from: Fri 18:00, to: Mon 08:00}");
    }
    made.allow = allow != nullptr && deny == nullptr;
    if (deny != nullptr) read_actions(from, *deny, made);
    if (made.allow) read_actions(from, *allow, made);
    read_time(from, value, given, made);
    if (const node* zone = given.find("zone")) {
        made.zone = read_text(from.report, *zone, "zone").value_or(made.zone);
        if (from.zones != nullptr && !is_known_zone(*from.zones, made.zone)) {
            from.report.error(*zone, "unknown-zone", "no time zone is named '" + made.zone + "'",
                              "write it like Asia/Shanghai");
        }
    }
    if (const node* reason = given.find("reason")) {
        made.reason = read_text(from.report, *reason, "reason").value_or("");
    }
    given.finish();
    return made;
}

}  // namespace

std::vector<window> read_windows(policy_reading& from, const std::vector<node>& list) {
    std::vector<window> made;
    for (const node& each : list)
        made.push_back(read_window(from, each));
    return made;
}

}  // namespace rolloutd::policies
