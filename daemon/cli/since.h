#pragma once
// The `--since` of commands that read the journal.

#include <optional>
#include <string>

#include "policies/time.h"

namespace rolloutd::daemon::cli {

// "1h30m" ago by the machine's clock, or a time as the journal has it. Says on standard error what
// is wrong with it and returns nullopt.
std::optional<policies::timestamp> since_of(const std::string& text);

}  // namespace rolloutd::daemon::cli
