#pragma once
// The effective settings as text, for the journal's `start` and `reload` records: with them and the
// policies' digests a decision can be judged again. Pure; whoever writes JSON takes the pairs in
// this order.

#include <string>
#include <utility>
#include <vector>

#include "policies/settings.h"

namespace rolloutd::config {

// Key as in rolloutd.yaml ("operations.tries") and value as it would be written there, only what
// the engine reads, defaults included.
std::vector<std::pair<std::string, std::string>> json_view(const policies::settings& what);

}  // namespace rolloutd::config
