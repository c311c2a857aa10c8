#include "daemon/cli/check_command.h"

#include <unistd.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cstdio>
#include <optional>
#include <utility>

#include "config/config_loader.h"
#include "daemon/cli/exit_codes.h"
#include "daemon/cli/issue_json.h"
#include "daemon/cli/terminal.h"
#include "daemon/files.h"
#include "daemon/setup.h"
#include "policies/lint/cost.h"

namespace rolloutd::daemon::cli {

namespace json = boost::json;
namespace lint = policies::lint;

namespace {

// What one poll of one ticket costs, and all of them in a second.
struct bill {
    std::vector<lint::policy_cost> policies;
    int calls = 0;  // of one poll of a ticket that every policy matches
    double per_second = 0;
};

bill bill_of(const checked_policies& checked, const check_options& what, policies::duration every) {
    bill made;
    made.policies = lint::cost_of(checked.set);
    made.calls = lint::calls_per_poll(made.policies, what.running);
    made.per_second = 1000.0 * made.calls * what.tickets / static_cast<double>(every.count());
    return made;
}

json::object json_of(const bill& what) {
    json::object made;
    json::array all;
    for (const lint::policy_cost& policy : what.policies) {
        json::array rules;
        for (const lint::rule_cost& rule : policy.rules) {
            json::array facts;
            for (const lint::costly_fact& fact : rule.facts) {
                facts.push_back(json::object{
                    {"fact", fact.fact}, {"reads", fact.reads}, {"calls", fact.calls}});
            }
            rules.push_back(json::object{{"rule", rule.rule}, {"facts", std::move(facts)}});
        }
        all.push_back(json::object{{"policy", policy.policy},
                                   {"calls", policy.calls},
                                   {"calls_per_running_batch", policy.calls_per_running_batch},
                                   {"rules", std::move(rules)}});
    }
    made["policies"] = std::move(all);
    made["calls_per_poll"] = what.calls;
    made["instances_per_call"] = lint::instances_per_call;
    made["calls_per_second"] = what.per_second;
    return made;
}

std::string text_of(const bill& what, const check_options& how, policies::duration every) {
    std::vector<std::vector<std::string>> lines{{"POLICY", "RULE", "CALLS PER POLL", "BECAUSE OF"}};
    for (const lint::policy_cost& policy : what.policies) {
        for (const lint::rule_cost& rule : policy.rules) {
            std::string because;
            for (const lint::costly_fact& fact : rule.facts)
                because += (because.empty() ? "" : ", ") + fact.fact + " (" + fact.reads + ")";
            lines.push_back({policy.policy, rule.rule, rule.details ? "2 + 1 a running batch" : "2",
                             because.empty() ? "status and statistics" : because});
        }
    }
    char total[200];
    std::snprintf(
        total, sizeof total,
        "\n%s a poll for a ticket that all of them match, with %s; "
        "%s every %s: %.1f calls/s\n",
        counted(what.calls, "call").c_str(),
        (std::to_string(how.running) + (how.running == 1 ? " batch" : " batches") + " running")
            .c_str(),
        counted(how.tickets, "ticket").c_str(), policies::to_text(every).c_str(), what.per_second);
    std::string text = table(lines, palette(false)) + total;
    const bool detailed = std::ranges::any_of(what.policies, [](const lint::policy_cost& each) {
        return each.calls_per_running_batch > 0;
    });
    if (detailed) {
        text += "A batch of more than " + std::to_string(lint::instances_per_call) +
                " instances takes a call for each " + std::to_string(lint::instances_per_call) +
                ".\n";
    }
    return text;
}

void print_table(const checked_policies& what) {
    std::fputs(what.rendered.c_str(), stderr);
    const std::string size = counted(what.files, "file") + " with " + counted(what.rules, "rule");
    int errors = 0;
    int findings = 0;
    for (const policies::issue& each : what.issues)
        ++(each.level == policies::severity::error ? errors : findings);
    if (errors > 0) {
        std::fprintf(stderr, "rolloutctl: %s in %s\n",
                     counted(errors + findings, "problem").c_str(),
                     counted(what.files, "file").c_str());
    } else if (findings > 0) {
        std::printf("%s; nothing is wrong, but there %s %s\n", size.c_str(),
                    findings == 1 ? "is" : "are", counted(findings, "finding").c_str());
    } else {
        std::printf("ok: %s\n", size.c_str());
    }
}

// From --every, else from the configuration if there is one that can be read.
std::optional<policies::duration> every_of(const common_options& how, const check_options& what) {
    if (!what.every.empty()) {
        const auto said = policies::parse_duration(what.every);
        if (said && *said > policies::duration::zero()) return said;
        std::fprintf(stderr, "rolloutctl: --every: '%s' is no duration such as 5s\n",
                     harmless(what.every).c_str());
        return std::nullopt;
    }
    file_text read = read_file(how.config);
    if (read.text) {
        const auto loaded = config::load_config({how.config, std::move(*read.text)});
        if (!policies::has_errors(loaded.issues)) return loaded.settings.polling.every;
    }
    return policies::duration{std::chrono::seconds{5}};
}

}  // namespace

int run_check(const common_options& how, const check_options& what) {
    const auto every = every_of(how, what);
    if (!every) return exit_with::usage;
    const checked_policies result = check_policies(what.paths, *every);
    const bool good = !policies::has_errors(result.issues);
    std::optional<bill> cost;
    if (what.cost && good) cost = bill_of(result, what, *every);
    if (how.json()) {
        json::object printed;
        printed["files"] = result.files;
        printed["rules"] = result.rules;
        printed["issues"] = issues_to_json(result.issues);
        if (cost) printed["cost"] = json_of(*cost);
        std::printf("%s\n", json::serialize(printed).c_str());
    } else {
        print_table(result);
        if (cost) std::fputs(("\n" + text_of(*cost, what, *every)).c_str(), stdout);
    }
    if (!good) return exit_with::error;
    return result.issues.empty() ? 0 : exit_with::findings;
}

}  // namespace rolloutd::daemon::cli
