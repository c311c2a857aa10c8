#pragma once
// The http_client of the daemon: a bounded pool of kept-alive connections to one origin. A
// connection goes back to the pool only after a complete answer, or when nothing was written to it;
// whatever else happens to it, it is dropped. Requests that are not repeatable go first among those
// that wait, and where there may be several connections, reads never take the last one: a server
// that lets every read hang does not keep an operation waiting. Single thread.

#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <memory>
#include <optional>

#include "api/http.h"
#include "api/http_connection.h"
#include "api/idle_connections.h"
#include "api/proxy.h"
#include "api/resolver.h"
#include "api/slots.h"

namespace rolloutd::api {

struct pool_settings {
    endpoint where;
    std::optional<proxy_address> proxy;  // the way to `where`, for https only
    std::string ca_file;                 // "" is the system's store; read when the pool is made
    std::size_t connections = 16;        // at a time, >= 1
    std::size_t queue = 4096;            // reads, and operations, that may wait for one
    duration idle{25'000};  // an idle connection older than this is closed, before the peer does it
    duration keep_addresses{60'000};
    duration stagger{250};                   // between attempts at a host's several addresses
    lookup_function lookup = system_lookup;  // of the host's name, or the proxy's
    // Told of each connection that was made, and whether TLS took up an earlier session; may be
    // empty.
    std::function<void(bool resumed)> connected;
    http_limits limits;
    pool_settings() = default;
};

class http_pool final : public http_client {
public:
    // A content failure when the certificates cannot be loaded.
    static result<std::unique_ptr<http_pool>> make(boost::asio::any_io_executor executor,
                                                   pool_settings settings);

    // Waiting for a connection, looking up, connecting, handshake, request and answer share
    // `deadline`, which the wait for the request's turn puts off. When a kept-alive connection
    // proves dead before a byte of the answer came, the request is sent once more on a fresh one,
    // if it is repeatable or not one byte of it had been sent.
    boost::asio::awaitable<result<http_response>> send(const http_request& request,
                                                       steady_time deadline) override;
    boost::asio::awaitable<result<http_response>> send(http_request&&, steady_time) = delete;

    // Reads the certificates anew. Connections that are made from here on trust those, with TLS
    // sessions of their own; idle ones are closed, and busy ones after their answer. A content
    // failure when they cannot be read: then the old ones stay.
    result<void> reload_trust();

    std::size_t idle() const { return idle_.size(); }
    std::size_t busy() const { return slots_.held(); }
    std::size_t connects() const { return connects_; }  // ever tried, well or not

private:
    http_pool(boost::asio::any_io_executor executor, pool_settings settings,
              std::shared_ptr<tls_trust> trust);

    void keep(std::unique_ptr<http_connection> connection);
    boost::asio::awaitable<result<std::unique_ptr<http_connection>>> connect_anew(
        steady_time deadline);

    boost::asio::any_io_executor executor_;
    pool_settings settings_;
    std::shared_ptr<tls_trust> trust_;
    slots slots_;
    host_resolver resolver_;
    idle_connections idle_;
    std::size_t connects_ = 0;
};

}  // namespace rolloutd::api
