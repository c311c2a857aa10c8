#include "daemon/start.h"

int main(int argc, char** argv) { return rolloutd::daemon::run_rolloutd(argc, argv); }
