#pragma once
// The daemon's status, as JSON from its socket, turned into what a person reads. Pure.

#include <boost/json/value.hpp>
#include <string>

#include "daemon/cli/terminal.h"

namespace rolloutd::daemon::cli {

// Everything that is watched: a line for each ticket.
std::string render_status(const boost::json::value& status, const palette& colours);

// One ticket: counts, rules with their verdicts and how far they are, operations.
std::string render_ticket(const boost::json::value& ticket, const palette& colours);

}  // namespace rolloutd::daemon::cli
