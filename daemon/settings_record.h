#pragma once
// The settings that the engine reads, as `start`, `reload` and `checkpoint` records carry them:
// with these, the policies' texts and the recorded inputs, a decision can be made again.

#include <boost/json/object.hpp>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "policies/settings.h"

namespace rolloutd::daemon {

boost::json::object settings_record(const policies::settings& what);

// The way back, for replay: without policies, zones and generation, which stand elsewhere. Nothing
// when it is no such record. What an older record does not name has its default.
std::optional<policies::settings> settings_from(const boost::json::object& recorded);

// File to SHA-256 of its text.
std::map<std::string, std::string> policy_digests(const policies::settings& what);

// The settings as watchers share them, with the number of their reload.
std::shared_ptr<const policies::settings> with_generation(policies::settings rules, int number);

}  // namespace rolloutd::daemon
