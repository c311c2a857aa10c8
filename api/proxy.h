#pragma once
// Which way a request takes: straight, or through an HTTP proxy by CONNECT. Pure: the environment
// comes in as a value, read by the daemon's start. Knows no socket.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "api/http.h"
#include "api/result.h"

namespace rolloutd::api {

struct proxy_address {
    std::string host;  // name or address, IPv6 without brackets
    std::uint16_t port = 80;
    proxy_address() = default;
    bool operator==(const proxy_address&) const = default;
};

// "proxy.example:3128", "[::1]:3128".
std::string to_text(const proxy_address& where);

// The values of HTTPS_PROXY and NO_PROXY, "" where they are not set.
struct proxy_environment {
    std::string https_proxy;
    std::string no_proxy;
    proxy_environment() = default;
};

// "http://host:port", "host:port" or "http://host" (port 80). A content failure says what is wrong,
// and never quotes the value, which may hold a password: a proxy that is spoken to by TLS, another
// scheme, credentials.
result<proxy_address> parse_proxy(std::string_view text);

// Whether `no_proxy` names `where`. Entries are separated by commas or spaces:
//   *                  everything
//   example.com        that name and all below it
//   .example.com       all names below it, also written *.example.com
//   192.0.2.1  ::1     an address, also in brackets
//   10.0.0.0/8         all addresses of a network, of either family
// each but `*` and networks with an optional :port, and then for that port only. What is none of
// these names nothing.
bool is_excepted(std::string_view no_proxy, const endpoint& where);

// localhost, names below it, 127.0.0.0/8 and ::1.
bool is_loopback(std::string_view host);

// The proxy for `where`, or nothing: plain HTTP and loopback hosts never take one. Fails as
// parse_proxy does, but only where the proxy would be used: the environment is often everybody's.
result<std::optional<proxy_address>> choose_proxy(const proxy_environment& around,
                                                  const endpoint& where);

// What opens a tunnel through a proxy to `where` (RFC 9110 §9.3.6). No credential is in it.
std::string tunnel_request(const endpoint& where);

// `head` is the proxy's answer up to its empty line. Nothing when it has opened the tunnel, else
// the first line, cut to 200 characters, with what is not printable replaced.
std::optional<std::string> tunnel_refusal(std::string_view head);

}  // namespace rolloutd::api
