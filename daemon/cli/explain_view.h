#pragma once
// What `rolloutctl explain` prints of the daemon's answer. Pure.

#include <boost/json/value.hpp>
#include <string>

#include "daemon/cli/terminal.h"

namespace rolloutd::daemon::cli {

// Leaves only the rules that the text names ("too-many-failures" or "web/too-many-failures") in the
// answer; false when there is none such. "" keeps all.
bool keep_rule(boost::json::value& explanation, const std::string& rule);

std::string render_explanation(const boost::json::value& explanation, const palette& colours);

}  // namespace rolloutd::daemon::cli
