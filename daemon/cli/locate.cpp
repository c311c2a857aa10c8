#include "daemon/cli/locate.h"

#include <cstdio>

#include "config/config_loader.h"
#include "daemon/cli/terminal.h"
#include "daemon/files.h"

namespace rolloutd::daemon::cli {

std::optional<located> locate(const common_options& how) {
    file_text read = read_file(how.config);
    if (!read.text) {
        std::fprintf(stderr, "rolloutctl: %s: %s; name the daemon's configuration with --config\n",
                     harmless(how.config).c_str(), read.problem.c_str());
        return std::nullopt;
    }
    const std::string text = *read.text;
    const config::load_result loaded = config::load_config({how.config, std::move(*read.text)});
    if (policies::has_errors(loaded.issues)) {
        for (const policies::issue& each : loaded.issues) {
            std::fputs(policies::render(each, text).c_str(), stderr);
        }
        return std::nullopt;
    }
    return located{loaded.settings.admin.socket, loaded.settings.state};
}

}  // namespace rolloutd::daemon::cli
