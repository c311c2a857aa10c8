#pragma once
// policies::explain of a watched ticket as JSON, for rolloutctl explain. Reads the fleet, changes
// nothing.

#include <boost/json/object.hpp>
#include <optional>

#include "daemon/fleet.h"
#include "policies/explain.h"

namespace rolloutd::daemon {

boost::json::object to_json(const policies::explanation& what);

// Nullopt when the ticket is not watched.
std::optional<boost::json::object> explain_ticket(const fleet& what, const policies::ticket_id& id);

}  // namespace rolloutd::daemon
