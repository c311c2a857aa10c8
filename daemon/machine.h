#pragma once
// The real ports: sockets, disk, clock, entropy, systemd and signals of this machine. The only
// place that names them; everything else sees ports.

#include <functional>
#include <string>

#include "daemon/app.h"

namespace rolloutd::daemon {

// Runs one app to its end. `load` reads configuration and policies anew, for SIGHUP.
exit_code run_on_machine(setup first, std::function<loaded()> load,
                         const std::string& accept_broken);

}  // namespace rolloutd::daemon
