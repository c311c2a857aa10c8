#pragma once
// Strict reading of a YAML mapping: unknown and repeated keys, wrong types and values out of range
// become issues with file and line, all collected, and reading goes on with a default. It knows no
// scenario. Called by the scenario loader only.

#include <yaml-cpp/yaml.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace coc_sim {

// "file:line: what is wrong", in the order of reading.
class issue_list {
public:
    explicit issue_list(std::string file) : file_(std::move(file)) {}
    void add(const YAML::Mark& where, const std::string& what);
    const std::vector<std::string>& lines() const { return lines_; }
    bool empty() const { return lines_.empty(); }

private:
    std::string file_;
    std::vector<std::string> lines_;
};

// "500ms", "10s", "5m", "1h30m": units in falling order, each once, at most 366 days.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

struct int_range {
    std::int64_t least = 0;
    std::int64_t most = 0;
};

struct double_range {
    double least = 0;
    double most = 0;
};

class map_reader {
public:
    // `what` names the mapping in messages ("ticket", "fault"). Anything but a mapping is an issue.
    map_reader(const YAML::Node& node, std::string what, issue_list& issues);

    // Each takes the key off the list of unknown ones; an absent key gives the default without an
    // issue.
    std::optional<std::string> text(const std::string& key);
    std::string text_or(const std::string& key, std::string otherwise);
    std::int64_t integer_or(const std::string& key, std::int64_t otherwise, int_range range);
    double number_or(const std::string& key, double otherwise, double_range range);
    bool flag_or(const std::string& key, bool otherwise);
    std::chrono::milliseconds duration_or(const std::string& key,
                                          std::chrono::milliseconds otherwise);
    std::vector<std::string> texts(const std::string& key);  // a list of scalars, or one
    std::vector<int> integers(const std::string& key, int_range range);
    // The raw node, undefined when the key is absent; null values count as absent everywhere.
    YAML::Node child(const std::string& key);
    bool has(const std::string& key) const;

    void complain(const std::string& key, const std::string& what);
    void complain(const std::string& what);
    // Every key that nobody asked for becomes an issue.
    void refuse_unknown();

private:
    YAML::Node node_;
    std::string what_;
    issue_list& issues_;
    std::set<std::string> known_;
};

}  // namespace coc_sim
