#include "daemon/setup.h"

#include <sys/stat.h>

#include <algorithm>
#include <map>
#include <utility>

#include "config/config_loader.h"
#include "daemon/files.h"
#include "daemon/zones.h"
#include "policies/lint/lint.h"
#include "policies/policy_loader.h"

namespace rolloutd::daemon {

using policies::issue;
using policies::severity;
using policies::source_file;

namespace {

// What was read, to be shown under its problems.
using sources = std::map<std::string, std::string>;

issue problem_with(const std::string& file, const std::string& code, std::string message,
                   std::string hint) {
    issue made;
    made.level = severity::error;
    made.code = code;
    made.message = std::move(message);
    made.hint = std::move(hint);
    made.file = file;
    return made;
}

std::string render_all(std::vector<issue>& issues, const sources& texts) {
    policies::sort_issues(issues);
    std::string all;
    for (const issue& each : issues) {
        const auto text = texts.find(each.file);
        all += policies::render(each, text == texts.end() ? "" : text->second);
    }
    return all;
}

bool exists(const std::string& path) {
    struct stat about{};
    return ::stat(path.c_str(), &about) == 0;
}

std::vector<source_file> read_sources(const std::vector<std::string>& paths,
                                      std::vector<issue>& issues, sources& texts) {
    std::vector<source_file> files;
    for (const std::string& path : paths) {
        file_text read = read_file(path);
        if (!read.text) {
            issues.push_back(
                problem_with(path, "unreadable", "cannot be read: " + read.problem, ""));
            continue;
        }
        texts[path] = *read.text;
        files.push_back({path, std::move(*read.text)});
    }
    return files;
}

policies::load_result load_sources(const std::vector<std::string>& paths,
                                   std::vector<issue>& issues, sources& texts) {
    const auto zones = system_zones();
    policies::load_options how;
    how.zones = zones.get();
    policies::load_result result = policies::load_policies(read_sources(paths, issues, texts), how);
    issues.insert(issues.end(), result.issues.begin(), result.issues.end());
    return result;
}

// Of policies with errors nothing more is said than those.
void add_findings(const policies::policy_set& set, policies::duration every,
                  std::vector<issue>& issues) {
    if (policies::has_errors(issues)) return;
    policies::lint::options how;
    how.every = every;
    for (issue& each : policies::lint::find(set, how))
        issues.push_back(std::move(each));
}

// Chooses proxies. One that cannot be used is a problem like one in the files.
class way_finder {
public:
    way_finder(const api::proxy_environment& around, const std::string& config_path,
               std::vector<issue>& issues)
        : around_(around), config_path_(config_path), issues_(issues) {}

