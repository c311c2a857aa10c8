#pragma once
// One connection to one origin, plain or TLS, straight or through a proxy, kept alive between
// requests. The only header behind which Beast and TLS live; what it shows is plain. Never retries
// and never follows: the pool above decides.

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <optional>

#include "api/connect_race.h"
#include "api/http.h"
#include "api/proxy.h"

namespace rolloutd::api {

// What an answer may be at most; beyond it the connection is dropped with a content failure.
struct http_limits {
    std::uint32_t header_bytes = 16 * 1024;
    std::uint64_t body_bytes = 8 * 1024 * 1024;
    http_limits() = default;
};

class tls_trust;

// What was settled when the connection was made.
struct connection_facts {
    boost::asio::ip::tcp::endpoint address;  // which of those tried it was; with a proxy, its own
    bool resumed = false;                    // whether an earlier TLS session was taken up
    std::shared_ptr<const tls_trust> trust;  // null for plain HTTP
    connection_facts() = default;
};

class http_connection {
public:
    virtual ~http_connection() = default;

    // Sends the request and reads its answer, all by `deadline`. After a failure the connection is
    // dead. `request` and this object must live until it returns.
    virtual boost::asio::awaitable<result<http_response>> exchange(const http_request& request,
                                                                   steady_time deadline) = 0;

    // Whether another request may follow: nothing was written to it yet, or the last answer was
    // complete and the peer did not say close.
    virtual bool reusable() const = 0;

    // Whether the peer has closed it, or sent what nobody asked for, while it lay idle. Costs one
    // system call.
    virtual bool looks_dead() const = 0;

    virtual const connection_facts& facts() const = 0;
};

struct connect_options {
    endpoint where;
    std::optional<proxy_address> proxy;  // for https only
    tcp_addresses addresses;             // of the proxy if there is one, else of `where`
    duration stagger{250};               // from the attempt at one of them to the next
    std::shared_ptr<tls_trust> trust;    // unused for plain HTTP
    http_limits limits;
    connect_options() = default;
};

// Connects to the first address that answers, has the proxy open a tunnel and, for https, shakes
// hands: the peer's certificate must be valid for the host's name. Nothing of a request is sent. A
// network failure "proxy" carries the proxy's answer in its detail, and no status: the cloud has
// said nothing.
boost::asio::awaitable<result<std::unique_ptr<http_connection>>> connect(
    boost::asio::any_io_executor executor, connect_options options, steady_time deadline);

}  // namespace rolloutd::api
