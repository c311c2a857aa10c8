#pragma once
// The recorder over the journal: adds the exact request to intents, keeps a record's time equal to
// its step's, counts, and tells the log what was recorded. Decides nothing.

#include "daemon/event_log.h"
#include "daemon/journal/journal.h"
#include "daemon/metrics.h"
#include "daemon/recorder.h"

namespace rolloutd::daemon {

// The time of what is being recorded: the step's own while there is one, else the clock's. The
// journal asks it (journal_ports::now).
class record_time {
public:
    explicit record_time(std::function<timestamp()> now) : now_(std::move(now)) {}
    timestamp now() const { return step_ ? *step_ : now_(); }
    void set(std::optional<timestamp> step) { step_ = step; }

private:
    std::function<timestamp()> now_;
    std::optional<timestamp> step_;
};

class journal_recorder final : public recorder {
public:
    struct parts {
        journal& to;
        record_time& time;
        metrics& counters;
        event_log& log;
        // False where the journal's mirror tells the same readers the same story.
        bool narrate = true;
        // Called with each event of a ticket once it is in the journal; may be empty.
        std::function<void(const policies::ticket_id&, const policies::event&,
                           const policies::stamp&)>
            heard = {};
    };

    explicit journal_recorder(const parts& around) : around_(around) {}

    policies::stamp record(const policies::ticket_id& id, const policies::event& what,
                           timestamp at) override;
    void record_seen(timestamp until, timestamp at) override;
    boost::asio::awaitable<bool> durable(sequence seq) override;
    policies::fleet_view fleet(const policies::ticket_id& id, timestamp now) const override;
    bool writable() const override { return around_.to.writable(); }

private:
    policies::stamp append(const policies::ticket_id& id, const policies::event& what);
    void open_breaker();

    parts around_;
};

// One event of a ticket as a line of the log, at its level; observations and verdicts are told at
// debug, as they are many.
void narrate(event_log& log, const policies::ticket_id& id, const policies::event& what,
             sequence seq);

}  // namespace rolloutd::daemon
