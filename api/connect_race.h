#pragma once
// Happy eyeballs (RFC 8305): a host with several addresses, of which some may swallow what is sent
// to them, is connected to without waiting for the bad ones. Attempts begin one after the other,
// soon, and go on side by side; the first to succeed wins and the others are closed. Knows nothing
// of TLS or HTTP. Called by http_connection.

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <vector>

#include "api/clock.h"
#include "api/result.h"

namespace rolloutd::api {

using tcp_addresses = std::vector<boost::asio::ip::tcp::endpoint>;

// The same addresses with the families taking turns, the first one's first (RFC 8305 §4): should
// one family lead nowhere, the second attempt tries the other. Within a family the order stays.
tcp_addresses interleave(const tcp_addresses& addresses);

struct race_rules {
    duration stagger{250};  // RFC 8305 §5: from one attempt to the next, unless that fails before
    steady_time deadline;   // for all of it
    race_rules() = default;
};

// The socket that connected first. A network failure (nothing sent) when none did: "timeout", or
// what the last attempt met; its detail names every address with what happened there. No socket is
// left behind, also when the coroutine is cancelled.
boost::asio::awaitable<result<std::unique_ptr<boost::asio::ip::tcp::socket>>> connect_first(
    boost::asio::any_io_executor executor, tcp_addresses addresses, race_rules rules);

}  // namespace rolloutd::api
