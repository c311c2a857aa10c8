#pragma once
// Lines on their way to the disk, and those who wait for them. One commit runs at a time on the
// helper thread; what is pushed meanwhile makes up the next one, so that one fsync serves all that
// wait. All members are for the loop's thread.

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "daemon/journal/segment_writer.h"

namespace rolloutd::daemon {

class commit_queue : public std::enable_shared_from_this<commit_queue> {
public:
    struct setup {
        boost::asio::any_io_executor loop;
        boost::asio::any_io_executor worker;
        std::function<timestamp()> now;
        std::uint64_t limit = 0;  // bytes that may be pending
        chain durable;
        std::shared_ptr<disk_lock> lock;  // held until the last write is over
    };
    commit_queue(setup how, segment_writer writer);

    void push(sequence seq, sealed_line line);
    // The next line pushed, number `first`, begins a new file.
    void begin_file(sequence first, std::string snapshot);

    boost::asio::awaitable<journal_result<void>> durable(sequence seq);
    // The same at the end: a write that has failed is tried once more, whatever its backoff.
    boost::asio::awaitable<journal_result<void>> last_try(sequence seq);
    void tick();

    bool writable() const { return !failed_ && !hangs_ && pending_bytes_ <= how_.limit; }
    // A write was begun long ago and has neither succeeded nor failed.
    bool hanging() const { return hangs_.has_value(); }
    std::string failure() const;
    // The last record that is on the disk.
    const chain& durable_end() const { return how_.durable; }
    std::uint64_t pending_bytes() const { return pending_bytes_; }
    std::uint64_t commits() const { return commits_; }
    // Whether a write failed since this was last asked: the lines that follow belong in a new file.
    bool take_failed() { return std::exchange(failed_lately_, false); }

private:
    struct outcome {
        std::size_t parts = 0;  // that became durable
        std::optional<journal_failure> failed;
    };
    struct waiter {
        sequence seq;
        boost::asio::steady_timer woken;  // never expires: cancelled to wake
        std::optional<journal_failure> failed;
    };

    boost::asio::awaitable<journal_result<void>> reached(sequence seq);
    void schedule();
    void begin_commit();
    outcome work();
    void end_commit(outcome what);
    void wake();

    setup how_;
    segment_writer writer_;            // the worker's while busy_
    std::vector<segment_part> batch_;  // likewise
    std::vector<segment_part> parts_;
    std::list<waiter*> waiters_;
    std::uint64_t pending_bytes_ = 0;
    std::uint64_t commits_ = 0;
    bool scheduled_ = false;
    bool busy_ = false;
    timestamp begun_;  // the last write
    std::optional<journal_failure> hangs_;
    std::optional<journal_failure> failed_;
    bool failed_lately_ = false;
    policies::duration backoff_{};
    std::optional<timestamp> retry_at_;
};

}  // namespace rolloutd::daemon
