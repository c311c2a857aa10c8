#include "daemon/cli/refusals.h"

#include <cstdio>

#include "daemon/cli/exit_codes.h"
#include "daemon/cli/terminal.h"

namespace rolloutd::daemon::cli {

namespace {

int say(const std::string& why, int code) {
    std::fprintf(stderr, "rolloutctl: %s\n", harmless(why).c_str());
    return code;
}

}  // namespace

int refuse(const std::string& why) { return say(why, exit_with::error); }

int refuse_usage(const std::string& why) { return say(why, exit_with::usage); }

int refuse_ticket(const std::string& given) {
    return refuse_usage("'" + given + "' is not a ticket");
}

}  // namespace rolloutd::daemon::cli
