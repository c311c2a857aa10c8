#include "policies/trial/trial_loader.h"

#include <algorithm>
#include <set>

#include "policies/fleet_ledger.h"
#include "policies/policy_loader.h"
#include "policies/trial/trial_reading.h"

namespace rolloutd::policies::trial {

namespace {

using yaml::fields;
using yaml::node;

// A Monday morning, so that a test without `now` is in nobody's weekend.
constexpr timestamp usual_start =
    std::chrono::sys_days{std::chrono::year{2026} / 1 / 5} + std::chrono::hours{10};
constexpr duration usual_rest = std::chrono::minutes{1};

// What a test takes from the file when it does not say it itself.
struct defaults {
    std::optional<ticket_shape> ticket;
    bool ticket_broken = false;
    timestamp start = usual_start;
    duration every = std::chrono::seconds{5};
    std::optional<duration> until;
    std::optional<mode> as;
    settings rules;
    bool exactly = true;
    manners operations;
};

settings usual_settings() {
    settings made;
    made.ceiling = mode::enforce;
    return made;
}

void read_limits(trial_reading& from, const node& what, fleet_limits& into) {
    fields map{from.report, what, "limits"};
    const auto number = [&](const char* key, int& value) {
        const node* given = map.find(key);
        if (given == nullptr) return;
        value = yaml::read_whole(from.report, *given, key, {1, most_in_ledger}).value_or(value);
    };
    number("operations_per_minute", into.operations_per_minute);
    number("tickets_per_hour", into.tickets_per_hour);
    number("pauses_per_minute", into.pauses_per_minute);
    if (const node* share = map.find("cancelled_percent")) {
        into.cancelled_percent_tenths =
            yaml::read_share(from.report, *share, "cancelled_percent", {1, 1000})
                .value_or(into.cancelled_percent_tenths);
    }
    if (const node* spread = map.find("spread")) {
        into.spread = yaml::read_duration(from.report, *spread, "spread").value_or(into.spread);
    }
    map.finish();
}

void read_settings(trial_reading& from, const node& what, settings& into) {
    fields map{from.report, what, "settings"};
    const auto time = [&](const char* key, duration& value) {
        const node* given = map.find(key);
        if (given == nullptr) return;
        value = yaml::read_duration(from.report, *given, key, {std::chrono::seconds{1}})
                    .value_or(value);
    };
    if (const node* most = map.find("mode")) {
        const auto word =
            yaml::read_word(from.report, *most, "mode", {"observe", "propose", "enforce"});
        if (word) into.ceiling = *parse_mode(*word);
    }
    time("effect_deadline", into.effect_deadline);
    time("human_hold", into.human_hold);
    time("proposals_expire", into.proposals_expire);
    time("cloud_timeout", into.cloud_timeout);
    if (const node* tries = map.find("tries")) {
        into.tries = yaml::read_whole(from.report, *tries, "tries", {1, 10}).value_or(into.tries);
    }
    if (const node* limits = map.find("limits")) read_limits(from, *limits, into.limits);
    map.finish();
}

// The keys that stand in a test or at the top of the file.
defaults read_shared(trial_reading& from, fields& map, defaults made) {
    if (const node* ticket = map.find("ticket")) {
        made.ticket = read_ticket(from, *ticket);
        made.ticket_broken = !made.ticket;
    } else if (map.has("ticket")) {
        made.ticket_broken = true;
    }
    if (const node* now = map.find("now")) {
        const auto text = yaml::read_text(from.report, *now, "now");
        const auto start = text ? parse_start(*text, from.zones) : std::nullopt;
        if (start) made.start = *start;
        if (text && !start) {
            from.report.error(*now, "bad-value", "now is a time with its zone",
                              "write it like 2026-11-20T18:00:00Z, 2026-11-20 18:00 +08:00 or "
                              "2026-11-20 18:00 Asia/Shanghai");
        }
    }
    if (const node* every = map.find("every")) {
        made.every = yaml::read_duration(from.report, *every, "every",
                                         {std::chrono::seconds{1}, std::chrono::hours{1}})
                         .value_or(made.every);
    }
    if (const node* until = map.find("until")) {
        const auto length = yaml::read_duration(from.report, *until, "until",
                                                {std::chrono::seconds{1}, longest_test});
        if (length) made.until = *length;
    }
    if (const node* as = map.find("mode")) {
        const auto word =
            yaml::read_word(from.report, *as, "mode", {"observe", "propose", "enforce"});
        if (word) made.as = parse_mode(*word);
    }
    if (const node* settings = map.find("settings")) read_settings(from, *settings, made.rules);
    if (const node* exactly = map.find("exactly")) {
        made.exactly = yaml::read_flag(from.report, *exactly, "exactly").value_or(made.exactly);
    }
    if (const node* operations = map.find("operations")) {
        for (const auto& [what, how] : read_manners(from, *operations))
            made.operations[what] = how;
    }
    return made;
}

// The last time that the test speaks of.
duration last_time(const trial_test& test) {
    duration last{};
    for (const timeline_entry& each : test.timeline)
        last = std::max(last, each.at);
    for (const expectation& each : test.expect) {
        if (each.timed) last = std::max(last, each.when.to);
    }
    return last;
}

// Refuses what could not be run in reasonable time, and times that are never reached.
void check_length(trial_reading& from, const node& where, const trial_test& test) {
    const std::int64_t readings = test.until / test.every + 1;
    const std::int64_t work = readings * batch_starts(test.ticket).back();
    if (readings > most_steps) {
        from.report.error(where, "too-long",
                          "this test takes " + std::to_string(readings) + " readings, at most " +
                              std::to_string(most_steps) + " are simulated",
                          "make `until` shorter or `every` longer");
    } else if (work > most_work) {
        from.report.error(where, "too-long",
                          "this test takes " + std::to_string(readings) + " readings of " +
                              std::to_string(batch_starts(test.ticket).back()) + " instances",
                          "make `until` shorter, `every` longer or the batches smaller");
    }
    for (const timeline_entry& each : test.timeline) {
        if (each.at <= test.until) continue;
        from.report.error(where, "never-reached",
                          "the timeline goes on at " + to_text(each.at) +
                              ", but the test ends at " + to_text(test.until),
                          "make `until` longer");
        return;
    }
    for (const expectation& each : test.expect) {
        const bool late = each.timed && (each.when.from > test.until || each.when.to > test.until);
        if (!late) continue;
        issue what =
            from.report.file().make_issue(severity::error, where.where, "never-reached",
                                          "this expectation speaks of " + to_text(each.when.to) +
                                              ", but the test ends at " + to_text(test.until),
                                          "make `until` longer");
        what.begin = each.where;
        what.end = each.where;
        from.report.add(std::move(what));
        return;
    }
}

std::optional<trial_test> read_test(trial_reading& from, const node& what, const defaults& usual) {
    fields map{from.report, what, "a test"};
    if (!map.usable()) return std::nullopt;
    trial_test made;
    made.where = from.report.file().at(what.where.begin);
    if (const node* name = map.require("name", "what it shows, as a sentence")) {
        made.name = yaml::read_text(from.report, *name, "name").value_or("");
    }
    const defaults mine = read_shared(from, map, usual);
    const node* timeline = map.require("timeline", "what is observed, and from when on");
    const node* expect = map.require("expect", "`expect: []` when no operation at all is expected");
    map.finish();
    if (!mine.ticket) {
        if (!mine.ticket_broken && what.complete) {
            from.report.error(what, "missing-key", "a test has no 'ticket'",
                              "give it one, or put one at the top of the file for all tests");
        }
        return std::nullopt;
    }
    made.ticket = *mine.ticket;
    made.start = mine.start;
    made.every = mine.every;
    made.as = mine.as;
    made.rules = mine.rules;
    made.exactly = mine.exactly;
    made.operations = mine.operations;
    if (timeline != nullptr) made.timeline = read_timeline(from, *timeline, made.ticket);
    if (expect != nullptr) made.expect = read_expectations(from, *expect, made.ticket);
    made.until = mine.until.value_or(std::min(last_time(made) + usual_rest, longest_test));
    made.rules.every = made.every;
    check_length(from, what, made);
    return made;
}

struct named_policies {
    std::vector<std::string> paths;
    std::vector<yaml::span> where;
};

named_policies read_paths(yaml::problems& report, fields& top) {
    named_policies made;
    const node* list = top.require("policies", "the policy files to be tested");
    if (list == nullptr) return made;
    const auto* items = yaml::read_list(report, *list, "policies");
    if (items == nullptr) return made;
    if (items->empty() || items->size() > most_policies) {
        report.error(*list, "out-of-range",
                     "a test file names 1 to " + std::to_string(most_policies) + " policies");
        return made;
    }
    std::set<std::string> known;
    for (const node& each : *items) {
        const auto path = yaml::read_text(report, each, "a policy's file");
        if (!path) continue;
        if (!known.insert(*path).second) {
            report.error(each, "duplicate", "this policy is named twice");
            continue;
        }
        made.paths.push_back(*path);
        made.where.push_back(each.where);
    }
    return made;
}

class file_loader {
public:
    file_loader(const policy_reader& read, std::shared_ptr<const cel::zone_source> zones)
        : read_(read), zones_(std::move(zones)) {}

