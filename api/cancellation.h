#pragma once
// For waits that end without an exception: tells the coroutine's cancellation apart from other
// wake-ups.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_state.hpp>

namespace rolloutd::api {

// The same without a coroutine of its own, for where every microsecond counts: whether
// throw_if_cancelled() may have something to throw.
inline bool is_cancelled(const boost::asio::cancellation_state& state) {
    return state.cancelled() != boost::asio::cancellation_type::none;
}

// Throws operation_aborted when the calling coroutine has been cancelled and has not switched that
// off.
boost::asio::awaitable<void> throw_if_cancelled();

}  // namespace rolloutd::api
