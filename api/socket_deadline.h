#pragma once
// The deadline of what goes on at a socket. Arming a timer for each read and write costs more than
// either; here one that is armed already goes on, and looks when it rings what is true by then.
// Closes the socket when the deadline passes. Must not outlive the socket; made with make_shared.
// Used by http_connection. Single thread.

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>

#include "api/clock.h"

namespace rolloutd::api {

class socket_deadline : public std::enable_shared_from_this<socket_deadline> {
public:
    explicit socket_deadline(boost::asio::ip::tcp::socket::lowest_layer_type& socket);

    // From now on, and until end(), the socket is closed at `until`, or at once when that is past.
    void begin(steady_time until);
    void end() { until_ = steady_time::max(); }

    // How an operation on the socket really ended: a timeout when it did because of the deadline.
    boost::system::error_code judged(const boost::system::error_code& met) const;

private:
    void arm();
    void ring();

    boost::asio::ip::tcp::socket::lowest_layer_type& socket_;
    boost::asio::steady_timer timer_;
    steady_time until_ = steady_time::max();
    bool armed_ = false;
    bool passed_ = false;
};

}  // namespace rolloutd::api
