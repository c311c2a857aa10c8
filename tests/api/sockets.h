#pragma once
// Loopback addresses of the odd kinds: one that swallows every SYN, and one where nobody listens.

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <filesystem>
#include <iterator>
#include <string>

namespace rolloutd::api::test {

using boost::asio::ip::tcp;

inline tcp::endpoint loopback(const std::string& address, std::uint16_t port = 0) {
    return {boost::asio::ip::make_address(address), port};
}

// A listener whose queue is full: Linux then drops what comes, as a firewall does.
class blackhole {
public:
    explicit blackhole(boost::asio::io_context& loop, const std::string& address = "127.0.0.1")
        : listener_(loop), filler_(loop) {
        const tcp::endpoint any = loopback(address);
        listener_.open(any.protocol());
        listener_.bind(any);
        listener_.listen(0);
        filler_.connect(listener_.local_endpoint());
    }
    tcp::endpoint where() const { return listener_.local_endpoint(); }

private:
    tcp::acceptor listener_;
    tcp::socket filler_;
};

// Bound but not listening: refuses, and nobody else can have its port meanwhile.
class nobody {
public:
    explicit nobody(boost::asio::io_context& loop, const std::string& address = "127.0.0.1")
        : bound_(loop, loopback(address)) {}
    tcp::endpoint where() const { return bound_.local_endpoint(); }

private:
    tcp::socket bound_;
};

inline std::ptrdiff_t open_files() {
    using std::filesystem::directory_iterator;
    return std::distance(directory_iterator("/proc/self/fd"), directory_iterator());
}

}  // namespace rolloutd::api::test
