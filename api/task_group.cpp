#include "api/task_group.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <utility>

#include "policies/check.h"

namespace rolloutd::api {
namespace asio = boost::asio;

struct task_group::child {
    explicit child(std::string called) : name(std::move(called)) {}

    std::string name;
    asio::cancellation_signal signal;
    bool done = false;
    bool cancelled = false;  // alone, by its name
};

namespace {

bool is_cancellation(const std::exception_ptr& error) {
    try {
        std::rethrow_exception(error);
    } catch (const boost::system::system_error& what) {
        return what.code() == asio::error::operation_aborted;
    } catch (...) {
        return false;
    }
}

}  // namespace

task_group::task_group(asio::any_io_executor executor, error_handler on_error)
    : executor_(executor), on_error_(std::move(on_error)), idle_(executor) {
    idle_.expires_at(asio::steady_timer::time_point::max());
}

task_group::~task_group() { ROLLOUTD_CHECK(running_ == 0); }

void task_group::spawn(std::string name, asio::awaitable<void> work) {
    reap();
    child& born = children_.emplace_back(std::move(name));
    ++running_;
    auto on_end = [this, &born](std::exception_ptr error) { finished(born, std::move(error)); };
    asio::co_spawn(executor_, std::move(work),
                   asio::bind_cancellation_slot(born.signal.slot(), std::move(on_end)));
    if (cancelled_) born.signal.emit(asio::cancellation_type::terminal);
}

void task_group::cancel() {
    cancelled_ = true;
    for (child& each : children_)
        if (!each.done) each.signal.emit(asio::cancellation_type::terminal);
}

void task_group::cancel(std::string_view name) {
    for (child& each : children_) {
        if (each.done || each.name != name) continue;
        each.cancelled = true;
        each.signal.emit(asio::cancellation_type::terminal);
    }
}

asio::awaitable<void> task_group::join() {
    const bool throws = co_await asio::this_coro::throw_if_cancelled();
    co_await asio::this_coro::throw_if_cancelled(false);
    while (running_ > 0) {
        const auto state = co_await asio::this_coro::cancellation_state;
        if (state.cancelled() != asio::cancellation_type::none && !cancelled_) cancel();
        co_await idle_.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    co_await asio::this_coro::throw_if_cancelled(throws);
}

void task_group::finished(child& who, std::exception_ptr error) {
    const bool asked = cancelled_ || who.cancelled;
    if (error && !(asked && is_cancellation(error)) && on_error_) on_error_(who.name, error);
    who.done = true;
    if (--running_ == 0) idle_.cancel();
}

void task_group::reap() {
    children_.remove_if([](const child& each) { return each.done; });
}

}  // namespace rolloutd::api
