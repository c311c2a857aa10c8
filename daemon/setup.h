#pragma once
// Everything that people wrote for the daemon, read and checked together: rolloutd.yaml and the
// policies that it names. All problems of all files at once. Called at start, by --check and at
// reload; knows nothing of what runs.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/proxy.h"
#include "config/config.h"
#include "daemon/notices/notice_target.h"
#include "policies/diagnostic.h"
#include "policies/settings.h"

namespace rolloutd::daemon {

// Where the secrets are that cloud.auth names; "" for those that it does not.
struct secret_paths {
    std::string password;
    std::string access_key;
    std::string secret_key;
    std::string security_token;
    bool operator==(const secret_paths&) const = default;
};

// The proxies on the way to the cloud and to IAM, where the environment names one for them.
struct proxies {
    std::optional<api::proxy_address> cloud;
    std::optional<api::proxy_address> iam;
};

struct setup {
    config::config options;
    // With policies and zones, generation 0.
    policies::settings rules;
    std::string token_path;
    secret_paths secrets;
    proxies ways;
    std::vector<notice_target> notices;
};

// Where the configuration says that something is.
api::endpoint endpoint_of(const config::endpoint& from);

struct loaded {
    std::optional<setup> good;            // absent when there is any error
    std::vector<policies::issue> issues;  // sorted, warnings too
    std::string rendered;  // the same for people, with carets; "" when there are none
};

// Reads the files. `credentials` is $CREDENTIALS_DIRECTORY, "" without one; `around` what the
// environment says of proxies.
loaded load_setup(const std::string& config_path, const std::string& credentials,
                  const api::proxy_environment& around = api::proxy_environment());

// Settings that differ and that a running daemon does not take over: it keeps the old ones until it
// is restarted. "cloud.endpoint", "state", ...
std::vector<std::string> needs_restart(const setup& before, const setup& after);

// Policies alone, from files and folders, as `rolloutctl check` takes them.
struct checked_policies {
    int files = 0;
    int rules = 0;
    std::vector<policies::issue> issues;  // findings of the lint are among them, as warnings
    std::string rendered;
    policies::policy_set set;  // usable only when the issues hold no error
};

// `every` is the time between two readings, which the lint compares `for` with.
checked_policies check_policies(const std::vector<std::string>& paths,
                                policies::duration every = std::chrono::seconds{5});

}  // namespace rolloutd::daemon
