#include "api/cancellation.h"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

namespace rolloutd::api {

boost::asio::awaitable<void> throw_if_cancelled() {
    const auto state = co_await boost::asio::this_coro::cancellation_state;
    const bool throws = co_await boost::asio::this_coro::throw_if_cancelled();
    if (throws && state.cancelled() != boost::asio::cancellation_type::none)
        throw boost::system::system_error(boost::asio::error::operation_aborted);
}

}  // namespace rolloutd::api
