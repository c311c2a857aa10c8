#include "tests/simulator/yaml_reader.h"

#include <array>
#include <charconv>
#include <cmath>
#include <utility>

namespace coc_sim {
namespace {

template <typename Number>
std::optional<Number> parse_number(const std::string& text) {
    Number value{};
    const char* const end = text.data() + text.size();
    const auto [stop, failure] = std::from_chars(text.data(), end, value);
    if (failure != std::errc{} || stop != end) return std::nullopt;
    return value;
}

}  // namespace

void issue_list::add(const YAML::Mark& where, const std::string& what) {
    const std::string line = where.is_null() ? "1" : std::to_string(where.line + 1);
    lines_.push_back(file_ + ":" + line + ": " + what);
}

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
    constexpr std::array<std::pair<std::string_view, std::int64_t>, 5> units{
        {{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}}};
    constexpr std::int64_t most = std::int64_t{366} * 86'400'000;
    std::int64_t total = 0;
    std::size_t next_unit = 0;
    if (text.empty()) return std::nullopt;
    while (!text.empty()) {
        const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
        if (digits == 0 || digits > 12) return std::nullopt;
        std::int64_t amount = 0;
        std::from_chars(text.data(), text.data() + digits, amount);
        text.remove_prefix(digits);
        const std::string_view unit = text.substr(0, text.find_first_of("0123456789"));
        while (next_unit < units.size() && units[next_unit].first != unit)
            ++next_unit;
        if (next_unit == units.size() || amount > most / units[next_unit].second)
            return std::nullopt;
        total += amount * units[next_unit++].second;
        text.remove_prefix(unit.size());
    }
    if (total > most) return std::nullopt;
    return std::chrono::milliseconds(total);
}

map_reader::map_reader(const YAML::Node& node, std::string what, issue_list& issues)
    : node_(node), what_(std::move(what)), issues_(issues) {
    if (!node_.IsMap()) {
        issues_.add(node_.Mark(), what_ + " must be a mapping");
        node_.reset(YAML::Node(YAML::NodeType::Map));
        return;
    }
    std::set<std::string> seen;
    for (const auto& entry : node_) {
        if (!entry.first.IsScalar()) {
            issues_.add(entry.first.Mark(), what_ + ": a key must be a word");
        } else if (!seen.insert(entry.first.Scalar()).second) {
            issues_.add(entry.first.Mark(),
                        what_ + ": the key `" + entry.first.Scalar() + "` is given twice");
        }
    }
}

YAML::Node map_reader::child(const std::string& key) {
    known_.insert(key);
    for (const auto& entry : node_)
        if (entry.first.IsScalar() && entry.first.Scalar() == key && !entry.second.IsNull())
            return entry.second;
    return YAML::Node(YAML::NodeType::Undefined);
}

bool map_reader::has(const std::string& key) const {
    for (const auto& entry : node_)
        if (entry.first.IsScalar() && entry.first.Scalar() == key) return !entry.second.IsNull();
    return false;
}

std::optional<std::string> map_reader::text(const std::string& key) {
    const YAML::Node found = child(key);
    if (!found.IsDefined()) return std::nullopt;
    if (found.IsScalar()) return found.Scalar();
    complain(key, "must be a single value");
    return std::nullopt;
}

std::string map_reader::text_or(const std::string& key, std::string otherwise) {
    return text(key).value_or(std::move(otherwise));
}

std::int64_t map_reader::integer_or(const std::string& key, std::int64_t otherwise,
                                    int_range range) {
    const auto given = text(key);
    if (!given) return otherwise;
    const auto value = parse_number<std::int64_t>(*given);
    if (value && *value >= range.least && *value <= range.most) return *value;
    complain(key, "must be a whole number from " + std::to_string(range.least) + " to " +
                      std::to_string(range.most) + ", not `" + *given + "`");
    return otherwise;
}

double map_reader::number_or(const std::string& key, double otherwise, double_range range) {
    const auto given = text(key);
    if (!given) return otherwise;
    const auto value = parse_number<double>(*given);
    if (value && std::isfinite(*value) && *value >= range.least && *value <= range.most)
        return *value;
    complain(key, "must be a number from " + std::to_string(range.least) + " to " +
                      std::to_string(range.most) + ", not `" + *given + "`");
    return otherwise;
}

bool map_reader::flag_or(const std::string& key, bool otherwise) {
    const auto given = text(key);
    if (!given) return otherwise;
    if (*given == "true" || *given == "false") return *given == "true";
    complain(key, "must be true or false, not `" + *given + "`");
    return otherwise;
}

std::chrono::milliseconds map_reader::duration_or(const std::string& key,
                                                  std::chrono::milliseconds otherwise) {
    const auto given = text(key);
    if (!given) return otherwise;
    if (const auto length = parse_duration(*given)) return *length;
    complain(key, "must be a duration such as 500ms, 10s or 1m30s, not `" + *given + "`");
    return otherwise;
}

std::vector<std::string> map_reader::texts(const std::string& key) {
    const YAML::Node found = child(key);
    if (!found.IsDefined()) return {};
    if (found.IsScalar()) return {found.Scalar()};
    std::vector<std::string> all;
    if (!found.IsSequence()) complain(key, "must be a list");
    for (const auto& entry : found) {
        if (entry.IsScalar())
            all.push_back(entry.Scalar());
        else
            issues_.add(entry.Mark(), what_ + ": `" + key + "` must hold single values");
    }
    return all;
}

std::vector<int> map_reader::integers(const std::string& key, int_range range) {
    std::vector<int> all;
    for (const std::string& given : texts(key)) {
        const auto value = parse_number<int>(given);
        if (value && *value >= range.least && *value <= range.most) {
            all.push_back(*value);
        } else {
            complain(key, "must hold whole numbers from " + std::to_string(range.least) + " to " +
                              std::to_string(range.most) + ", not `" + given + "`");
        }
    }
    return all;
}

void map_reader::complain(const std::string& key, const std::string& what) {
    const YAML::Node found = child(key);
    issues_.add(found.IsDefined() ? found.Mark() : node_.Mark(), what_ + ": `" + key + "` " + what);
}

void map_reader::complain(const std::string& what) {
    issues_.add(node_.Mark(), what_ + ": " + what);
}

void map_reader::refuse_unknown() {
    for (const auto& entry : node_) {
        if (!entry.first.IsScalar() || known_.contains(entry.first.Scalar())) continue;
        std::string known;
        for (const std::string& key : known_)
            known += (known.empty() ? "" : ", ") + key;
        issues_.add(entry.first.Mark(),
                    what_ + ": unknown key `" + entry.first.Scalar() + "`; it may have: " + known);
    }
}

}  // namespace coc_sim
