#pragma once
// HTTP on the daemon's unix socket and on its listen address: accepts, bounds and parses requests,
// and asks the pages for what to answer. Knows no page. Beast stays in its .cpp.

#include <sys/types.h>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <memory>
#include <optional>
#include <string>

#include "daemon/event_log.h"

namespace rolloutd::daemon {

struct admin_request {
    std::string method;
    std::string path;    // without the query
    bool local = false;  // came over the unix socket
    uid_t uid = 0;       // of the peer; only for local ones
    std::string body;    // bounded by admin_limits
};

struct admin_page {
    int status = 200;
    std::string type = "application/json";
    std::string body;
};

// {"error":{"code":…,"message":…}}
admin_page error_page(int status, std::string code, std::string message);

class admin_pages {
public:
    virtual ~admin_pages() = default;
    // Must return at once; called on the event loop's thread. Only GET reaches it from `listen`.
    virtual admin_page answer(const admin_request& what) = 0;
    // For what came over the unix socket to change something: may wait for the disk, but no longer
    // than the client does.
    virtual boost::asio::awaitable<admin_page> act(admin_request what) { co_return answer(what); }
};

struct admin_limits {
    // At each door. One more closes the connection that has waited for longest for a whole
    // request; where all are being answered, it is closed itself.
    std::size_t connections = 64;
    std::size_t header_bytes = 8 * 1024;
    std::size_t body_bytes = 64 * 1024;
    int seconds = 30;  // for one request to come, and for one answer to go
};

class admin_server {
public:
    // `pages` and `log` must outlive the server.
    admin_server(boost::asio::any_io_executor loop, admin_pages& pages, event_log& log,
                 const admin_limits& limits = {});
    ~admin_server();

    // Makes the socket: mode 0660, of `group` where there is such a group. A socket that nobody
    // listens on is replaced; anything else at that path, or a folder that others may write to, is
    // refused. Returns what is wrong, or nullopt.
    std::optional<std::string> listen_local(const std::string& path, const std::string& group);

    // Serves a socket that listens already, and whose file belongs to whoever made it: it is
    // neither restricted nor removed here. Takes the number over. Returns what is wrong, or
    // nullopt.
    std::optional<std::string> adopt_local(int socket);

    // `host` is an IP address or "localhost"; port 0 takes a free one.
    std::optional<std::string> listen_tcp(const std::string& host, int port);

    // The port that listen_tcp took; 0 before.
    unsigned short tcp_port() const;

    // Closes the sockets, ends what is open, and removes the unix socket's file.
    boost::asio::awaitable<void> stop();

private:
    struct body;
    std::unique_ptr<body> body_;
};

}  // namespace rolloutd::daemon
