#pragma once
// For waits that end without an exception: tells the coroutine's cancellation apart from other
// wake-ups.

#include <boost/asio/awaitable.hpp>

namespace rolloutd::api {

// Throws operation_aborted when the calling coroutine has been cancelled and has not switched that
// off.
boost::asio::awaitable<void> throw_if_cancelled();

}  // namespace rolloutd::api
