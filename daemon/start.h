#pragma once
// The program rolloutd: its command line, the machine's own ports, and the signals. Everything that
// it starts is an app.

#include "daemon/app.h"

namespace rolloutd::daemon {

// Returns the exit code of DESIGN §4. Writes to standard output and standard error.
int run_rolloutd(int argc, char** argv);

}  // namespace rolloutd::daemon
