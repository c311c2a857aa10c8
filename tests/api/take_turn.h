#pragma once
// How the clients of tests and simulation take a request's turn: as the pool does.

#include "api/http.h"

namespace rolloutd::api::test {

// How long it waited for it, or why it does not come. `request` must live until it returns.
inline boost::asio::awaitable<result<duration>> take_turn(const http_request& request) {
    if (takes_turn_at_once(request)) co_return duration::zero();
    result<duration> waited = co_await request.turn->wait();
    co_return waited;
}

}  // namespace rolloutd::api::test
