#pragma once
// What a ticket's step saw of the rest of the fleet, as JSON: one ticket's records can be replayed
// with it where those of the others are not at hand.

#include <boost/json/value.hpp>
#include <optional>
#include <string>

#include "policies/settings.h"

namespace rolloutd::daemon {

std::string fleet_text(const policies::fleet_view& what);

// Nothing when it is no such text.
std::optional<policies::fleet_view> fleet_from(const boost::json::value& what);

}  // namespace rolloutd::daemon
