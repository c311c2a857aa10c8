#pragma once
// The addresses of one host. Names are looked up in the background and kept: getaddrinfo blocks for
// as long as it likes, minutes even, so each host has a thread of its own for it, that exists only
// while a lookup goes on. Nobody waits for it longer than their own deadline, one lookup serves
// all, and one that hangs holds up neither other hosts nor the end of the program. Single thread
// but for that.

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "api/clock.h"
#include "api/connect_race.h"
#include "api/result.h"

namespace rolloutd::api {

struct lookup_answer {
    std::vector<boost::asio::ip::address> addresses;
    std::string error;  // why there are none
    lookup_answer() = default;
};

// Called on a thread of its own; may block, and may still run when everything else is gone: it must
// refer to nothing that it does not own.
using lookup_function = std::function<lookup_answer(const std::string& host)>;

// getaddrinfo: /etc/hosts, DNS and whatever else the machine is told to ask.
lookup_answer system_lookup(const std::string& host);

struct resolver_settings {
    std::string host;  // an address is taken as it is, without a lookup
    std::uint16_t port = 443;
    duration keep{60'000};  // looked up anew after this, while the old addresses go on serving
    lookup_function lookup = system_lookup;
    resolver_settings() = default;
};

class host_resolver {
public:
    host_resolver(boost::asio::any_io_executor executor, resolver_settings settings);

    // Does not wait for a lookup that goes on: it is left to itself, and what it brings is dropped.
    ~host_resolver();
    host_resolver(const host_resolver&) = delete;
    host_resolver& operator=(const host_resolver&) = delete;

    // At least one address, or a network failure "resolve" or "timeout" (nothing sent).
    boost::asio::awaitable<result<tcp_addresses>> resolve(steady_time deadline);

    // This one answered: it comes first until the name is looked up anew.
    void prefer(const boost::asio::ip::tcp::endpoint& address);

    // None of them answered: the first goes last, and the name is looked up again at the next call.
    void distrust();

    // Whether a lookup goes on. There is never a second one beside it.
    bool looking() const;

private:
    struct state;
    struct mailbox;
    std::shared_ptr<state> state_;
};

}  // namespace rolloutd::api
