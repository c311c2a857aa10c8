#pragma once
// What is left out of a record's body so that its line stays within record_limit. Pure; called by
// the journal before it writes.

#include <boost/json/object.hpp>
#include <cstddef>
#include <string_view>

namespace rolloutd::daemon {

// Cuts `what`, the body of a record of that kind, and returns its bytes as JSON. A policy's text is
// never cut: it would be another policy (policies::max_policy_bytes).
std::size_t cut_to_fit(std::string_view kind, boost::json::object& what);

}  // namespace rolloutd::daemon
