#pragma once
// The commands by which people act (DESIGN §4): hold, freeze, pause and the like, each with its
// options and examples. Each asks the daemon once over its socket and prints what came of it.

#include "daemon/cli/commands.h"

namespace CLI {
class App;
}

namespace rolloutd::daemon::cli {

// Adds all of them to the command line. `how` and `code` must outlive its parsing; `code` becomes
// the exit code of the one that ran.
void add_act_commands(CLI::App& line, const common_options& how, int& code);

}  // namespace rolloutd::daemon::cli
