#include "daemon/cli/rolloutctl.h"

int main(int argc, char** argv) { return rolloutd::daemon::cli::run_rolloutctl(argc, argv); }
