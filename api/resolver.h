#pragma once
// The addresses of one host. Names are looked up in the background and kept: getaddrinfo blocks for
// as long as it likes, so nobody waits for it longer than their own deadline, and one lookup serves
// all. Single thread.

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <string>
#include <vector>

#include "api/clock.h"
#include "api/result.h"

namespace rolloutd::api {

class host_resolver {
public:
    using addresses = std::vector<boost::asio::ip::tcp::endpoint>;

    // An address in `host` is taken as it is, without a lookup. What was found is looked up anew
    // after `keep`, while the old addresses go on serving.
    host_resolver(boost::asio::any_io_executor executor, std::string host, std::uint16_t port,
                  duration keep);
    ~host_resolver();
    host_resolver(const host_resolver&) = delete;
    host_resolver& operator=(const host_resolver&) = delete;

    // At least one address, or a network failure "resolve" or "timeout" (nothing sent).
    boost::asio::awaitable<result<addresses>> resolve(steady_time deadline);

    // None of them answered: the first goes last, and the name is looked up again at the next call.
    void distrust();

private:
    struct state;
    std::shared_ptr<state> state_;  // shared with a lookup that cannot be stopped
};

}  // namespace rolloutd::api
