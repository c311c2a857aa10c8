#include "tests/simulator/scenario.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <functional>
#include <set>

#include "tests/simulator/ticket_reader.h"
#include "tests/simulator/yaml_reader.h"

namespace coc_sim {
namespace {

constexpr double slowest = 0.01;
constexpr double fastest = 10'000;
constexpr std::size_t most_tickets = 20'000;
constexpr std::int64_t most_body = 256 << 20;

void read_window(map_reader& map, fault_plan& fault) {
    constexpr int_range counts{1, 1'000'000'000};
    if (map.has("nth")) {
        fault.from = static_cast<std::uint64_t>(map.integer_or("nth", 1, counts));
        fault.to = fault.from;
        if (map.has("from") || map.has("to") || map.has("every"))
            map.complain("nth", "stands alone: it excludes from, to and every");
    }
    if (map.has("from")) fault.from = static_cast<std::uint64_t>(map.integer_or("from", 1, counts));
    if (map.has("to")) fault.to = static_cast<std::uint64_t>(map.integer_or("to", 1, counts));
    if (fault.to && *fault.to < fault.from) map.complain("to", "must not be less than from");
    fault.every = static_cast<std::uint64_t>(map.integer_or("every", 1, counts));
    fault.after = map.duration_or("after", fault.after);
    if (map.has("until")) fault.until = map.duration_or("until", fault.after);
    if (fault.until && *fault.until <= fault.after)
        map.complain("until", "must be later than after");
}

fault_plan read_fault(const YAML::Node& node, issue_list& issues) {
    map_reader map(node, "fault", issues);
    fault_plan fault;
    const std::string word = map.text_or("kind", "");
    if (const auto kind = parse_fault_kind(word)) {
        fault.kind = *kind;
    } else {
        map.complain("kind",
                     "must be one of delay, status, reset_before, reset_after, truncate, garbage, "
                     "hang, stale, wrong_type, huge, close");
    }
    fault.method = map.text_or("method", "");
    fault.path = map.text_or("path", "");
    if (const RE2 probe(fault.path, RE2::Quiet); !probe.ok())
        map.complain("path", "is no regular expression: " + probe.error());
    fault.ticket = map.text_or("ticket", "");
    read_window(map, fault);
    fault.delay = map.duration_or("delay", fault.delay);
    if (fault.kind == fault_kind::delay && !map.has("delay"))
        map.complain("a fault of kind delay needs `delay`");
    fault.status = static_cast<unsigned>(map.integer_or("status", 500, {200, 599}));
    fault.code = map.text_or("code", "");
    fault.message = map.text_or("message", "");
    fault.body = map.text_or("body", "");
    fault.size = static_cast<std::uint64_t>(map.integer_or("size", 32 << 20, {1, most_body}));
    fault.applied = map.flag_or("applied", applied_by_default(fault.kind));
    if (!fault.applied && applied_by_default(fault.kind))
        map.complain("applied", "cannot be false for a fault that answers what was asked");
    map.refuse_unknown();
    return fault;
}

posted_plan read_posted(const YAML::Node& node, issue_list& issues) {
    posted_plan posted;
    if (!node.IsDefined()) return posted;
    map_reader map(node, "posted", issues);
    const duration_range takes = read_takes(map, {posted.takes_min, posted.takes_max}, issues);
    posted.takes_min = takes.least;
    posted.takes_max = takes.most;
    posted.start_delay = map.duration_or("start_delay", posted.start_delay);
    posted.fail_every = static_cast<int>(map.integer_or("fail_every", 0, {0, 1000}));
    posted.creator = map.text_or("creator", posted.creator);
    map.refuse_unknown();
    return posted;
}

void read_top(const YAML::Node& root, scenario& made, issue_list& issues) {
    map_reader map(root, "scenario", issues);
    if (map.integer_or("version", 1, {1, 1}) != 1) return;
    made.speed = map.number_or("speed", 1, {slowest, fastest});
    made.seed = static_cast<std::uint64_t>(
        map.integer_or("seed", 1, {0, std::numeric_limits<std::int64_t>::max()}));
    made.behaviour = read_rules(map.child("rules"), rules{}, issues);
    made.posted = read_posted(map.child("posted"), issues);
    const ticket_defaults defaults{.seed = made.seed, .behaviour = made.behaviour};
    const YAML::Node tickets = map.child("tickets");
    if (tickets.IsDefined() && !tickets.IsSequence()) map.complain("tickets", "must be a list");
    if (tickets.IsSequence())
        for (const auto& node : tickets)
            for (ticket_plan& plan : read_tickets(node, defaults, issues))
                made.tickets.push_back(std::move(plan));
    const YAML::Node faults = map.child("faults");
    if (faults.IsDefined() && !faults.IsSequence()) map.complain("faults", "must be a list");
    if (faults.IsSequence())
        for (const auto& node : faults)
            made.faults.push_back(read_fault(node, issues));
    if (made.tickets.size() > most_tickets)
        map.complain("tickets", "are more than " + std::to_string(most_tickets));
    std::set<std::string> ids;
    for (const ticket_plan& plan : made.tickets)
        if (!ids.insert(plan.id).second)
            map.complain("tickets", "have the id `" + plan.id + "` twice");
    map.refuse_unknown();
}

using reading = std::function<void(const YAML::Node&, scenario&, issue_list&)>;

loaded_scenario load(const std::string& text, const std::string& file, const reading& read) {
    issue_list issues(file);
    loaded_scenario loaded;
    try {
        const YAML::Node root = YAML::Load(text);
        read(root, loaded.value, issues);
    } catch (const YAML::Exception& failure) {
        issues.add(failure.mark, failure.msg);
    }
    loaded.issues = issues.lines();
    return loaded;
}

}  // namespace

loaded_scenario load_scenario(const std::string& text, const std::string& file_name) {
    return load(text, file_name, read_top);
}

loaded_scenario load_tickets(const std::string& text, const scenario& defaults) {
    const ticket_defaults given{.seed = defaults.seed, .behaviour = defaults.behaviour};
    return load(text, "body", [&](const YAML::Node& root, scenario& made, issue_list& issues) {
        made.tickets = read_tickets(root, given, issues);
    });
}

loaded_scenario load_faults(const std::string& text) {
    return load(text, "body", [](const YAML::Node& root, scenario& made, issue_list& issues) {
        if (!root.IsSequence()) {
            made.faults.push_back(read_fault(root, issues));
            return;
        }
        for (const auto& node : root)
            made.faults.push_back(read_fault(node, issues));
    });
}

sim_duration spread(sim_duration least, sim_duration most, std::uint64_t seed,
                    const std::string& name) {
    if (most <= least) return least;
    const auto width = static_cast<std::uint64_t>((most - least).count()) + 1;
    return least + sim_duration(static_cast<std::int64_t>(stable_hash(name, seed) % width));
}

}  // namespace coc_sim
