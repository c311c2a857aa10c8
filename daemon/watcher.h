#pragma once
// Watches one ticket: reads it when it is its turn, steps the engine, has operations carried out,
// and waits for its next turn. One coroutine; owns the ticket's state. Everything that is judged is
// judged by the engine. Made, started and ended by the fleet.

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <optional>
#include <vector>

#include "api/wakeup.h"
#include "daemon/executor.h"
#include "daemon/recorder.h"
#include "daemon/ticket_reader.h"
#include "daemon/turns.h"
#include "policies/engine.h"
#include "policies/settings.h"

namespace rolloutd::daemon {

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
    // `state` is as it was recovered, or new.
    watcher(watch_parts& around, turns& order, policies::ticket_state state);
    ~watcher();
    watcher(const watcher&) = delete;
    watcher& operator=(const watcher&) = delete;

    // Ends when the ticket is over, at end(), or by operation_aborted.
    boost::asio::awaitable<void> run();

    // Records that the ticket is watched from now on, and applies it. Before run().
    void begin(const policies::watched& how);

    // A person's act, taken at once, whatever the ticket waits for; it is read soon after. Returns
    // why nothing comes of it, or "". What came of it is in state() and in the journal.
    std::string act(const policies::operator_act& what);

    // Records an event that no step concludes, and applies it.
    void note(const policies::event& what);

    // Asks run() to return at its next safe point: never between a sent operation and its result.
    void end();
    // Takes end() back, as long as run() has not returned.
    void go_on() { ending_ = false; }
    bool ending() const { return ending_; }

    // What was true once is no longer known when nobody could read the ticket for long, be it that
    // a reading hangs or waits for its turn. Called about once a second.
    void notice_silence();

    const policies::ticket_state& state() const { return state_; }
    policies::ticket_state take_state() { return std::move(state_); }
    // After the last step; rule views with their verdicts, some without their evidence.
    const policies::outcome& last() const { return last_; }
    // Those views with all of it.
    std::vector<policies::rule_view> rules_told() const;
    bool over() const { return last_.over; }
    bool seen() const { return last_good_.has_value(); }
    // The last fresh, whole reading since the start.
    std::optional<policies::timestamp> last_good() const { return last_good_; }
    std::optional<policies::timestamp> last_tried() const { return last_tried_; }
    // When the next reading is planned.
    policies::timestamp due() const { return due_; }
    // How long it was planned to be until then, after the last one.
    policies::duration planned() const { return planned_; }

private:
    boost::asio::awaitable<void> round();
    bool rests_on_old_status(const policies::intended& what) const;
    permit permit_of_step() const;
    void take(const policies::settings& rules, policies::input what);
    void note_reading(policies::timestamp now);
    void tell_evidence(policies::outcome& judged) const;
    void count_late(policies::timestamp now);
    policies::duration planned_until(policies::timestamp turn) const;
    void plan_next();
    const policies::foresight& foreseen(policies::timestamp now);

    watch_parts& around_;
    turns& order_;
    policies::ticket_state state_;
    ticket_reader reader_;
    api::wakeup wait_;
    policies::outcome last_;
    std::shared_ptr<const policies::settings> last_by_;    // what the last reading was judged by
    policies::timestamp last_at_;                          // and when
    std::shared_ptr<const policies::settings> judged_by_;  // since the last round began
    std::optional<policies::timestamp> last_good_;
    std::optional<policies::timestamp> last_tried_;
    policies::timestamp due_;
    policies::duration planned_;
    api::steady_time good_or_begun_;  // the last fresh, whole reading, or when the watch began
    int hurried_ = 0;                 // readings in a row that were asked for at once
    policies::foresight ahead_;
    std::optional<policies::timestamp> foreseen_at_;  // absent when something has changed since
    bool my_turn_ = false;
    bool reading_ = false;
    bool failed_ = false;   // the last reading could not be made
    bool sighted_ = false;  // it was fresh and whole
    bool ordered_ = false;  // a person acted since the last reading began
    bool ending_ = false;
};

}  // namespace rolloutd::daemon
