#pragma once
// The machine's time-zone data, handed to the core as a value.

#include <memory>
#include <string>

#include "policies/cel/environment.h"

namespace rolloutd::daemon {

// Reads the system's data when a zone is first asked for; keeps what it has read.
std::shared_ptr<const policies::cel::zone_source> system_zones();

// "2026a"; "unknown" when the system does not say.
std::string system_zones_version();

}  // namespace rolloutd::daemon
