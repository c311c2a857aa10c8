#pragma once
// What rolloutd.yaml asks of the fleet: which tickets, and how often they are read. Pure.

#include "config/config.h"
#include "daemon/fleet.h"

namespace rolloutd::daemon {

watch_list list_of(const config::config& options);

// A quarter of the connections, at least one where there are several, is left to operations and to
// the list.
poll_plan plan_of(const config::config& options);

}  // namespace rolloutd::daemon
