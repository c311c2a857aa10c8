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
    std::size_t ordinary = 0;  // of the held ones
    std::list<waiter*> waiting;
    std::list<waiter*> urgent;

    std::list<waiter*>& queue_of(lane kind) { return kind == lane::urgent ? urgent : waiting; }

    bool may_take(lane kind) const {
        if (held >= most) return false;
        return kind == lane::urgent || most == 1 || ordinary + 1 < most;
    }

    bool take(lane kind) {
        if (!may_take(kind)) return false;
        ++held;
        if (kind == lane::ordinary) ++ordinary;
        return true;
    }

    // A place goes straight to who is next, so that nobody who comes later can take it.
    void give_back(lane kind) {
        --held;
        if (kind == lane::ordinary) --ordinary;
        const lane next_kind = urgent.empty() ? lane::ordinary : lane::urgent;
        std::list<waiter*>& queue_now = queue_of(next_kind);
        if (queue_now.empty() || !take(next_kind)) return;
        waiter* const next = queue_now.front();
        queue_now.pop_front();
        next->granted = true;
        next->timer.cancel();
    }
};

namespace {

// Takes a waiter off the list however its coroutine ends.
template <class State>
class listed {
public:
    listed(std::shared_ptr<State> home, waiter& who, lane kind)
        : home_(std::move(home)), who_(who), kind_(kind) {
        home_->queue_of(kind_).push_back(&who_);
    }
    listed(const listed&) = delete;
    listed& operator=(const listed&) = delete;
    ~listed() {
        if (!who_.granted) home_->queue_of(kind_).remove(&who_);
    }

private:
    std::shared_ptr<State> home_;
    waiter& who_;
    lane kind_;
};

}  // namespace

slots::slot& slots::slot::operator=(slot&& other) noexcept {
    if (this != &other) {
        if (home_) home_->give_back(kind_);
        home_ = std::move(other.home_);
        kind_ = other.kind_;
    }
    return *this;
}

slots::slot::~slot() {
    if (home_) home_->give_back(kind_);
}

slots::slots(boost::asio::any_io_executor executor, std::size_t most, std::size_t queue)
    : executor_(std::move(executor)), state_(std::make_shared<state>()) {
    state_->most = most;
    state_->queue = queue;
}

std::optional<slots::slot> slots::acquire_at_once(lane kind) {
    if (!state_->take(kind)) return std::nullopt;
    return slot(state_, kind);
}

boost::asio::awaitable<result<slots::slot>> slots::acquire(steady_time deadline, lane kind) {
    if (std::optional<slot> free = acquire_at_once(kind)) co_return std::move(*free);
    if (state_->queue_of(kind).size() >= state_->queue)
        co_return failure(
            origin::network, "queue_full",
            std::to_string(state_->queue) + " requests wait for a connection already");
    waiter self(executor_);
    self.timer.expires_at(deadline);
    {
        const listed<state> place(state_, self, kind);
        co_await self.timer.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
    }
    // From here on a granted place is owned by a slot, which gives it back if cancellation throws.
    slot mine;
    if (self.granted) mine = slot(state_, kind);
    co_await throw_if_cancelled();
    if (!self.granted)
        co_return failure(origin::network, "timeout", "no connection came free in time");
    co_return mine;
}

std::size_t slots::held() const { return state_->held; }
std::size_t slots::waiting() const { return state_->waiting.size() + state_->urgent.size(); }

}  // namespace rolloutd::api
