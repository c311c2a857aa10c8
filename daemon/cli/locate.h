#pragma once
// Where the daemon's socket and state are, by its configuration file.

#include <optional>
#include <string>

#include "daemon/cli/commands.h"

namespace rolloutd::daemon::cli {

struct located {
    std::string socket;
    std::string state;
};

// Prints what is wrong on standard error and returns nullopt when the file cannot be read or used.
std::optional<located> locate(const common_options& how);

}  // namespace rolloutd::daemon::cli