    load_result load(source_file test) {
        load_result made;
        made.sources.push_back(test);
        made.file.name = test.name;
        yaml::parsed parsed = yaml::parse(std::move(test));
        made.issues = std::move(parsed.issues);
        yaml::problems report{parsed.file};
        if (parsed.file.root().kind != yaml::node_kind::broken) read_file(report, made);
        for (issue& each : report.take())
            made.issues.push_back(std::move(each));
        sort_issues(made.issues);
        made.file.zones = zones_;
        return made;
    }

private:
    void read_file(yaml::problems& report, load_result& into) {
        fields top{report, report.file().root(), "a test file"};
        if (!top.usable()) return;
        yaml::read_version(report, top);
        const bool known = read_policies(report, top, into);
        trial_reading from{.report = report,
                           .policies = *into.file.policies,
                           .policies_known = known,
                           .zones = zones_.get()};
        defaults usual;
        usual.rules = usual_settings();
        usual = read_shared(from, top, std::move(usual));
        const node* tests = top.require("tests");
        top.finish();
        if (tests != nullptr) read_tests(from, *tests, usual, into);
    }

    bool read_policies(yaml::problems& report, fields& top, load_result& into) {
        const named_policies named = read_paths(report, top);
        bool whole = !named.paths.empty();
        std::vector<source_file> files;
        for (std::size_t i = 0; i < named.paths.size(); ++i) {
            policy_text got = read_(named.paths[i]);
            if (got.file) {
                into.sources.push_back(*got.file);
                files.push_back(std::move(*got.file));
                continue;
            }
            whole = false;
            report.error(named.where[i], "unreadable",
                         "'" + named.paths[i] + "' cannot be read: " + got.problem,
                         "paths are relative to the folder of this file");
        }
        policies::load_result loaded =
            load_policies(std::move(files), {.words = nullptr, .zones = zones_.get()});
        whole = whole && !has_errors(loaded.issues);
        for (issue& each : loaded.issues) {
            if (each.level == severity::error) into.issues.push_back(std::move(each));
        }
        into.file.policies = std::make_shared<const policy_set>(std::move(loaded.set));
        return whole;
    }

    static void read_tests(trial_reading& from, const node& tests, const defaults& usual,
                           load_result& into) {
        const auto* list = yaml::read_list(from.report, tests, "tests");
        if (list == nullptr) return;
        if (list->empty() || list->size() > most_tests) {
            from.report.error(tests, "out-of-range",
                              "a file has 1 to " + std::to_string(most_tests) + " tests");
            return;
        }
        std::set<std::string> names;
        for (const node& each : *list) {
            auto made = read_test(from, each, usual);
            if (!made) continue;
            if (!made->name.empty() && !names.insert(made->name).second) {
                from.report.error(each, "duplicate",
                                  "there is a test '" + made->name + "' already");
            }
            into.file.tests.push_back(std::move(*made));
        }
    }

    const policy_reader& read_;
    std::shared_ptr<const cel::zone_source> zones_;
};

}  // namespace

load_result load_trials(source_file test, const policy_reader& read,
                        std::shared_ptr<const cel::zone_source> zones) {
    return file_loader(read, std::move(zones)).load(std::move(test));
}

}  // namespace rolloutd::policies::trial
