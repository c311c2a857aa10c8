#include "tests/simulator/ticket_reader.h"

#include <re2/re2.h>

#include <algorithm>
#include <cstdio>
#include <set>

#include "tests/simulator/scenario.h"

namespace coc_sim {
namespace {

constexpr int most_instances = 999;

// Where an instance is in the scenario, for its made-up names.
struct place {
    std::uint64_t seed = 1;
    std::string ticket;
    std::string name;
    int batch = 1;
};

std::string numbered(std::string text, int number) {
    char digits[16];
    std::snprintf(digits, sizeof digits, "%06d", number);
    for (std::size_t at = text.find("{n}"); at != std::string::npos; at = text.find("{n}"))
        text.replace(at, 3, digits);
    return text;
}

void read_legal(const YAML::Node& node, rules& made, issue_list& issues) {
    if (!node.IsDefined()) return;
    map_reader map(node, "legal", issues);
    for (const auto kind :
         {operation_kind::cancel_instance, operation_kind::skip_batch, operation_kind::cancel_order,
          operation_kind::pause_order, operation_kind::continue_order}) {
        const std::string key(to_text(kind));
        if (!map.has(key)) continue;
        std::set<order_status>& states = made.legal[kind];
        states.clear();
        for (const std::string& word : map.texts(key)) {
            if (const auto status = parse_order_status(word))
                states.insert(*status);
            else
                map.complain(key, "has the unknown status `" + word + "`");
        }
    }
    map.refuse_unknown();
}

std::vector<ending> read_endings(map_reader& map, int size) {
    std::vector<ending> endings(static_cast<std::size_t>(size), ending::finishes);
    const int_range positions{1, size};
    const auto set = [&](int position, ending how) {
        endings[static_cast<std::size_t>(position - 1)] = how;
    };
    const auto count = static_cast<int>(map.integer_or("fail_count", 0, {0, size}));
    for (int position = 1; position <= count; ++position)
        set(position, ending::fails);
    const auto every = static_cast<int>(map.integer_or("fail_every", 0, {0, most_instances}));
    for (int position = every; every > 0 && position <= size; position += every)
        set(position, ending::fails);
    for (const int position : map.integers("fails", positions))
        set(position, ending::fails);
    for (const int position : map.integers("rolls_back", positions))
        set(position, ending::rolls_back);
    for (const int position : map.integers("hangs", positions))
        set(position, ending::hangs);
    return endings;
}

std::string made_up_resource(std::uint64_t hash) {
    char text[40];
    std::snprintf(text, sizeof text, "%08x-%04x-4%03x-a%03x-%012llx",
                  static_cast<unsigned>(hash >> 32), static_cast<unsigned>(hash >> 16 & 0xffff),
                  static_cast<unsigned>(hash >> 4 & 0xfff), static_cast<unsigned>(hash & 0xfff),
                  static_cast<unsigned long long>(hash & 0xffffffffffffULL));
    return text;
}

batch_plan read_batch(const YAML::Node& node, const place& where, issue_list& issues) {
    map_reader map(node, "batch", issues);
    batch_plan made;
    std::vector<std::string> hosts = map.texts("hosts");
    const auto default_size = hosts.empty() ? 1 : static_cast<std::int64_t>(hosts.size());
    const auto size = static_cast<int>(map.integer_or("size", default_size, {1, most_instances}));
    if (!hosts.empty() && hosts.size() != static_cast<std::size_t>(size))
        map.complain("hosts", "must be as many as size says, " + std::to_string(size));
    const std::string strategy = map.text_or("rotation", "CONTINUE");
    if (const auto known = parse_rotation(strategy))
        made.strategy = *known;
    else
        map.complain("rotation", "must be CONTINUE or PAUSE, not `" + strategy + "`");
    made.label = map.text("label");
    made.stagger = map.duration_or("stagger", made.stagger);
    const duration_range takes =
        read_takes(map, {std::chrono::seconds(3), std::chrono::seconds(3)}, issues);
    const std::vector<ending> endings = read_endings(map, size);
    const std::string message = map.text_or("message", "done");
    const std::string fail_message = map.text_or("fail_message", "exit status 1");
    std::vector<std::string> zones = map.texts("zones");
    const std::string region = map.text_or("region", "cn-north-4");
    if (zones.empty()) zones.push_back(region + "a");
    map.refuse_unknown();
    for (std::size_t i = 0; i < static_cast<std::size_t>(size); ++i) {
        const std::string short_name =
            "b" + std::to_string(where.batch) + "-i" + std::to_string(i + 1);
        const std::string full_name = where.ticket + "/" + short_name;
        instance_plan one;
        one.takes = spread(takes.least, takes.most, where.seed, full_name);
        one.ends = endings[i];
        one.message = one.ends == ending::finishes ? message : fail_message;
        one.resource_id = made_up_resource(stable_hash(full_name, where.seed));
        one.host = i < hosts.size() ? hosts[i] : where.name + "-" + short_name;
        one.ip = "192.168." + std::to_string(where.batch) + "." + std::to_string(i % 250 + 1);
        one.zone = zones[i % zones.size()];
        one.region = region;
        made.instances.push_back(std::move(one));
    }
    return made;
}

std::vector<script_param> read_params(const YAML::Node& node, issue_list& issues) {
    std::vector<script_param> params;
    if (!node.IsDefined()) return params;
    map_reader map(node, "params", issues);
    if (!node.IsMap()) return params;
    for (const auto& entry : node) {
        const std::string name = entry.first.Scalar();
        params.push_back({.name = name, .value = map.text_or(name, "")});
    }
    return params;
}

person_act read_person(const YAML::Node& node, issue_list& issues) {
    map_reader map(node, "people", issues);
    person_act act;
    act.at = map.duration_or("at", act.at);
    const std::string word = map.text_or("operation", "");
    if (const auto kind = parse_operation_kind(word))
        act.what.kind = *kind;
    else
        map.complain("operation", "must be one of the five operations, not `" + word + "`");
    if (map.has("batch"))
        act.what.batch = static_cast<int>(map.integer_or("batch", 1, {1, most_batches}));
    if (map.has("instance"))
        act.what.instance =
            map.integer_or("instance", 1, {1, std::numeric_limits<std::int64_t>::max()});
    map.refuse_unknown();
    return act;
}

void read_lists(map_reader& map, ticket_plan& made, std::uint64_t seed, issue_list& issues) {
    made.params = read_params(map.child("params"), issues);
    const YAML::Node batches = map.child("batches");
    if (!batches.IsSequence() || batches.size() == 0 ||
        batches.size() > std::size_t{most_batches}) {
        map.complain("batches", "must be a list of 1 to 20 batches");
    } else {
        place where{.seed = seed, .ticket = made.id, .name = made.name, .batch = 1};
        for (const auto& node : batches) {
            made.batches.push_back(read_batch(node, where, issues));
            ++where.batch;
        }
    }
    const YAML::Node people = map.child("people");
    if (people.IsDefined() && !people.IsSequence()) map.complain("people", "must be a list");
    if (people.IsSequence())
        for (const auto& node : people)
            made.people.push_back(read_person(node, issues));
}

ticket_plan read_ticket(map_reader& map, const ticket_defaults& defaults, int number,
                        issue_list& issues) {
    ticket_plan made;
    made.id = numbered(map.text_or("id", ""), number);
    if (!RE2::FullMatch(made.id, "[A-Za-z0-9_-]{1,26}"))
        map.complain("id", "must be 1 to 26 of A-Z a-z 0-9 _ -, not `" + made.id + "`");
    made.name = numbered(map.text_or("name", made.id), number);
    made.order_name = numbered(map.text_or("order_name", made.name), number);
    made.creator = map.text_or("creator", "rehearsal");
    made.script_uuid = map.text_or(
        "script_uuid", made_up_id("SC", "20260101000000", stable_hash(made.name, defaults.seed)));
    made.script_version = map.text_or("script_version", made.script_version);
    made.user = map.text_or("user", made.user);
    made.success_rate = map.number_or("success_rate", 100, {1, 100});
    made.timeout =
        std::chrono::duration_cast<std::chrono::seconds>(map.duration_or("timeout", made.timeout));
    made.appears = map.duration_or("appears", made.appears);
    made.start_delay = map.duration_or("start_delay", made.start_delay);
    made.behaviour = read_rules(map.child("rules"), defaults.behaviour, issues);
    read_lists(map, made, defaults.seed, issues);
    map.refuse_unknown();
    return made;
}

}  // namespace

std::uint64_t stable_hash(std::string_view text, std::uint64_t seed) {
    std::uint64_t hash = 14695981039346656037ULL ^ (seed * 0x9e3779b97f4a7c15ULL);
    for (const char c : text) {
        hash ^= static_cast<unsigned char>(c);
        hash *= 1099511628211ULL;
    }
    hash ^= hash >> 30;
    hash *= 0xbf58476d1ce4e5b9ULL;
    hash ^= hash >> 27;
    hash *= 0x94d049bb133111ebULL;
    return hash ^ (hash >> 31);
}

std::string made_up_id(std::string_view prefix, std::string_view date, std::uint64_t hash) {
    char digits[16];
    std::snprintf(digits, sizeof digits, "%09llx",
                  static_cast<unsigned long long>(hash & 0xfffffffffULL));
    return std::string(prefix) + std::string(date) + digits;
}

duration_range read_takes(map_reader& map, duration_range otherwise, issue_list& issues) {
    const YAML::Node node = map.child("takes");
    if (!node.IsDefined()) return otherwise;
    if (!node.IsMap()) {
        const sim_duration fixed = map.duration_or("takes", otherwise.least);
        return {fixed, fixed};
    }
    map_reader bounds(node, "takes", issues);
    const sim_duration least = bounds.duration_or("min", otherwise.least);
    const sim_duration most = bounds.duration_or("max", least);
    if (!bounds.has("min") || !bounds.has("max")) bounds.complain("needs both min and max");
    if (most < least) bounds.complain("max", "must not be less than min");
    bounds.refuse_unknown();
    return {least, std::max(least, most)};
}

rules read_rules(const YAML::Node& node, rules inherited, issue_list& issues) {
    if (!node.IsDefined()) return inherited;
    map_reader map(node, "rules", issues);
    const std::string scope = map.text_or("evaluation", "");
    if (scope == "never")
        inherited.success = evaluation::never;
    else if (scope == "batch")
        inherited.success = evaluation::batch;
    else if (scope == "cumulative")
        inherited.success = evaluation::cumulative;
    else if (map.has("evaluation"))
        map.complain("evaluation", "must be never, batch or cumulative, not `" + scope + "`");
    inherited.pause_waits = map.flag_or("pause_waits", inherited.pause_waits);
    inherited.skip_cancels = map.flag_or("skip_cancels", inherited.skip_cancels);
    inherited.skip_later = map.flag_or("skip_later", inherited.skip_later);
    inherited.latency = map.duration_or("latency", inherited.latency);
    read_legal(map.child("legal"), inherited, issues);
    map.refuse_unknown();
    return inherited;
}

std::vector<ticket_plan> read_tickets(const YAML::Node& node, const ticket_defaults& defaults,
                                      issue_list& issues) {
    map_reader map(node, "ticket", issues);
    const auto count = static_cast<int>(map.integer_or("count", 1, {1, 20000}));
    if (count > 1 && map.text_or("id", "").find("{n}") == std::string::npos) {
        map.complain("id", "must contain {n} where count is given");
        return {};
    }
    std::vector<ticket_plan> made;
    for (int number = 1; number <= count; ++number) {
        const std::size_t problems = issues.lines().size();
        made.push_back(read_ticket(map, defaults, number, issues));
        // The other copies would only repeat what is wrong with the first.
        if (issues.lines().size() > problems) break;
    }
    return made;
}

}  // namespace coc_sim
