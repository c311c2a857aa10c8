#pragma once
// Waits until a record is on the disk, but no longer than a person at a terminal would: what is not
// written by then is written later, and the person is told so. Owned by the app, asked by whatever
// carries operators' acts.

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <memory>
#include <string>

#include "api/clock.h"
#include "api/task_group.h"
#include "daemon/journal/journal.h"

namespace rolloutd::daemon {

// A person waits at a terminal; longer than this and he does not know whether he was heard.
inline constexpr policies::duration people_wait = std::chrono::seconds{2};

// What a person is told. `status` is HTTP's: 200, or 404, 409 and 503 with a code and what to do.
struct act_report {
    int status = 200;
    std::string code;
    std::string text;
    std::string ticket;    // which one it was about
    sequence seq = 0;      // the record of the act
    bool recorded = true;  // it is on the disk
};

// What is true of most acts until they are written.
inline constexpr const char* in_force =
    "it is in force, and a restart before it is written forgets it";

class receipts {
public:
    // All of it must outlive the receipts.
    receipts(boost::asio::any_io_executor loop, api::clock& time, journal& records);

    // True once record `seq` and all before it are on the disk; false at once when the journal
    // cannot be written, and after `patience`.
    boost::asio::awaitable<bool> written(sequence seq, policies::duration patience);

    // The report of the act of record `report.seq`, once that is on the disk or a person has waited
    // long enough; `meanwhile` says what holds for it until it is written.
    boost::asio::awaitable<act_report> acknowledge(act_report report, std::string meanwhile);

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
