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

// The socket alone, for whoever wants to be heard now: a running daemon keeps its old settings when
// somebody breaks the file, and can be frozen all the same. What is wrong with the file is printed;
// nullopt only when a file that was named cannot be read.
std::optional<std::string> find_socket(const common_options& how);

}  // namespace rolloutd::daemon::cli
