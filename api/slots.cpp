#include "api/slots.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <list>

#include "api/cancellation.h"

namespace rolloutd::api {
namespace {

// Lives in the frame of the coroutine that waits.
struct waiter {
    explicit waiter(boost::asio::any_io_executor executor) : timer(std::move(executor)) {}
    boost::asio::steady_timer timer;
    bool granted = false;
};

}  // namespace

struct slots::state {
    std::size_t most = 1;
    std::size_t queue = 0;
    std::size_t held = 0;
    std::list<waiter*> waiting;

    // A place goes straight to who has waited longest, so that nobody who comes later can take it.
    void give_back() {
        if (waiting.empty()) {
            --held;
            return;
        }
        waiter* next = waiting.front();
        waiting.pop_front();
        next->granted = true;
        next->timer.cancel();
    }
};

namespace {

// Takes a waiter off the list however its coroutine ends.
template <class State>
class listed {
public:
    listed(std::shared_ptr<State> home, waiter& who) : home_(std::move(home)), who_(who) {
        home_->waiting.push_back(&who_);
    }
    listed(const listed&) = delete;
    listed& operator=(const listed&) = delete;
    ~listed() {
        if (!who_.granted) home_->waiting.remove(&who_);
    }

private:
    std::shared_ptr<State> home_;
    waiter& who_;
};

}  // namespace

slots::slot& slots::slot::operator=(slot&& other) noexcept {
    if (this != &other) {
        if (home_) home_->give_back();
        home_ = std::move(other.home_);
    }
    return *this;
}

slots::slot::~slot() {
    if (home_) home_->give_back();
}

slots::slots(boost::asio::any_io_executor executor, std::size_t most, std::size_t queue)
    : executor_(std::move(executor)), state_(std::make_shared<state>()) {
    state_->most = most;
    state_->queue = queue;
}

std::optional<slots::slot> slots::acquire_at_once() {
    if (state_->held >= state_->most) return std::nullopt;
    ++state_->held;
    return slot(state_);
}

boost::asio::awaitable<result<slots::slot>> slots::acquire(steady_time deadline) {
    if (std::optional<slot> free = acquire_at_once()) co_return std::move(*free);
    if (state_->waiting.size() >= state_->queue)
        co_return failure(
            origin::network, "queue_full",
            std::to_string(state_->queue) + " requests wait for a connection already");
    waiter self(executor_);
    self.timer.expires_at(deadline);
    {
        const listed<state> place(state_, self);
        co_await self.timer.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
    }
    // From here on a granted place is owned by a slot, which gives it back if cancellation throws.
    slot mine;
    if (self.granted) mine = slot(state_);
    co_await throw_if_cancelled();
    if (!self.granted)
        co_return failure(origin::network, "timeout", "no connection came free in time");
    co_return mine;
}

std::size_t slots::held() const { return state_->held; }
std::size_t slots::waiting() const { return state_->waiting.size(); }

}  // namespace rolloutd::api
