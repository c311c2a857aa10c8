#pragma once
// From the text of rolloutd.yaml to config.h, as strictly as DESIGN §5 asks: every problem at once,
// each with its place. Pure: reads no file and no environment. Called by the daemon at start, by
// --check and at reload.

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"
#include "policies/diagnostic.h"

namespace rolloutd::config {

struct load_result {
    config settings;  // usable only when the issues hold no error
    std::vector<policies::issue> issues;
};

load_result load_config(policies::source_file file);

// Where a credential of this name may be: an absolute name as it is; a relative one in the
// directory of the service's credentials ("" when there is none), then in the folder of the
// configuration file.
std::vector<std::string> credential_candidates(const std::string& name,
                                               const std::string& credentials_directory,
                                               const std::string& folder);

// The first candidate that exists; the last when none does, so that the error names a path.
std::string find_credential(const std::string& name, const std::string& credentials_directory,
                            const std::string& folder,
                            const std::function<bool(const std::string&)>& exists);

// Calls that one reading of a ticket takes: its status and its statistics, and where policies need
// details, one more for each batch that changed.
double calls_per_reading(bool details, int changed_batches);

// What is wrong when `rate` cannot read this many tickets, of `calls` (> 0) each, within
// `slowest` (poll.slowest); nullopt when it can. Counts only what is never lent to operations.
std::optional<std::string> rate_shortfall(const call_rate& rate, duration slowest, int tickets,
                                          double calls);

}  // namespace rolloutd::config
