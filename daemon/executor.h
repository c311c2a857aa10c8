#pragma once
// Carries out one decided operation: waits until its intent is durable, calls the cloud once, and
// tells what was answered. Shows the core what it finds immediately before the write, and lets
// nothing be written that the core refuses. It never decides, never repeats, and never sends
// anything whose intent is not on disk. Called by watchers; owned by the app.

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <list>
#include <memory>
#include <optional>

#include "api/clock.h"
#include "api/gateway.h"
#include "api/task_group.h"
#include "api/wakeup.h"
#include "daemon/brakes.h"
#include "daemon/event_log.h"
#include "daemon/metrics.h"
#include "daemon/recorder.h"
#include "policies/engine.h"

namespace rolloutd::daemon {

// What an operation is sent for, as the step handed it out.
struct permit {
    policies::ticket_id ticket;
    policies::intended what;
    policies::sequence intent = 0;
    api::steady_time given;         // when the status that it rests on was read
    std::function<bool()> removed;  // whether its ticket is to be let go; may be empty. Asked only
                                    // while carry_out() is awaited.
};

class executor {
public:
    // What it stands on; all of it must outlive the executor.
    struct parts {
        boost::asio::any_io_executor loop;
        api::clock& time;
        api::gateway& cloud;
        recorder& records;
        metrics& counters;
        event_log& log;
        const brakes& stops;
    };

    explicit executor(const parts& around);
    ~executor();

    // The input for the next step: an answer, or that the operation was withheld. Must be awaited
    // with cancellation disabled, as an operation that was sent has to be settled. Ends within
    // `patience`, or within the time that stop_by left.
    boost::asio::awaitable<policies::input> carry_out(permit what);

    // Longest wait for one answer; the cloud client has its own, shorter deadline.
    void set_patience(policies::duration patience) { patience_ = patience; }

    // From now on answers are awaited until `at` at most; what is not answered by then is unknown.
    void stop_by(policies::timestamp at);

    // Cancels calls that nobody waits for any more and returns when none is left.
    boost::asio::awaitable<void> join();

    int in_flight() const { return in_flight_; }

private:
    struct call;

    // One word, or "" when the operation may be written now.
    std::string hindrance(const call& mine, const permit& what) const;
    api::write_check check_for(std::shared_ptr<call> mine, permit what);
    policies::input withhold(const permit& what, std::string why);
    boost::asio::awaitable<void> send(std::shared_ptr<call> mine, permit what);
    boost::asio::awaitable<void> await_answer(std::shared_ptr<call> mine, permit what);
    policies::input settle(const permit& what, const call& mine);

    parts around_;
    api::task_group calls_;
    std::list<std::weak_ptr<call>> open_;
    std::optional<policies::timestamp> stop_by_;
    policies::duration patience_ = std::chrono::seconds{60};
    int in_flight_ = 0;
};

}  // namespace rolloutd::daemon
