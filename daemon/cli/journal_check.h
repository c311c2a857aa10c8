#pragma once
// How `verify` and `bundle` check a journal and tell it to programs: in one way. Reads only.

#include <boost/json/object.hpp>
#include <string>

#include "daemon/journal/verify.h"

namespace rolloutd::daemon::cli {

// Of a state or journal folder: every record in full, and a daemon that holds the lock may be in
// the middle of a line.
verify_options whole_check(const std::string& root);

boost::json::object to_json(const verified& what);

}  // namespace rolloutd::daemon::cli
