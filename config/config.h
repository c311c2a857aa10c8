#pragma once
// rolloutd.yaml as plain structs (DESIGN §5): what an operator chose, checked, with every default
// filled in. Owns no files and no secrets, only the names of the files that hold them. Made by
// config_loader, read by the daemon.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "policies/operation.h"
#include "policies/policy.h"
#include "policies/settings.h"
#include "policies/time.h"

namespace rolloutd::config {

using policies::duration;

// Where the COC service answers. Plain http only for loopback addresses.
struct endpoint {
    bool tls = true;
    std::string host;  // a name or an address, without brackets
    int port = 443;
    bool operator==(const endpoint&) const = default;
};

// How many calls the daemon may make, as a token bucket.
struct call_rate {
    int per_second = 20;
    int burst = 40;
    // Of per_second, kept for operations while any waits; in tenths of 1%.
    int reserved_tenths = 250;
    bool operator==(const call_rate&) const = default;
};

// A user who gets tokens from IAM for a password.
struct iam_login {
    endpoint where;
    std::string domain;
    std::string user;
    std::string password_file;  // as written
    std::string project;        // empty: a token of the whole domain
    bool operator==(const iam_login&) const = default;
};

// The names of the files that hold the keys that sign requests, as written.
struct signing_keys {
    std::string access_key_file;
    std::string secret_key_file;
    std::string security_token_file;  // empty: the keys are permanent ones
    bool operator==(const signing_keys&) const = default;
};

struct cloud {
    endpoint where;
    // As written: endpoint_text is what people are shown.
    std::string endpoint_text;
    std::string project_id;  // empty: none
    // Exactly one of these three. The name of the file that holds the token is as it was written;
    // see credential_candidates().
    std::string token_file;
    std::optional<iam_login> iam;
    std::optional<signing_keys> aksk;
    std::string ca_file;                          // path; empty: the system's store
    duration timeout = std::chrono::seconds{10};  // of one call, whole
    call_rate rate;
    int connections = 16;  // kept open at most
    policies::legal_table legal = policies::default_legal_table();
};

struct watched_ticket {
    policies::ticket_id id;
    std::map<std::string, std::string> labels;
};

// Tickets that nobody named: which of those that the cloud lists are watched.
struct discovery {
    duration every = std::chrono::seconds{30};
    std::string creator;              // empty: of all creators
    policies::cel::expression match;  // over ticket; empty: all of the creator's
    // Tickets watched at a time, those that were named included: a condition that is too wide must
    // not fill the machine's memory. Not to be configured.
    std::size_t most = 50'000;
};

struct poll {
    duration every = std::chrono::seconds{5};     // the usual interval between two readings
    duration fastest = std::chrono::seconds{1};   // when something is about to be decided
    duration slowest = std::chrono::seconds{60};  // when little happens or calls are scarce
};

struct operations {
    duration effect_deadline = std::chrono::seconds{60};  // until an effect counts as lost
    int tries = 3;                                        // of one operation
};

struct journal {
    std::int64_t rotate_bytes = std::int64_t{64} << 20;  // a file is closed at this size
    duration keep = std::chrono::hours{24 * 90};         // older files are removed
    std::int64_t keep_bytes = std::int64_t{10} << 30;    // so are the oldest beyond this
    std::string sign_key_file;                           // as written; empty: not signed
    // Script parameters whose names contain one of these are journalled as salted hashes.
    std::vector<std::string> redact = {"pass", "secret", "token", "key"};
};

struct api {
    std::string socket = "/run/rolloutd/rolloutd.sock";
    std::string operators_group = "rolloutd-operators";  // may act through the socket
    std::string listen_host = "127.0.0.1";               // serves only GET
    int listen_port = 7655;                              // 0: any free port
};

// Exactly one of webhook and alertmanager is set.
struct notify_target {
    std::string webhook;       // as written
    std::string secret_file;   // as written; of a webhook, may be empty
    std::string alertmanager;  // as written
    std::string ca_file;       // path; empty: the system's store
    // What the address says.
    endpoint where;
    std::string path;  // with the query; "/" at least for a webhook, without a trailing slash else
};

struct config {
    std::string file;    // as it was named
    std::string folder;  // its folder, "." when the name has none
    cloud coc;
    std::string policies_folder;  // path
    std::vector<watched_ticket> watch;
    std::optional<discovery> discover;
    poll polling;
    operations operating;
    policies::mode ceiling = policies::mode::observe;  // the most that any policy may do
    policies::fleet_limits limits;
    duration human_hold = std::chrono::minutes{30};
    duration proposals_expire = std::chrono::hours{1};
    std::string state = "/var/lib/rolloutd";
    journal journalling;
    api admin;
    std::vector<notify_target> notify;
};

// What the engine is told of the configuration. Policies, zones and the generation are the
// daemon's to fill in.
policies::settings to_settings(const config& from);

}  // namespace rolloutd::config
