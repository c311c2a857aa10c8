#pragma once
// Connections that lie idle, to be used again: the latest used first, and closed by themselves when
// they grow too old, whether or not anybody asks for one. Bounded by who keeps them there. Called
// by http_pool. Single thread.

#include <boost/asio/any_io_executor.hpp>
#include <cstddef>
#include <memory>

#include "api/http_connection.h"

namespace rolloutd::api {

class idle_connections {
public:
    // Each is closed when it has lain idle for `most`.
    idle_connections(boost::asio::any_io_executor executor, duration most);
    ~idle_connections();
    idle_connections(const idle_connections&) = delete;
    idle_connections& operator=(const idle_connections&) = delete;

    void keep(std::unique_ptr<http_connection> connection);

    // One that does not look dead, null when there is none.
    std::unique_ptr<http_connection> take();

    void close_all();
    std::size_t size() const;

private:
    struct state;
    std::shared_ptr<state> state_;  // the timer's handler looks whether it is still there
};

}  // namespace rolloutd::api
