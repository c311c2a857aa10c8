// Typed values out of scalars: the second half of fields.h.

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "policies/yaml/fields.h"

namespace rolloutd::policies::yaml {
namespace {

bool is_scalar(problems& report, const node& from, std::string_view what,
               std::string_view expected) {
    if (from.kind == node_kind::scalar) return true;
    if (from.kind != node_kind::broken) {
        report.error(from, "wrong-type",
                     std::string(what) + " is " + std::string(expected) + ", but here stands " +
                         describe(from),
                     "write a single value");
    }
    return false;
}

std::nullopt_t refuse(problems& report, const node& from, std::string_view what,
                      std::string_view expected, std::string hint = {}) {
    report.error(
        from, "wrong-type",
        std::string(what) + " is " + std::string(expected) + ", but here stands " + describe(from),
        std::move(hint));
    return std::nullopt;
}

std::optional<std::int64_t> digits(std::string_view text) {
    std::int64_t number = 0;
    const char* end = text.data() + text.size();
    const auto [stop, failed] = std::from_chars(text.data(), end, number);
    if (text.empty() || failed != std::errc{} || stop != end) return std::nullopt;
    return number;
}

std::string tenths_text(std::int64_t tenths) {
    std::string text = std::to_string(tenths / 10);
    if (tenths % 10 != 0) text += "." + std::to_string(tenths % 10);
    return text + "%";
}

// "12", "12.5": tenths.
std::optional<std::int64_t> parse_tenths(std::string_view text) {
    const std::size_t dot = text.find('.');
    const std::string_view whole = text.substr(0, dot);
    if (whole.size() > 4 || whole.find_first_not_of("0123456789") != std::string_view::npos) {
        return std::nullopt;
    }
    const std::optional<std::int64_t> units = digits(whole);
    if (!units) return std::nullopt;
    if (dot == std::string_view::npos) return *units * 10;
    const std::string_view part = text.substr(dot + 1);
    if (part.size() != 1 || part.front() < '0' || part.front() > '9') return std::nullopt;
    return *units * 10 + (part.front() - '0');
}

}  // namespace

std::optional<std::string> read_text(problems& report, const node& from, std::string_view what) {
    if (!is_scalar(report, from, what, "a text")) return std::nullopt;
    if (from.value.empty()) {
        report.error(from, "empty-value", std::string(what) + " is empty");
        return std::nullopt;
    }
    return from.value;
}

std::optional<bool> read_flag(problems& report, const node& from, std::string_view what) {
    if (!is_scalar(report, from, what, "true or false")) return std::nullopt;
    if (from.is_plain() && from.value == "true") return true;
    if (from.is_plain() && from.value == "false") return false;
    return refuse(report, from, what, "true or false", "write it without quotes");
}

std::optional<int> read_whole(problems& report, const node& from, std::string_view what,
                              whole_range within) {
    constexpr std::string_view expected = "a whole number";
    if (!is_scalar(report, from, what, expected)) return std::nullopt;
    if (!from.is_plain()) {
        return refuse(report, from, what, expected, "write it without quotes");
    }
    const std::optional<std::int64_t> number = digits(from.value);
    if (!number) return refuse(report, from, what, expected);
    if (*number < within.least || *number > within.most) {
        report.error(from, "out-of-range",
                     std::string(what) + " lies between " + std::to_string(within.least) + " and " +
                         std::to_string(within.most));
        return std::nullopt;
    }
    return static_cast<int>(*number);
}

std::optional<duration> read_duration(problems& report, const node& from, std::string_view what,
                                      time_range within) {
    constexpr std::string_view expected = "a duration";
    if (!is_scalar(report, from, what, expected)) return std::nullopt;
    const std::optional<duration> length = parse_duration(from.value);
    if (!length) {
        const bool bare =
            !from.value.empty() && from.value.find_first_not_of("0123456789") == std::string::npos;
        const bool days = from.value.ends_with('d');
        return refuse(report, from, what, expected,
                      bare   ? "add a unit: '" + from.value + "s' or '" + from.value + "m'"
                      : days ? "days are written in hours: '24h'"
                             : "write it like 500ms, 10s, 5m or 1h30m");
    }
    if (*length < within.least || *length > within.most) {
        report.error(from, "out-of-range",
                     std::string(what) + " lies between " + to_text(within.least) + " and " +
                         to_text(within.most));
        return std::nullopt;
    }
    return length;
}

std::optional<int> read_share(problems& report, const node& from, std::string_view what,
                              whole_range tenths) {
    constexpr std::string_view expected = "a share in percent";
    if (!is_scalar(report, from, what, expected)) return std::nullopt;
    std::string_view text = from.value;
    if (!text.ends_with('%')) {
        return refuse(report, from, what, expected, "write it like 5% or 2.5%");
    }
    text.remove_suffix(1);
    const std::optional<std::int64_t> share = parse_tenths(text);
    if (!share) return refuse(report, from, what, expected, "write it like 5% or 2.5%");
    if (*share < tenths.least || *share > tenths.most) {
        report.error(from, "out-of-range",
                     std::string(what) + " lies between " + tenths_text(tenths.least) + " and " +
                         tenths_text(tenths.most));
        return std::nullopt;
    }
    return static_cast<int>(*share);
}

std::optional<std::int64_t> read_size(problems& report, const node& from, std::string_view what,
                                      whole_range bytes) {
    constexpr std::string_view expected = "a size";
    if (!is_scalar(report, from, what, expected)) return std::nullopt;
    // The longer units first: every one ends in B.
    constexpr std::array<std::pair<std::string_view, int>, 5> units{
        {{"TiB", 40}, {"GiB", 30}, {"MiB", 20}, {"KiB", 10}, {"B", 0}}};
    for (const auto& [unit, shift] : units) {
        if (!from.value.ends_with(unit)) continue;
        const std::string_view number =
            std::string_view(from.value).substr(0, from.value.size() - unit.size());
        const std::optional<std::int64_t> count = digits(number);
        if (!count || *count < 0) break;
        if (*count > (bytes.most >> shift) || (*count << shift) < bytes.least) {
            report.error(from, "out-of-range",
                         std::string(what) + " lies between " + std::to_string(bytes.least) +
                             "B and " + std::to_string(bytes.most) + "B");
            return std::nullopt;
        }
        return *count << shift;
    }
    return refuse(report, from, what, expected, "write it like 512KiB, 64MiB or 10GiB");
}

std::optional<std::string> read_word(problems& report, const node& from, std::string_view what,
                                     const std::vector<std::string>& words) {
    if (!is_scalar(report, from, what, "one of " + one_of(words))) return std::nullopt;
    if (std::find(words.begin(), words.end(), from.value) != words.end()) return from.value;
    const std::string near = nearest(from.value, words);
    report.error(
        from, "bad-value",
        std::string(what) + " is one of " + one_of(words) + ", but here stands " + describe(from),
        near.empty() ? "write one of these words" : "did you mean '" + near + "'?");
    return std::nullopt;
}

std::optional<std::string> read_name(problems& report, const node& from, std::string_view what) {
    const std::optional<std::string> name = read_text(report, from, what);
    if (!name) return std::nullopt;
    constexpr std::size_t longest = 64;
    constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyz0123456789-";
    if (name->size() <= longest && name->find_first_not_of(allowed) == std::string::npos) {
        return name;
    }
    report.error(from, "bad-value",
                 std::string(what) + " is made of a-z, 0-9 and '-', at most 64 of them, but here " +
                     "stands " + describe(from));
    return std::nullopt;
}

const std::vector<node>* read_list(problems& report, const node& from, std::string_view what) {
    if (from.kind == node_kind::list) return &from.items;
    if (from.kind != node_kind::broken) {
        report.error(from, "wrong-type",
                     std::string(what) + " is a list, but here stands " + describe(from),
                     "write it as [a, b] or with one `- ` line each");
    }
    return nullptr;
}

}  // namespace rolloutd::policies::yaml
