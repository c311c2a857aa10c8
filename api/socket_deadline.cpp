#include "api/socket_deadline.h"

#include <boost/beast/core/error.hpp>

namespace rolloutd::api {

using boost::system::error_code;

socket_deadline::socket_deadline(boost::asio::ip::tcp::socket::lowest_layer_type& socket)
    : socket_(socket), timer_(socket.get_executor()) {}

void socket_deadline::begin(steady_time until) {
    until_ = until;
    if (!armed_ || timer_.expiry() > until) arm();
}

error_code socket_deadline::judged(const error_code& met) const {
    return met && passed_ ? error_code(boost::beast::error::timeout) : met;
}

// A wait that was going on ends without a word.
void socket_deadline::arm() {
    armed_ = true;
    timer_.expires_at(until_);
    timer_.async_wait([weak = weak_from_this()](const error_code& error) {
        const std::shared_ptr<socket_deadline> self = weak.lock();
        if (self && !error) self->ring();
    });
}

void socket_deadline::ring() {
    armed_ = false;
    if (until_ == steady_time::max()) return;
    if (std::chrono::steady_clock::now() < until_) {
        arm();
        return;
    }
    passed_ = true;
    error_code ignored;
    socket_.close(ignored);
}

}  // namespace rolloutd::api
