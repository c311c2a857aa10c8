#include "policies/time.h"

#include <array>

namespace rolloutd::policies {

namespace {

namespace chrono = std::chrono;

std::string padded(long long number, std::size_t width) {
    std::string digits = std::to_string(number);
    return digits.size() < width ? std::string(width - digits.size(), '0') + digits : digits;
}

int number_at(std::string_view text, std::size_t at, std::size_t digits) {
    int made = 0;
    for (const char c : text.substr(at, digits)) {
        if (c < '0' || c > '9') return -1;
        made = made * 10 + (c - '0');
    }
    return made;
}

struct unit {
    std::string_view name;
    duration length;
};

constexpr std::array<unit, 4> units = {unit{"h", chrono::hours{1}}, unit{"m", chrono::minutes{1}},
                                       unit{"s", chrono::seconds{1}},
                                       unit{"ms", chrono::milliseconds{1}}};

constexpr duration longest = chrono::hours{24 * 366};

}  // namespace

std::string to_text(timestamp at) {
    const auto days = chrono::floor<chrono::days>(at);
    const chrono::year_month_day date{days};
    const chrono::hh_mm_ss time{at - days};
    return padded(int{date.year()}, 4) + "-" + padded(unsigned{date.month()}, 2) + "-" +
           padded(unsigned{date.day()}, 2) + "T" + padded(time.hours().count(), 2) + ":" +
           padded(time.minutes().count(), 2) + ":" + padded(time.seconds().count(), 2) + "." +
           padded(time.subseconds().count(), 3) + "Z";
}

std::optional<timestamp> parse_timestamp(std::string_view text) {
    constexpr std::string_view form = "dddd-dd-ddTdd:dd:dd.dddZ";
    if (text.size() != form.size()) return std::nullopt;
    for (std::size_t at = 0; at < form.size(); ++at) {
        const bool digit = text[at] >= '0' && text[at] <= '9';
        if (form[at] == 'd' ? !digit : text[at] != form[at]) return std::nullopt;
    }
    const chrono::year_month_day date{chrono::year{number_at(text, 0, 4)},
                                      chrono::month{static_cast<unsigned>(number_at(text, 5, 2))},
                                      chrono::day{static_cast<unsigned>(number_at(text, 8, 2))}};
    const int hour = number_at(text, 11, 2);
    const int minute = number_at(text, 14, 2);
    const int second = number_at(text, 17, 2);
    if (!date.ok() || hour > 23 || minute > 59 || second > 59) return std::nullopt;
    return chrono::sys_days{date} + chrono::hours{hour} + chrono::minutes{minute} +
           chrono::seconds{second} + chrono::milliseconds{number_at(text, 20, 3)};
}

std::string to_text(duration length) {
    if (length == duration::zero()) return "0s";
    std::string made;
    if (length < duration::zero()) {
        made = "-";
        length = -length;
    }
    for (const unit& one : units) {
        const auto count = length / one.length;
        if (count == 0) continue;
        made += std::to_string(count);
        made += one.name;
        length -= count * one.length;
    }
    return made;
}

std::optional<duration> parse_duration(std::string_view text) {
    if (text.empty()) return std::nullopt;
    duration sum{};
    auto next = units.begin();
    while (!text.empty()) {
        long long number = 0;
        std::size_t digits = 0;
        for (; digits < text.size() && text[digits] >= '0' && text[digits] <= '9'; ++digits) {
            number = number * 10 + (text[digits] - '0');
            if (number > longest.count()) return std::nullopt;
        }
        if (digits == 0) return std::nullopt;
        text.remove_prefix(digits);
        std::size_t letters = 0;
        while (letters < text.size() && text[letters] >= 'a' && text[letters] <= 'z')
            ++letters;
        const std::string_view name = text.substr(0, letters);
        while (next != units.end() && next->name != name)
            ++next;
        if (next == units.end()) return std::nullopt;
        if (number > longest / next->length) return std::nullopt;
        sum += number * next->length;
        if (sum > longest) return std::nullopt;
        ++next;
        text.remove_prefix(letters);
    }
    return sum;
}

}  // namespace rolloutd::policies