    std::optional<api::proxy_address> to(const api::endpoint& where) const {
        const auto chosen = api::choose_proxy(around_, where);
        if (chosen.has_value()) return *chosen;
        issues_.push_back(problem_with(config_path_, chosen.error().code, chosen.error().detail,
                                       "or name " + where.host + " in NO_PROXY"));
        return std::nullopt;
    }

private:
    const api::proxy_environment& around_;
    const std::string& config_path_;
    std::vector<issue>& issues_;
};

proxies choose_proxies(const config::config& options, const way_finder& find) {
    proxies ways;
    if (!options.coc.where.host.empty()) ways.cloud = find.to(endpoint_of(options.coc.where));
    if (options.coc.iam) ways.iam = find.to(endpoint_of(options.coc.iam->where));
    return ways;
}

}  // namespace

api::endpoint endpoint_of(const config::endpoint& from) {
    api::endpoint made;
    made.tls = from.tls;
    made.host = from.host;
    made.port = static_cast<std::uint16_t>(from.port);
    return made;
}

loaded load_setup(const std::string& config_path, const std::string& credentials,
                  const api::proxy_environment& around) {
    loaded result;
    sources texts;
    file_text read = read_file(config_path);
    if (!read.text) {
        result.issues.push_back(problem_with(config_path, "unreadable",
                                             "cannot be read: " + read.problem,
                                             "name the configuration with --config FILE"));
        result.rendered = render_all(result.issues, texts);
        return result;
    }
    texts[config_path] = *read.text;
    config::load_result options = config::load_config({config_path, std::move(*read.text)});
    result.issues = std::move(options.issues);
    const bool has_folder = !options.settings.policies_folder.empty();
    policies::policy_set set;
    if (has_folder) {
        const std::string& folder = options.settings.policies_folder;
        folder_files found = policy_files(folder);
        if (!found.problem.empty()) {
            result.issues.push_back(
                problem_with(config_path, "unreadable",
                             "the policies in " + folder + " cannot be read: " + found.problem,
                             "name a folder that holds *.yaml"));
        }
        set = load_sources(found.paths, result.issues, texts).set;
    }
    add_findings(set, options.settings.polling.every, result.issues);
    const auto path_of = [&](const std::string& name) {
        if (name.empty()) return std::string();
        return config::find_credential(name, credentials, options.settings.folder, exists);
    };
    const way_finder ways_found(around, config_path, result.issues);
    const proxies ways = choose_proxies(options.settings, ways_found);
    target_sources sources_of_targets;
    sources_of_targets.credential = path_of;
    sources_of_targets.way = [&](const api::endpoint& to) { return ways_found.to(to); };
    std::vector<notice_target> notices = targets_of(options.settings.notify, sources_of_targets);
    result.rendered = render_all(result.issues, texts);
    if (policies::has_errors(result.issues)) return result;

    setup good;
    good.rules = config::to_settings(options.settings);
    good.rules.policies = std::make_shared<const policies::policy_set>(std::move(set));
    good.rules.zones = system_zones();
    const config::cloud& coc = options.settings.coc;
    good.token_path = path_of(coc.token_file);
    if (coc.iam) good.secrets.password = path_of(coc.iam->password_file);
    if (coc.aksk) {
        good.secrets.access_key = path_of(coc.aksk->access_key_file);
        good.secrets.secret_key = path_of(coc.aksk->secret_key_file);
        good.secrets.security_token = path_of(coc.aksk->security_token_file);
    }
    good.ways = ways;
    good.notices = std::move(notices);
    good.options = std::move(options.settings);
    result.good = std::move(good);
    return result;
}

std::vector<std::string> needs_restart(const setup& before, const setup& after) {
    const config::config& was = before.options;
    const config::config& is = after.options;
    const std::vector<std::pair<const char*, bool>> differs{
        {"cloud.endpoint", was.coc.where != is.coc.where},
        {"cloud.project_id", was.coc.project_id != is.coc.project_id},
        {"cloud.auth", before.token_path != after.token_path || before.secrets != after.secrets ||
                           was.coc.iam != is.coc.iam || was.coc.aksk != is.coc.aksk},
        {"cloud.ca_file", was.coc.ca_file != is.coc.ca_file},
        {"cloud.timeout", was.coc.timeout != is.coc.timeout},
        {"cloud.rate", was.coc.rate != is.coc.rate},
        {"cloud.connections", was.coc.connections != is.coc.connections},
        {"state", was.state != is.state},
        {"journal.rotate", was.journalling.rotate_bytes != is.journalling.rotate_bytes},
        {"journal.redact", was.journalling.redact != is.journalling.redact},
        {"journal.sign_key_file", was.journalling.sign_key_file != is.journalling.sign_key_file},
        {"api.socket", was.admin.socket != is.admin.socket},
        {"api.operators_group", was.admin.operators_group != is.admin.operators_group},
        {"api.listen", was.admin.listen_host != is.admin.listen_host ||
                           was.admin.listen_port != is.admin.listen_port},
    };
    std::vector<std::string> names;
    for (const auto& [name, changed] : differs) {
        if (changed) names.emplace_back(name);
    }
    return names;
}

checked_policies check_policies(const std::vector<std::string>& paths, policies::duration every) {
    checked_policies result;
    sources texts;
    std::vector<std::string> files;
    for (const std::string& path : paths) {
        struct stat about{};
        if (::stat(path.c_str(), &about) != 0 || !S_ISDIR(about.st_mode)) {
            files.push_back(path);
            continue;
        }
        folder_files found = policy_files(path);
        if (!found.problem.empty()) {
            result.issues.push_back(
                problem_with(path, "unreadable", "cannot be read: " + found.problem, ""));
        }
        files.insert(files.end(), found.paths.begin(), found.paths.end());
    }
    result.files = static_cast<int>(files.size());
    policies::load_result loaded = load_sources(files, result.issues, texts);
    result.set = std::move(loaded.set);
    add_findings(result.set, every, result.issues);
    for (const policies::policy& each : result.set.policies) {
        result.rules += static_cast<int>(each.rules.size());
    }
    result.rendered = render_all(result.issues, texts);
    return result;
}

}  // namespace rolloutd::daemon
