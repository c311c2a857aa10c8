#include "config/config_loader.h"

#include <array>
#include <cstdio>
#include <utility>

#include "config/address.h"
#include "config/section_readers.h"
#include "policies/yaml/document.h"

namespace rolloutd::config {
namespace {

namespace yaml = policies::yaml;

// In the order of DESIGN §5.
config read_all(reading_file& from) {
    yaml::problems& report = from.report;
    config made;
    yaml::read_version(report, from.top);
    made.coc = read_cloud(from);
    if (const yaml::node* value = from.top.require("policies", "name the folder of the policies")) {
        if (const auto path = read_text(report, *value, "policies")) {
            made.policies_folder = below(from.folder, *path);
        }
    }
    read_tickets(from, made);
    made.polling = read_poll(from);
    made.operating = read_operations(from);
    if (const yaml::node* value = from.top.find("mode")) {
        const auto word = read_word(report, *value, "mode", {"observe", "propose", "enforce"});
        if (word) made.ceiling = policies::parse_mode(*word).value_or(made.ceiling);
    }
    made.limits = read_limits(from);
    if (const yaml::node* value = from.top.find("human_hold")) {
        made.human_hold = read_duration(report, *value, "human_hold").value_or(made.human_hold);
    }
    made.proposals_expire = read_proposals_expire(from);
    if (const yaml::node* value = from.top.find("state")) {
        if (const auto path = read_text(report, *value, "state")) {
            made.state = below(from.folder, *path);
        }
    }
    made.journalling = read_journal(from);
    made.admin = read_api(from);
    made.notify = read_notify(from);
    from.top.finish();
    return made;
}

// Counted with what every reading takes; the daemon knows the policies and warns of the rest.
void warn_of_rate(reading_file& from, const config& made) {
    const auto tickets = static_cast<int>(made.watch.size());
    const auto shortfall =
        rate_shortfall(made.coc.rate, made.polling.slowest, tickets, calls_per_reading(false, 0));
    if (!shortfall) return;
    const yaml::node* where = from.top.key_of("tickets");
    if (where != nullptr) {
        from.report.warning(*where, "rate", *shortfall,
                            "raise cloud.rate.per_second or poll.slowest");
    }
}

}  // namespace

load_result load_config(policies::source_file file) {
    const std::string name = file.name;
    const std::string folder = folder_of(name);
    yaml::parsed parsed = yaml::parse(std::move(file));
    yaml::problems report(parsed.file);
    load_result result;
    if (parsed.file.root().kind == yaml::node_kind::null) {
        report.error(parsed.file.root(), "empty-file", "the file holds no configuration",
                     "begin it with `version: 1`");
    } else {
        yaml::fields top(report, parsed.file.root(), "the configuration");
        reading_file from{report, top, folder};
        result.settings = read_all(from);
        warn_of_rate(from, result.settings);
    }
    result.settings.file = name;
    result.settings.folder = folder;
    result.issues = std::move(parsed.issues);
    for (policies::issue& each : report.take())
        result.issues.push_back(std::move(each));
    policies::sort_issues(result.issues);
    return result;
}

std::vector<std::string> credential_candidates(const std::string& name,
                                               const std::string& credentials_directory,
                                               const std::string& folder) {
    if (name.starts_with('/')) return {name};
    std::vector<std::string> list;
    if (!credentials_directory.empty()) list.push_back(below(credentials_directory, name));
    list.push_back(below(folder, name));
    return list;
}

std::string find_credential(const std::string& name, const std::string& credentials_directory,
                            const std::string& folder,
                            const std::function<bool(const std::string&)>& exists) {
    const auto candidates = credential_candidates(name, credentials_directory, folder);
    for (const std::string& each : candidates) {
        if (exists(each)) return each;
    }
    return candidates.back();
}

double calls_per_reading(bool details, int changed_batches) {
    constexpr int status_and_statistics = 2;
    return status_and_statistics + (details ? changed_batches : 0);
}

std::optional<std::string> rate_shortfall(const call_rate& rate, duration slowest, int tickets,
                                          double calls) {
    const double unlent = 1.0 - rate.reserved_tenths / 1000.0;
    const double within = std::chrono::duration<double>(slowest).count();
    const double possible = rate.per_second * unlent * within / calls;
    constexpr double rounding = 1e-6;
    if (tickets <= possible + rounding) return std::nullopt;
    std::array<char, 32> each{};
    std::snprintf(each.data(), each.size(), "%.3g", calls);
    return "cloud.rate allows " + std::to_string(static_cast<int>(possible + rounding)) +
           " readings of " + each.data() + " calls within poll.slowest (" +
           policies::to_text(slowest) + "), but there are " + std::to_string(tickets) + " tickets";
}

policies::settings to_settings(const config& from) {
    policies::settings made;
    made.ceiling = from.ceiling;
    made.cloud_timeout = from.coc.timeout;
    made.every = from.polling.every;
    made.effect_deadline = from.operating.effect_deadline;
    made.tries = from.operating.tries;
    made.human_hold = from.human_hold;
    made.proposals_expire = from.proposals_expire;
    made.limits = from.limits;
    made.legal = from.coc.legal;
    made.secrets = from.journalling.redact;
    return made;
}

}  // namespace rolloutd::config
