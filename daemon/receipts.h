#pragma once
// Waits until a record is on the disk, but no longer than a person at a terminal would: what is not
// written by then is written later, and the person is told so. Owned by the app, asked by whatever
// carries operators' acts.

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <memory>

#include "api/clock.h"
#include "api/task_group.h"
#include "daemon/journal/journal.h"

namespace rolloutd::daemon {

// A person waits at a terminal; longer than this and he does not know whether he was heard.
inline constexpr policies::duration people_wait = std::chrono::seconds{2};

class receipts {
public:
    // All of it must outlive the receipts.
    receipts(boost::asio::any_io_executor loop, api::clock& time, journal& records);

    // True once record `seq` and all before it are on the disk; false at once when the journal
    // cannot be written, and after `patience`.
    boost::asio::awaitable<bool> written(sequence seq, policies::duration patience);

    // Ends what still waits.
    boost::asio::awaitable<void> stop();

private:
    struct wait;
    boost::asio::awaitable<void> watch(std::shared_ptr<wait> mine, sequence seq);

    api::clock& time_;
    journal& records_;
    api::task_group waits_;
};

}  // namespace rolloutd::daemon
