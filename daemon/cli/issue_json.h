#pragma once
// The problems and findings of policies as `-o json` shows them, the same for every command: an
// editor can mark the range. Lines and columns count from 1, columns in characters; the end is one
// past the last marked character.

#include <boost/json/array.hpp>
#include <vector>

#include "policies/diagnostic.h"

namespace rolloutd::daemon::cli {

// Each has file, line, column, endLine, endColumn, code, severity, message and hint.
boost::json::array issues_to_json(const std::vector<policies::issue>& all);

}  // namespace rolloutd::daemon::cli
