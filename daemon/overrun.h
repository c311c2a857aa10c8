#pragma once
// Whether the tickets are read as often as poll.slowest asks. Asked by the app about once a second.

#include <string>

#include "daemon/event_log.h"
#include "daemon/fleet.h"
#include "daemon/journal/journal.h"
#include "daemon/metrics.h"
#include "daemon/setup.h"

namespace rolloutd::daemon {

// For people: why they are not or cannot be, and what to do; "" while all is well. One round of all
// tickets has to fit into poll.slowest, and no ticket may wait for twice as long.
// `was`: whether that was so when it was asked last; then a little more room is needed for yes.
std::string overrun_of(const fleet& tickets, const setup& by, bool was);

// Tells people once when it begins, and once when it is over. Owned by the app.
class overrun_news {
public:
    // All three outlive it.
    overrun_news(journal& to, event_log& log, metrics& counters)
        : to_(to), log_(log), counters_(counters) {}

    // Rules that are judged too seldom protect nobody, so it is a matter for a person.
    void tell(const fleet& tickets, const setup& by);

    // As overrun_of() said last.
    const std::string& problem() const { return problem_; }
    // The record that tells of the last one; 0 before there was one.
    sequence record() const { return record_; }

private:
    journal& to_;
    event_log& log_;
    metrics& counters_;
    std::string problem_;
    sequence record_ = 0;
};

}  // namespace rolloutd::daemon
