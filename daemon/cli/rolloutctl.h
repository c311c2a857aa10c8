#pragma once
// The program rolloutctl: its command line. What each command does is in commands.h.

namespace rolloutd::daemon::cli {

// Returns the exit code of DESIGN §4. Writes to standard output and standard error.
int run_rolloutctl(int argc, char** argv);

}  // namespace rolloutd::daemon::cli
