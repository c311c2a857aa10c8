#pragma once
// "Wait until then, or until somebody pokes": a level-triggered wake-up. A poke that comes while
// nobody waits is kept for the next wait, and many pokes count as one; so the waiter looks again at
// everything after each return. Single thread.

#include <memory>

#include "api/clock.h"

namespace rolloutd::api {

class wakeup {
public:
    explicit wakeup(clock& time);

    // Returns true when poked (also before the call), false when `until` has come. Throws
    // operation_aborted when the waiting coroutine is cancelled; a poke that came with it is kept.
    boost::asio::awaitable<bool> wait_until(timestamp until);

    void poke();

private:
    std::unique_ptr<alarm> alarm_;
    bool due_ = false;
};

}  // namespace rolloutd::api
