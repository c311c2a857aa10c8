#pragma once
// HTTP in plain values, and the port to whoever sends it: the cloud gateway sees this, never Beast
// or TLS.

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/clock.h"
#include "api/result.h"
#include "api/secret.h"

namespace rolloutd::api {

struct http_header {
    std::string name;
    std::string value;
    http_header(std::string_view called, std::string_view says) : name(called), value(says) {}
    // Some carry a token or a signature, so all are wiped.
    ~http_header() { wipe(value); }
    http_header(const http_header&) = default;
    http_header(http_header&&) noexcept = default;
    http_header& operator=(const http_header&) = default;
    http_header& operator=(http_header&& other) noexcept {
        name.swap(other.name);
        value.swap(other.value);
        return *this;
    }
    bool operator==(const http_header&) const = default;
};

// Says whether a request may be written: "" lets it go, anything else is the reason why not. Asked
// on the loop's thread each time that its first byte is about to be written, with no suspension in
// between; must neither block nor throw.
using write_check = std::function<std::string()>;

// Where a request waits for its turn once it has a connection, so that nothing but the check lies
// between its turn and its first byte: turns that were given out earlier could all be used at the
// moment at which a network comes back.
class turnstile {
public:
    virtual ~turnstile() = default;

    // Whether it may go now. Then it is its turn: what is written again needs another one.
    virtual bool opens_at_once() = 0;

    // Waits for its turn. How long that took, by which the deadline of the request is put off; a
    // failure with nothing sent when it does not come.
    virtual boost::asio::awaitable<result<duration>> wait() = 0;
};

struct http_request {
    std::string method;
    std::string target;                // path and query, percent-encoded
    std::vector<http_header> headers;  // besides Host, Content-Length and Connection
    std::string_view fixed_lines;      // and those of every request, as they are sent: a literal
    secret_text body;                  // a login's holds a password
    turnstile* turn = nullptr;         // outlives the sending; without one it may go at any time
    write_check check;                 // may be empty: then nothing is asked
    http_request() = default;
};

// The failure of a request that its check has withheld; nothing when it may be written.
std::optional<failure> ask_check(const http_request& request);

// Whether it may go now; otherwise its turn is to be waited for.
inline bool takes_turn_at_once(const http_request& request) {
    return request.turn == nullptr || request.turn->opens_at_once();
}

// GET changes nothing and may be sent again when a kept-alive connection turns out to be dead.
inline bool is_repeatable(const http_request& request) { return request.method == "GET"; }

struct http_response {
    int status = 0;
    std::vector<http_header> headers;
    std::string body;
    http_response() = default;
};

// The first header of that name, in any case; "" when there is none. Only the headers that
// response_parser knows to be asked for are kept of an answer.
std::string_view find_header(const http_response& response, std::string_view name);

// Where requests go. `prefix` is put before each target and has no trailing slash.
struct endpoint {
    bool tls = true;
    std::string host;  // name or address, IPv6 without brackets
    std::uint16_t port = 443;
    std::string prefix;
    endpoint() = default;
    bool operator==(const endpoint&) const = default;
};

// "https://coc.myhuaweicloud.com", "http://127.0.0.1:8080/base". No user, query or fragment. A
// content failure says what is wrong. Whether plain HTTP is allowed is the configuration's
// business.
result<endpoint> parse_endpoint(std::string_view url);

// host[:port] as the Host header has it: the port only where it is not the scheme's own.
std::string host_header(const endpoint& where);

// The bytes of a request before its body. Fails (content, nothing sent) when a method, target or
// header holds a byte that does not belong there: no value may smuggle in a second header or
// request.
// `host` is host_header(where).
result<std::string> request_head(const endpoint& where, std::string_view host,
                                 const http_request& request);

// Sends a request and returns its answer, whatever its status: redirects are answers, too. Ends by
// `deadline` at the latest, put off by the wait for its turn. A failure's origin is network or
// content (an answer that is not HTTP, or too large); `sent` says whether the peer may have seen
// any byte of the request. Before each time that the request is written, waits for its turn, with a
// connection in hand, and then asks its check, and writes nothing when that says no:
// is_withheld(failure). `request` must live until it returns.
class http_client {
public:
    virtual ~http_client() = default;
    virtual boost::asio::awaitable<result<http_response>> send(const http_request& request,
                                                               steady_time deadline) = 0;
};

}  // namespace rolloutd::api
