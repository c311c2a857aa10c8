// Small values of test files: times, instances, statuses, texts.

#include <charconv>
#include <cstdio>

#include "policies/trial/trial_reading.h"

namespace rolloutd::policies::trial {

namespace {

// Reads digits at the front of `text` and takes them off.
std::optional<int> take_number(std::string_view& text, std::size_t digits) {
    if (text.size() < digits) return std::nullopt;
    int number = 0;
    const auto [stop, failed] = std::from_chars(text.data(), text.data() + digits, number);
    if (failed != std::errc{} || stop != text.data() + digits || number < 0) return std::nullopt;
    text.remove_prefix(digits);
    return number;
}

bool take_mark(std::string_view& text, std::string_view marks) {
    if (text.empty() || marks.find(text.front()) == std::string_view::npos) return false;
    text.remove_prefix(1);
    return true;
}

std::optional<std::chrono::sys_seconds> take_date(std::string_view& text) {
    const auto year = take_number(text, 4);
    if (!year || !take_mark(text, "-")) return std::nullopt;
    const auto month = take_number(text, 2);
    if (!month || !take_mark(text, "-")) return std::nullopt;
    const auto day = take_number(text, 2);
    if (!day || !take_mark(text, "T ")) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year{*year},
                                           std::chrono::month{static_cast<unsigned>(*month)},
                                           std::chrono::day{static_cast<unsigned>(*day)}};
    if (!date.ok() || *year < 1970) return std::nullopt;
    return std::chrono::sys_days{date};
}

// "18:00" or "18:00:30".
std::optional<std::chrono::seconds> take_clock(std::string_view& text) {
    const auto hours = take_number(text, 2);
    if (!hours || *hours > 23 || !take_mark(text, ":")) return std::nullopt;
    const auto minutes = take_number(text, 2);
    if (!minutes || *minutes > 59) return std::nullopt;
    int seconds = 0;
    if (take_mark(text, ":")) {
        const auto given = take_number(text, 2);
        if (!given || *given > 59) return std::nullopt;
        seconds = *given;
    }
    return std::chrono::hours{*hours} + std::chrono::minutes{*minutes} +
           std::chrono::seconds{seconds};
}

// "Z", "+08:00": the offset east of UTC.
std::optional<std::chrono::seconds> fixed_offset(std::string_view text) {
    if (text == "Z" || text == "UTC") return std::chrono::seconds{0};
    const bool west = text.starts_with('-');
    if (!take_mark(text, "+-")) return std::nullopt;
    const auto length = take_clock(text);
    if (!length || !text.empty()) return std::nullopt;
    return west ? -*length : *length;
}

}  // namespace

std::optional<timestamp> parse_start(std::string_view text, const cel::zone_source* zones) {
    const auto date = take_date(text);
    if (!date) return std::nullopt;
    const auto clock = take_clock(text);
    if (!clock) return std::nullopt;
    const std::chrono::sys_seconds local = *date + *clock;
    while (text.starts_with(' '))
        text.remove_prefix(1);
    if (const auto offset = fixed_offset(text)) return local - *offset;
    if (zones == nullptr || text.empty()) return std::nullopt;
    // The offset depends on the time that is looked for: the second guess is right but for the hour
    // that daylight saving skips.
    std::chrono::sys_seconds guess = local;
    for (int round = 0; round < 2; ++round) {
        const cel::instant at{.seconds = guess.time_since_epoch().count()};
        const auto offset = zones->offset(text, at);
        if (!offset) return std::nullopt;
        guess = local - *offset;
    }
    return guess;
}

std::vector<int> batch_starts(const ticket_shape& ticket) {
    std::vector<int> starts{0};
    for (const batch_shape& each : ticket.batches)
        starts.push_back(starts.back() + each.size);
    return starts;
}

std::optional<instance_id> read_instance(trial_reading& from, const yaml::node& what,
                                         const ticket_shape& ticket) {
    const auto text = yaml::read_text(from.report, what, "an instance");
    if (!text) return std::nullopt;
    std::string_view digits = *text;
    if (digits.starts_with("i-")) digits.remove_prefix(2);
    const int total = batch_starts(ticket).back();
    int number = 0;
    const auto [stop, failed] =
        std::from_chars(digits.data(), digits.data() + digits.size(), number);
    const bool whole = !digits.empty() && failed == std::errc{} &&
                       stop == digits.data() + digits.size() && digits.front() != '-';
    if (whole && number >= 1 && number <= total) return number;
    from.report.error(what, "bad-value",
                      whole ? "the ticket has instances i-1 to " + instance_name(total)
                            : "an instance is named i-1, i-2, …, through all batches",
                      "i-1 is the first instance of batch 1");
    return std::nullopt;
}

std::optional<std::map<std::string, std::string>> read_texts(trial_reading& from,
                                                             const yaml::node& map,
                                                             std::string_view what) {
    if (map.kind != yaml::node_kind::map) {
        if (map.kind != yaml::node_kind::broken) {
            from.report.error(map, "wrong-type",
                              std::string(what) + " is a map of names to texts, but here stands " +
                                  yaml::describe(map));
        }
        return std::nullopt;
    }
    constexpr std::size_t most = 200;
    if (map.members.size() > most) {
        from.report.error(map, "too-many", std::string(what) + " has more than 200 entries");
        return std::nullopt;
    }
    std::map<std::string, std::string> texts;
    for (const yaml::member& each : map.members) {
        if (each.value.kind == yaml::node_kind::scalar) {
            texts.emplace(each.key.value, each.value.value);
        } else if (each.value.kind != yaml::node_kind::broken) {
            from.report.error(each.value, "wrong-type",
                              std::string(what) + "." + each.key.value + " is a text");
        }
    }
    return texts;
}

std::optional<std::string> read_status(trial_reading& from, const yaml::node& what,
                                       std::string_view name,
                                       const std::vector<std::string>& words) {
    yaml::node lower = what;
    for (char& each : lower.value) {
        if (each >= 'A' && each <= 'Z') each = static_cast<char>(each - 'A' + 'a');
    }
    auto word = yaml::read_word(from.report, lower, name, words);
    if (!word) return std::nullopt;
    for (char& each : *word) {
        if (each >= 'a' && each <= 'z') each = static_cast<char>(each - 'a' + 'A');
    }
    return word;
}

}  // namespace rolloutd::policies::trial
