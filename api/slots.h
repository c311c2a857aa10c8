#pragma once
// A counted permission with a bounded queue: at most so many hold a slot, the others wait in the
// order of their coming, each under its own deadline. For what is scarce on the machine, such as
// connections. Single thread.

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <memory>
#include <optional>

#include "api/clock.h"
#include "api/result.h"

namespace rolloutd::api {

class slots {
    struct state;

public:
    // Gives its place back when it is destroyed. May outlive the slots it came from.
    class slot {
    public:
        slot() = default;
        slot(slot&& other) noexcept = default;
        slot& operator=(slot&& other) noexcept;
        ~slot();

    private:
        friend class slots;
        explicit slot(std::shared_ptr<state> home) : home_(std::move(home)) {}
        std::shared_ptr<state> home_;
    };

    // `most` holders (>= 1) and `queue` waiters at a time.
    slots(boost::asio::any_io_executor executor, std::size_t most, std::size_t queue);

    // A network failure "queue_full" or "timeout" (nothing sent) when no slot comes free in time.
    boost::asio::awaitable<result<slot>> acquire(steady_time deadline);

    // The same without waiting, and without a coroutine: nothing when none is free.
    std::optional<slot> acquire_at_once();

    std::size_t held() const;
    std::size_t waiting() const;

private:
    boost::asio::any_io_executor executor_;
    std::shared_ptr<state> state_;
};

}  // namespace rolloutd::api
