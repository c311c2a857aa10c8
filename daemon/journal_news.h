#pragma once
// Tells people what becomes of the journal: that it cannot be written, or can again, that an old
// part of it is damaged, that closed files could not be tidied. Each once. Owned by the app;
// decides nothing.

#include <cstdint>
#include <string>
#include <vector>

#include "daemon/event_log.h"
#include "daemon/journal/journal.h"
#include "daemon/metrics.h"

namespace rolloutd::daemon {

class journal_news {
public:
    // All three outlive it.
    journal_news(journal& of, event_log& log, metrics& counters)
        : of_(of), log_(log), counters_(counters) {}

    // After each tick of the journal.
    void tell();

    // What readiness fails for.
    std::vector<std::string> not_ready() const;

    // The record that tells of the damage; 0 before there is one.
    sequence damage_record() const { return damage_told_; }

private:
    void tell_writable();
    void tell_damage();
    void tell_disorder();

    journal& of_;
    event_log& log_;
    metrics& counters_;
    std::uint64_t failures_ = 0;
    bool was_writable_ = true;
    sequence damage_told_ = 0;  // by this record
    std::string disorder_;      // as it was last told
};

}  // namespace rolloutd::daemon
