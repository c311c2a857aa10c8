#include "api/idle_connections.h"

#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <utility>

namespace rolloutd::api {

namespace asio = boost::asio;

struct idle_connections::state : std::enable_shared_from_this<state> {
    state(const asio::any_io_executor& executor, duration closed_after)
        : timer(executor), most(closed_after) {}

    struct resting {
        std::unique_ptr<http_connection> connection;
        steady_time since;
    };

    // One wake-up for the oldest; a younger one is seen to when that has been closed.
    void arm() {
        if (armed || all.empty()) return;
        armed = true;
        timer.expires_at(all.front().since + most);
        timer.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
            const std::shared_ptr<state> self = weak.lock();
            if (!self || error) return;
            self->armed = false;
            self->close_old();
            self->arm();
        });
    }

    void close_old() {
        const steady_time now = std::chrono::steady_clock::now();
        while (!all.empty() && now - all.front().since >= most)
            all.pop_front();
    }

    asio::steady_timer timer;
    duration most;
    std::deque<resting> all;  // the latest used last
    bool armed = false;
};

idle_connections::idle_connections(asio::any_io_executor executor, duration most)
    : state_(std::make_shared<state>(executor, most)) {}

idle_connections::~idle_connections() = default;

void idle_connections::keep(std::unique_ptr<http_connection> connection) {
    state_->all.push_back({std::move(connection), std::chrono::steady_clock::now()});
    state_->arm();
}

// The latest used is the likeliest to be alive, and the others grow old and are closed.
std::unique_ptr<http_connection> idle_connections::take() {
    state_->close_old();
    while (!state_->all.empty()) {
        std::unique_ptr<http_connection> latest = std::move(state_->all.back().connection);
        state_->all.pop_back();
        if (!latest->looks_dead()) return latest;
    }
    return nullptr;
}

void idle_connections::close_all() { state_->all.clear(); }

std::size_t idle_connections::size() const { return state_->all.size(); }

}  // namespace rolloutd::api
