#pragma once
// Whom people want to be told by: a webhook or an Alertmanager of the configuration, with all that
// is needed to reach it. Pure but for make_notice_client. Made by setup, used by the herald.

#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/http.h"
#include "api/proxy.h"
#include "config/config.h"

namespace rolloutd::daemon {

enum class target_kind { webhook, alertmanager };

struct notice_target {
    // "webhook hooks.example.com", "alertmanager 127.0.0.1:9093": for logs, metrics and status. The
    // path and query are not in it, as they may hold what nobody else should know.
    std::string name;
    target_kind kind = target_kind::webhook;
    api::endpoint where;
    std::string path;         // with the query
    std::string secret_path;  // "" for messages without a signature
    std::string ca_file;      // "" is the system's store
    std::optional<api::proxy_address> way;
    bool operator==(const notice_target&) const = default;
};

// In the order of the configuration; targets of one name are numbered. `credential` finds a file
// that the configuration names, `way` the proxy to an endpoint.
struct target_sources {
    std::function<std::string(const std::string&)> credential;
    std::function<std::optional<api::proxy_address>(const api::endpoint&)> way;
};
std::vector<notice_target> targets_of(const std::vector<config::notify_target>& from,
                                      const target_sources& by);

// What is wrong with the file that holds the secret, for people; "" when it can be used, or none is
// named. `warning`: it can be used, but others on this machine can read it.
struct secret_finding {
    std::string problem;
    std::string warning;
};
secret_finding look_at_secret(const notice_target& what);

// One connection at a time, and answers of a few KiB. A content failure when the certificates
// cannot be read.
api::result<std::shared_ptr<api::http_client>> make_notice_client(boost::asio::any_io_executor loop,
                                                                  const notice_target& to);

using notice_connector =
    std::function<api::result<std::shared_ptr<api::http_client>>(const notice_target&)>;

}  // namespace rolloutd::daemon
