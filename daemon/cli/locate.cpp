#include "daemon/cli/locate.h"

#include <cstdio>

#include "config/config_loader.h"
#include "daemon/cli/terminal.h"
#include "daemon/files.h"

namespace rolloutd::daemon::cli {

namespace {

void print_problem(const common_options& how, const std::string& problem, const char* advice) {
    std::fprintf(stderr, "rolloutctl: %s: %s; %s\n", harmless(how.config).c_str(), problem.c_str(),
                 advice);
}

// Prints what is wrong with it.
config::load_result load(const common_options& how, const std::string& text) {
    config::load_result loaded = config::load_config({how.config, text});
    if (policies::has_errors(loaded.issues)) {
        for (const policies::issue& each : loaded.issues)
            std::fputs(policies::render(each, text).c_str(), stderr);
    }
    return loaded;
}

}  // namespace

std::optional<located> locate(const common_options& how) {
    const file_text read = read_file(how.config);
    if (!read.text) {
        print_problem(how, read.problem, "name the daemon's configuration with --config");
        return std::nullopt;
    }
    const config::load_result loaded = load(how, *read.text);
    if (policies::has_errors(loaded.issues)) return std::nullopt;
    return located{loaded.settings.admin.socket, loaded.settings.state};
}

std::optional<std::string> find_socket(const common_options& how) {
    if (!how.socket.empty()) return how.socket;
    const file_text read = read_file(how.config);
    if (!read.text && how.config != common_options{}.config) {
        print_problem(how, read.problem, "name the daemon's socket with --socket");
        return std::nullopt;
    }
    const std::string usual = config::api{}.socket;
    if (!read.text) {
        print_problem(how, read.problem, ("asking at " + usual).c_str());
        return usual;
    }
    const config::load_result loaded = load(how, *read.text);
    const std::string socket = loaded.settings.admin.socket;
    if (policies::has_errors(loaded.issues)) {
        std::fprintf(stderr, "rolloutctl: asking at %s all the same; --socket names another\n",
                     harmless(socket).c_str());
    }
    return socket;
}

}  // namespace rolloutd::daemon::cli
