#pragma once
// Watches one ticket: reads it when it is due, steps the engine, has operations carried out, and
// sleeps until the next reading. One coroutine; owns the ticket's state. Everything that is judged
// is judged by the engine. Made, started and ended by the fleet.

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <optional>
#include <vector>

#include "api/wakeup.h"
#include "daemon/executor.h"
#include "daemon/recorder.h"
#include "daemon/slot_grid.h"
#include "daemon/ticket_reader.h"
#include "policies/engine.h"
#include "policies/settings.h"

namespace rolloutd::daemon {

// How often tickets are read (`poll` of rolloutd.yaml).
struct poll_plan {
    policies::duration every = std::chrono::seconds{5};
    policies::duration fastest = std::chrono::seconds{1};
    policies::duration slowest = std::chrono::seconds{60};
};

// What all watchers share; owned by the fleet. A reload swaps `rules` and `poll`.
struct watch_parts {
    api::clock& time;
    api::gateway& cloud;
    recorder& records;
    executor& hands;
    metrics& counters;
    event_log& log;
    std::shared_ptr<const policies::settings> rules;
    poll_plan poll;
};

class watcher {
public:
    // `state` is as it was recovered, or new; `first` is when the ticket is read first.
    watcher(watch_parts& around, policies::ticket_state state, policies::timestamp first);
    ~watcher();
    watcher(const watcher&) = delete;
    watcher& operator=(const watcher&) = delete;

    // Ends when the ticket is over, at end(), or by operation_aborted.
    boost::asio::awaitable<void> run();

    // Records that the ticket is watched from now on, and applies it. Before run().
    void begin(const policies::watched& how);

    // Asks run() to return at its next safe point: never between a sent operation and its result.
    void end();
    // Takes end() back, as long as run() has not returned.
    void go_on() { ending_ = false; }
    bool ending() const { return ending_; }

    // What was true once is no longer known when nobody could read the ticket for long, be it that
    // a reading hangs or waits for its turn. Called about once a second.
    void notice_silence();

    // The settings have changed: the ticket is read again within the new interval.
    void refresh();

    const policies::ticket_state& state() const { return state_; }
    policies::ticket_state take_state() { return std::move(state_); }
    // After the last step; rule views with their verdicts.
    const policies::outcome& last() const { return last_; }
    bool over() const { return last_.over; }
    bool seen() const { return last_good_.has_value(); }
    // The last fresh, whole reading since the start.
    std::optional<policies::timestamp> last_good() const { return last_good_; }
    std::optional<policies::timestamp> last_tried() const { return last_tried_; }
    policies::timestamp due() const { return due_; }

private:
    boost::asio::awaitable<void> round();
    bool rests_on_old_status(const policies::intended& what) const;
    permit permit_of_step() const;
    void take(const policies::settings& rules, policies::input what);
    void note_reading(policies::timestamp now);
    policies::timestamp plan_next();

    watch_parts& around_;
    policies::ticket_state state_;
    ticket_reader reader_;
    api::wakeup wait_;
    slot_grid grid_;
    policies::outcome last_;
    std::shared_ptr<const policies::settings> judged_by_;  // since the last round began
    std::optional<policies::timestamp> last_good_;
    std::optional<policies::timestamp> last_tried_;
    policies::timestamp due_;
    policies::duration planned_;
    api::steady_time good_or_begun_;  // the last fresh, whole reading, or when the watch began
    int hurried_ = 0;                 // readings in a row that were asked for at once
    bool failed_ = false;
    bool ending_ = false;
};

}  // namespace rolloutd::daemon
