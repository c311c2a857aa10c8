#pragma once
// Structured concurrency: the owner of child coroutines. No coroutine of the project runs outside a
// group, so none is ever lost, and none outlives what it uses. Single thread; cancellation is
// always `terminal`, the one kind that a spawned coroutine answers.

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/steady_timer.hpp>
#include <exception>
#include <functional>
#include <list>
#include <string>
#include <string_view>

namespace rolloutd::api {

class task_group {
public:
    // Called for each child that ended by an exception other than its cancellation.
    using error_handler = std::function<void(std::string_view name, std::exception_ptr error)>;

    task_group(boost::asio::any_io_executor executor, error_handler on_error);
    task_group(const task_group&) = delete;
    task_group& operator=(const task_group&) = delete;

    // Everything must have been joined: a child that outlives its group is a broken invariant.
    ~task_group();

    // Starts `work` at the executor's next turn. After cancel() the child is cancelled before its
    // first suspension ends. The objects that `work` refers to must outlive the group's join().
    void spawn(std::string name, boost::asio::awaitable<void> work);

    // Asks every child to end: its present and all later co_awaits throw operation_aborted. Returns
    // at once.
    void cancel();

    // The same for the children of this name; the others go on.
    void cancel(std::string_view name);

    // Returns when no child is left; cancelling the waiting coroutine cancels the children, and the
    // wait goes on. A coroutine that was cancelled already must say
    //     co_await boost::asio::this_coro::throw_if_cancelled(false);
    // first, or Asio throws before join is entered.
    boost::asio::awaitable<void> join();

    std::size_t running() const { return running_; }
    bool cancelled() const { return cancelled_; }

private:
    struct child;

    void finished(child& who, std::exception_ptr error);
    void reap();

    boost::asio::any_io_executor executor_;
    error_handler on_error_;
    std::list<child> children_;  // a signal cannot move; ended ones stay until the next spawn
    std::size_t running_ = 0;
    bool cancelled_ = false;
    boost::asio::steady_timer idle_;  // never expires: cancelled when the last child has ended
};

}  // namespace rolloutd::api
