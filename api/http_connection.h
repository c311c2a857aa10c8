#pragma once
// One connection to one origin, plain or TLS, kept alive between requests. The only header behind
// which Beast and TLS live; what it shows is plain. Never retries and never follows: the pool above
// decides.

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <string>
#include <vector>

#include "api/http.h"

namespace rolloutd::api {

// What an answer may be at most; beyond it the connection is dropped with a content failure.
struct http_limits {
    std::uint32_t header_bytes = 16 * 1024;
    std::uint64_t body_bytes = 8 * 1024 * 1024;
    http_limits() = default;
};

// The trust that TLS connections share: TLS 1.2 or newer, certificate chains verified.
class tls_trust;

// `ca_file` is a PEM file of trusted authorities; "" means the system's store. A content failure
// names the file and what is wrong with it.
result<std::shared_ptr<tls_trust>> make_tls_trust(const std::string& ca_file);

class http_connection {
public:
    virtual ~http_connection() = default;

    // Sends the request and reads its answer, all by `deadline`. After a failure the connection is
    // dead. `request` and this object must live until it returns.
    virtual boost::asio::awaitable<result<http_response>> exchange(const http_request& request,
                                                                   steady_time deadline) = 0;

    // Whether another request may follow: the last answer was complete and the peer did not say
    // close.
    virtual bool reusable() const = 0;

    // Whether the peer has closed it, or sent what nobody asked for, while it lay idle. Costs one
    // system call.
    virtual bool looks_dead() const = 0;
};

struct connect_options {
    endpoint where;
    std::vector<boost::asio::ip::tcp::endpoint> addresses;  // tried in order
    std::shared_ptr<tls_trust> trust;                       // unused for plain HTTP
    http_limits limits;
    connect_options() = default;
};

// Connects and, for https, shakes hands: the peer's certificate must be valid for the host's name.
boost::asio::awaitable<result<std::unique_ptr<http_connection>>> connect(
    boost::asio::any_io_executor executor, connect_options options, steady_time deadline);

}  // namespace rolloutd::api
