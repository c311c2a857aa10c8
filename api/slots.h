#pragma once
// A counted permission with bounded queues: at most so many hold a slot, the others wait, those
// first that are urgent and otherwise in the order of their coming, each under its own deadline.
// Where there are several slots, one is kept for the urgent: however long the others hold theirs.
// For what is scarce on the machine, such as connections. Single thread.

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <memory>
#include <optional>

#include "api/clock.h"
#include "api/result.h"

namespace rolloutd::api {

// What waits for a slot: a read, of which the next will do as well, or an operation.
enum class lane { ordinary, urgent };

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
        slot(std::shared_ptr<state> home, lane kind) : home_(std::move(home)), kind_(kind) {}
        std::shared_ptr<state> home_;
        lane kind_ = lane::ordinary;
    };

    // `most` holders (>= 1), and `queue` waiters of each lane, at a time.
    slots(boost::asio::any_io_executor executor, std::size_t most, std::size_t queue);

    // A network failure "queue_full" or "timeout" (nothing sent) when no slot comes free in time.
    boost::asio::awaitable<result<slot>> acquire(steady_time deadline, lane kind = lane::ordinary);

    // The same without waiting, and without a coroutine: nothing when none is free.
    std::optional<slot> acquire_at_once(lane kind = lane::ordinary);

    std::size_t held() const;
    std::size_t waiting() const;

private:
    boost::asio::any_io_executor executor_;
    std::shared_ptr<state> state_;
};

}  // namespace rolloutd::api
