#pragma once
// What the daemon answered, for the commands that ask it: the JSON, or the exit code after the
// reason was printed.

#include <boost/json/value.hpp>
#include <variant>

#include "daemon/cli/local_client.h"

namespace rolloutd::daemon::cli {

// The body of a 200. Otherwise what went wrong is said on standard error, and the code is 69 when
// the daemon was not reached, else 1.
std::variant<boost::json::value, int> take_answer(const local_answer& answer);

// The member as text; "" when it is not there or no text.
std::string text_in(const boost::json::value& from, std::string_view name);

}  // namespace rolloutd::daemon::cli
