#pragma once
// The part of the scenario loader that reads rules, tickets, batches and instances. Called by
// scenario.cpp.

#include <yaml-cpp/yaml.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tests/simulator/model.h"
#include "tests/simulator/yaml_reader.h"

namespace coc_sim {

struct ticket_defaults {
    std::uint64_t seed = 1;
    rules behaviour;
};

struct duration_range {
    sim_duration least{0};
    sim_duration most{0};
};

// FNV-1a, mixed: the same on every machine, so that a scenario plays the same everywhere.
std::uint64_t stable_hash(std::string_view text, std::uint64_t seed);

// "SC" or "SCT", a date and nine hex digits, as the service's ids look (reference/coc-api.md §2).
std::string made_up_id(std::string_view prefix, std::string_view date, std::uint64_t hash);

// `takes: 5s` or `takes: {min: 2s, max: 4s}`.
duration_range read_takes(map_reader& map, duration_range otherwise, issue_list& issues);

// `rules:` on top of what is inherited; an undefined node changes nothing.
rules read_rules(const YAML::Node& node, rules inherited, issue_list& issues);

// One entry of `tickets:`; with `count: n` it stands for n tickets, `{n}` in texts being the
// number.
std::vector<ticket_plan> read_tickets(const YAML::Node& node, const ticket_defaults& defaults,
                                      issue_list& issues);

}  // namespace coc_sim
