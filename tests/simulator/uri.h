#pragma once
// The target of a request taken apart: path segments and query, percent-decoded. Pure; called by
// cloud.cpp.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace coc_sim {

struct uri {
    std::string path;   // as it came
    std::string query;  // as it came, without the '?'
    std::vector<std::string> segments;
    std::map<std::string, std::string> parameters;  // of repeated names the last
};

uri parse_uri(std::string_view target);

// A whole decimal number with an optional '-' and nothing else.
std::optional<std::int64_t> parse_integer(std::string_view text);

}  // namespace coc_sim
