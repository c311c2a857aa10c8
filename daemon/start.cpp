#include "daemon/start.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "config/config_loader.h"
#include "daemon/machine.h"

namespace rolloutd::daemon {

namespace {

constexpr const char* examples =
    "Examples:\n"
    "  rolloutd --config /etc/rolloutd/rolloutd.yaml           run in the foreground\n"
    "  rolloutd --config rolloutd.yaml --check                 load everything, print every "
    "problem\n"
    "  rolloutd --accept-broken-journal 'disk failed, INC-42'  set a damaged journal aside\n"
    "\n"
    "Signals: SIGHUP reloads configuration and policies, SIGTERM and SIGINT stop.\n"
    "Exit codes: 0 clean stop, 1 failure, 64 usage, 65 damaged journal, 78 configuration.";

struct arguments {
    std::string config = "/etc/rolloutd/rolloutd.yaml";
    std::string accept_broken;
    bool check = false;
};

int number(exit_code what) { return static_cast<int>(what); }

std::string credentials_directory() {
    const char* const named = std::getenv("CREDENTIALS_DIRECTORY");
    return named == nullptr ? "" : named;
}

// As most programs read them: the name in small letters first.
std::string from_environment(const char* small, const char* capital) {
    const char* found = std::getenv(small);
    if (found == nullptr || *found == '\0') found = std::getenv(capital);
    return found == nullptr ? "" : found;
}

api::proxy_environment proxy_environment() {
    api::proxy_environment around;
    around.https_proxy = from_environment("https_proxy", "HTTPS_PROXY");
    around.no_proxy = from_environment("no_proxy", "NO_PROXY");
    return around;
}

// How many tickets `rate` can keep up with; a warning, as the list may grow while it runs anyway.
void warn_of_rate(const setup& what) {
    const bool details = what.rules.policies->reads.details;
    const double calls = config::calls_per_reading(details, details ? 1 : 0);
    const auto shortfall =
        config::rate_shortfall(what.options.coc.rate, what.options.polling.slowest,
                               static_cast<int>(what.options.watch.size()), calls);
    if (shortfall) std::fprintf(stderr, "warning: %s\n", shortfall->c_str());
}

// A secret that is missing does not keep the daemon from guarding, so that only --check refuses it.
bool report_secrets(const std::vector<notice_target>& all) {
    bool well = true;
    for (const notice_target& each : all) {
        const secret_finding found = look_at_secret(each);
        well = well && found.problem.empty();
        if (!found.problem.empty()) std::fprintf(stderr, "error: %s\n", found.problem.c_str());
        if (!found.warning.empty()) std::fprintf(stderr, "warning: %s\n", found.warning.c_str());
    }
    return well;
}

exit_code report_check(const loaded& what) {
    std::fputs(what.rendered.c_str(), stderr);
    if (!what.good) {
        std::fprintf(stderr, "rolloutd: %zu problems; nothing was started\n", what.issues.size());
        return exit_code::bad_config;
    }
    warn_of_rate(*what.good);
    if (!report_secrets(what.good->notices)) return exit_code::bad_config;
    std::size_t rules = 0;
    const auto& set = what.good->rules.policies->policies;
    for (const policies::policy& each : set)
        rules += each.rules.size();
    std::printf("ok: %zu policies with %zu rules, %zu tickets, mode %s\n", set.size(), rules,
                what.good->options.watch.size(),
                std::string(to_text(what.good->rules.ceiling)).c_str());
    return exit_code::ok;
}

// What a crash leaves behind must not hold the token. The limit alone is not heard by a kernel that
// pipes dumps into a program; a process that cannot be dumped has none, and no other process of the
// same user may trace it or read its memory or environment.
void forbid_core_dumps() {
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
    ::prctl(PR_SET_DUMPABLE, 0);
}

exit_code start(const arguments& given) {
    const auto load = [given] {
        return load_setup(given.config, credentials_directory(), proxy_environment());
    };
    loaded first = load();
    if (given.check) return report_check(first);
    std::fputs(first.rendered.c_str(), stderr);
    if (!first.good) {
        std::fprintf(stderr, "rolloutd: %zu problems; not started\n", first.issues.size());
        return exit_code::bad_config;
    }
    forbid_core_dumps();
    ::umask(027);
    ::signal(SIGPIPE, SIG_IGN);
    return run_on_machine(std::move(*first.good), load, given.accept_broken);
}

}  // namespace

int run_rolloutd(int argc, char** argv) {
    arguments given;
    CLI::App line("rolloutd guards script rollouts on Huawei Cloud COC.", "rolloutd");
    line.footer(examples);
    line.add_option("--config", given.config, "the configuration file")
        ->type_name("FILE")
        ->capture_default_str();
    line.add_flag("--check", given.check, "load everything, print every problem, and exit");
    line.add_option("--accept-broken-journal", given.accept_broken,
                    "set damaged journal files aside and begin a new chain that says why")
        ->type_name("REASON");
    line.set_version_flag("--version", std::string("rolloutd ") + ROLLOUTD_VERSION);
    try {
        line.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return line.exit(error) == 0 ? number(exit_code::ok) : number(exit_code::usage);
    }
    return number(start(given));
}

}  // namespace rolloutd::daemon
