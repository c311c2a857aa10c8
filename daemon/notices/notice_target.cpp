#include "daemon/notices/notice_target.h"

#include <sys/stat.h>

#include <map>
#include <utility>

#include "api/http_pool.h"
#include "api/secret_file.h"

namespace rolloutd::daemon {

namespace {

notice_target target_of(const config::notify_target& from, const target_sources& by) {
    const bool is_webhook = !from.webhook.empty();
    notice_target made;
    made.kind = is_webhook ? target_kind::webhook : target_kind::alertmanager;
    made.where.tls = from.where.tls;
    made.where.host = from.where.host;
    made.where.port = static_cast<std::uint16_t>(from.where.port);
    made.path = is_webhook ? from.path : from.path + "/api/v2/alerts";
    if (!from.secret_file.empty()) made.secret_path = by.credential(from.secret_file);
    made.ca_file = from.ca_file;
    made.way = by.way(made.where);
    made.name = (is_webhook ? "webhook " : "alertmanager ") + api::host_header(made.where);
    return made;
}

}  // namespace

std::vector<notice_target> targets_of(const std::vector<config::notify_target>& from,
                                      const target_sources& by) {
    std::vector<notice_target> all;
    std::map<std::string, int> named;
    for (const config::notify_target& each : from) {
        notice_target made = target_of(each, by);
        const int number = ++named[made.name];
        if (number > 1) made.name += " #" + std::to_string(number);
        all.push_back(std::move(made));
    }
    return all;
}

secret_finding look_at_secret(const notice_target& what) {
    secret_finding found;
    if (what.secret_path.empty()) return found;
    api::secret_file file("webhook secret", what.secret_path, api::secret_shape::line);
    const auto read = file.read();
    if (read.has_error()) {
        found.problem = read.error().detail;
        return found;
    }
    struct stat about{};
    if (::stat(what.secret_path.c_str(), &about) == 0 && (about.st_mode & S_IROTH) != 0) {
        found.warning = "webhook secret " + what.secret_path +
                        ": everybody on this machine can read it; chmod o-r it";
    }
    return found;
}

api::result<std::shared_ptr<api::http_client>> make_notice_client(boost::asio::any_io_executor loop,
                                                                  const notice_target& to) {
    api::pool_settings how;
    how.where = to.where;
    how.proxy = to.way;
    how.ca_file = to.ca_file;
    how.connections = 1;
    how.queue = 1;
    // A few bytes are all that is expected, and they are not read for what they say.
    how.limits.body_bytes = std::uint64_t{64} * 1024;
    auto pool = api::http_pool::make(std::move(loop), std::move(how));
    if (pool.has_error()) return pool.error();
    return std::shared_ptr<api::http_client>(std::move(*pool));
}

}  // namespace rolloutd::daemon
