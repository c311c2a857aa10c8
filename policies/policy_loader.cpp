#include "policies/policy_loader.h"

#include <algorithm>
#include <utility>

#include "policies/digest.h"
#include "policies/policy_reader.h"
#include "policies/yaml/document.h"

namespace rolloutd::policies {
namespace {

using yaml::fields;
using yaml::node;

struct loaded_file {
    policy what;
    std::vector<issue> issues;
    issue name_twice;  // ready to be completed, should another file have the same name
};

void add_reads(required_reads& into, const required_reads& more) {
    into.details = into.details || more.details;
    into.messages = into.messages || more.messages;
    into.params = into.params || more.params;
    into.order_name = into.order_name || more.order_name;
}

void add_reads_of(required_reads& into, const policy_reading& from, const cel::expression& what) {
    if (!what) return;
    for (const std::string& name : what.names()) {
        if (from.variables.contains(name.substr(0, name.find('.')))) continue;
        add_reads(into, from.words.reads_of(name));
    }
}

// Only what a rule can evaluate is read: an unused variable costs no call.
required_reads all_reads(const policy_reading& from, const policy& what) {
    required_reads reads;
    add_reads_of(reads, from, what.match);
    std::set<std::string> used;
    for (const rule& each : what.rules) {
        add_reads_of(reads, from, each.needs);
        add_reads_of(reads, from, each.when);
        used.merge(used_variables(from, {&each.needs, &each.when}));
        // Whose instances are not known has none to judge.
        reads.details = reads.details || each.each == subject_kind::instance;
    }
    for (const auto& [kind, variables] : what.variables) {
        for (const variable_definition& each : variables) {
            if (used.contains(each.name)) add_reads_of(reads, from, each.what);
        }
    }
    return reads;
}

void warn_of_unused(policy_reading& from, const policy& what) {
    std::set<std::string> used;
    for (const rule& each : what.rules)
        used.merge(used_variables(from, {&each.needs, &each.when}));
    for (const auto& [name, entry] : from.variables) {
        if (entry.broken || used.contains(name)) continue;
        from.report.warning(*entry.key, "unused-variable",
                            "no rule uses the variable '" + name + "'", "remove it");
    }
}

void read_body(policy_reading& from, fields& top, policy& into) {
    if (const node* match = top.require("match", "it tells which tickets: `match: true` for all")) {
        if (auto made =
                compile_condition(from, *match, from.words.for_match(), cel::type_kind::boolean)) {
            into.match = std::move(*made);
        }
    }
    if (const node* word = top.find("mode")) {
        const auto text = read_word(from.report, *word, "mode", {"observe", "propose", "enforce"});
        if (text) into.ceiling = parse_mode(*text).value_or(into.ceiling);
    }
    into.variables = read_variables(from, top.find("variables"));
    if (const node* rules = top.require("rules", "a policy has at least one rule")) {
        if (const auto* list = read_list(from.report, *rules, "rules")) {
            into.rules = read_rules(from, *list);
            if (list->empty() && rules->complete) {
                from.report.error(*rules, "no-rules", "the policy has no rule",
                                  "add one or remove the file");
            }
        }
    }
    if (const node* windows = top.find("windows")) {
        if (const auto* list = read_list(from.report, *windows, "windows")) {
            into.windows = read_windows(from, *list);
        }
    }
}

loaded_file load_file(source_file file, const vocabulary& words, const cel::zone_source* zones) {
    loaded_file made;
    made.what.file = file.name;
    made.what.text = file.text;
    made.what.sha256 = sha256_hex(file.text);
    yaml::parsed parsed = yaml::parse(std::move(file));
    made.issues = std::move(parsed.issues);
    const node& root = parsed.file.root();
    yaml::problems report(parsed.file);
    if (root.kind == yaml::node_kind::null) {
        if (made.issues.empty()) {
            report.error(root, "empty-file", "the file holds no policy",
                         "begin it with `version: 1`");
        }
    } else {
        if (made.what.text.size() > max_policy_bytes)
            report.error(
                root, "too-large",
                "the file is larger than " + std::to_string(max_policy_bytes >> 10) + " KiB",
                "split it into several policies, each in a file of its own");
        fields top(report, root, "a policy");
        policy_reading from{report, words, zones, {}, {}, {}};
        yaml::read_version(report, top);
        if (const node* name =
                top.require("policy", "give the policy a name: `policy: my-policy`")) {
            made.what.name = read_name(report, *name, "a policy's name").value_or("");
            made.name_twice =
                parsed.file.make_issue(severity::error, name->where, "duplicate-name",
                                       "a second policy is named '" + made.what.name + "'");
        }
        read_body(from, top, made.what);
        top.finish();
        if (!has_errors(made.issues) && report.count() == 0) warn_of_unused(from, made.what);
        made.what.reads = all_reads(from, made.what);
    }
    for (issue& each : report.take())
        made.issues.push_back(std::move(each));
    return made;
}

// Names are unique over all files: they are how the journal and people speak of a policy.
void check_names(std::vector<loaded_file>& files) {
    std::map<std::string, std::string> first;
    for (loaded_file& each : files) {
        if (each.what.name.empty()) continue;
        const std::string at = each.what.file + ":" + std::to_string(each.name_twice.begin.line);
        const auto [before, is_new] = first.emplace(each.what.name, at);
        if (is_new) continue;
        issue twice = each.name_twice;
        twice.hint = "the first is " + before->second;
        each.issues.push_back(std::move(twice));
    }
}

std::string digest_of(const std::vector<policy>& policies) {
    std::string text;
    for (const policy& each : policies)
        text += each.name + " " + each.sha256 + "\n";
    return sha256_hex(text);
}

}  // namespace

load_result load_policies(std::vector<source_file> files, const load_options& options) {
    const vocabulary& words = options.words != nullptr ? *options.words : facts_vocabulary();
    std::sort(files.begin(), files.end(),
              [](const source_file& a, const source_file& b) { return a.name < b.name; });
    std::vector<loaded_file> loaded;
    loaded.reserve(files.size());
    for (source_file& each : files)
        loaded.push_back(load_file(std::move(each), words, options.zones));
    check_names(loaded);
    load_result result;
    for (loaded_file& each : loaded) {
        std::move(each.issues.begin(), each.issues.end(), std::back_inserter(result.issues));
        add_reads(result.set.reads, each.what.reads);
        result.set.policies.push_back(std::move(each.what));
    }
    sort_issues(result.issues);
    std::sort(result.set.policies.begin(), result.set.policies.end(),
              [](const policy& a, const policy& b) { return a.name < b.name; });
    result.set.sha256 = digest_of(result.set.policies);
    return result;
}

std::optional<cel::expression> compile_match(yaml::problems& report, const yaml::node& text) {
    const vocabulary& words = facts_vocabulary();
    policy_reading from{report, words, nullptr, {}, {}, {}};
    return compile_condition(from, text, words.for_match(), cel::type_kind::boolean);
}

}  // namespace rolloutd::policies
