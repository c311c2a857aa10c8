#pragma once
// An HTTP proxy for tests that knows CONNECT and nothing else, on a real loopback socket. Whatever
// it is asked for, it leads to one place, so that a test can name hosts that do not exist.

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/proxy.h"

namespace rolloutd::api::test {

class connect_proxy {
public:
    connect_proxy(boost::asio::io_context& loop, std::uint16_t to_port);
    connect_proxy(const connect_proxy&) = delete;
    connect_proxy& operator=(const connect_proxy&) = delete;
    ~connect_proxy();

    // From now on it says this instead of opening a tunnel, and then hangs or closes.
    void refuse(std::string bytes, bool close = false);

    proxy_address where() const;
    const std::vector<std::string>& requests() const;  // heads as they came

private:
    struct state;
    std::shared_ptr<state> state_;
};

}  // namespace rolloutd::api::test
