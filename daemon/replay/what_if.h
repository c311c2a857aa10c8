#pragma once
// One ticket of the record under other policies: its recorded readings go to policies::step() with
// a state of its own, and what would have been done is set against what was (docs/replay.md). Pure.
// Owned by the backtest, which hands in the records in their order.

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "policies/engine.h"

namespace rolloutd::daemon {

using policies::duration;
using policies::sequence;
using policies::timestamp;

// A decision that was more than a suppressed one: to act, to propose, or to observe.
struct tried_act {
    timestamp at;
    std::string rule;  // "policy/rule"
    policies::action what = policies::action::notify;
    policies::subject who;
    policies::decision_outcome outcome = policies::decision_outcome::act;
};

// What came of the ticket in the record.
struct recorded_end {
    std::string status;  // of the last reading
    timestamp at;
    int total = 0;
    int ready = 0;
    int canceled = 0;
    int failed = 0;
    bool over = false;
    bool within_rate = false;  // not more failed than its success_rate allows
};

class what_if {
public:
    struct world {
        const policies::settings& rules;
        const policies::fleet_view& fleet;
        // Tried policies that cannot be judged: what recorded ones of that name did is not
        // compared.
        const std::set<std::string>& left_out;
        // Folds an event of the tried policies into the fleet's ledger, and numbers it.
        std::function<policies::stamp(const policies::event&, timestamp)> record;
    };

    // `since`: what was or would have been done before is not told.
    explicit what_if(timestamp since = timestamp::min()) : since_(since) {}

    // The ticket's record number `where.seq`, one after the other.
    void take(const policies::event& what, const policies::stamp& where, const world& around);
    // No more records of the step that was begun last.
    void end_step();
    // It had been read without a change until then.
    void look_until(timestamp until, const world& around);
    // What was due before then and was not found is looked for from then on.
    void look_no_more_before(timestamp at);
    // The daemon began to run again.
    void restart(std::optional<timestamp> seen_until, const policies::stamp& where);
    // What is known before the first record.
    void begin_with(policies::ticket_state state);

    const policies::ticket_state& state() const { return state_; }
    const recorded_end& end() const { return end_; }
    // What really paused it, or would have.
    const std::optional<tried_act>& old_pause() const { return old_pause_; }
    const std::optional<tried_act>& new_pause() const { return new_pause_; }
    // The first pause that was only proposed or noted.
    const std::optional<tried_act>& old_wish() const { return old_wish_; }
    const std::optional<tried_act>& new_wish() const { return new_wish_; }
    // An operation differs before `since`: nothing can be said of what came after.
    bool parted_before() const { return parted_before_; }
    // READY and CANCELED instances when the tried policies would have paused.
    int ready_at_pause() const { return ready_at_pause_; }
    int canceled_at_pause() const { return canceled_at_pause_; }
    // The first thing that would have been done and was not, or the other way round.
    const std::vector<tried_act>& only_new() const { return only_new_; }
    const std::vector<tried_act>& only_old() const { return only_old_; }
    std::optional<timestamp> differs_at() const { return differs_at_; }
    std::uint64_t steps() const { return steps_; }

private:
    struct pending_intent {
        sequence number = 0;
        policies::operation what;
        std::string by;
    };

    void step(const policies::input& what, timestamp now, const world& around);
    void note_decision(const policies::decided& what, timestamp at,
                       const policies::settings& rules);
    void note_reading(const policies::reading& what, timestamp at);
    void note_old(const policies::decided& what, timestamp at, const world& around);
    bool compare_step();
    void take_intent(const policies::intended& what, const policies::stamp& where);
    void take_result(const policies::answered& what, const policies::stamp& where,
                     const world& around);
    void take_effect(const policies::effected& what, const policies::stamp& where,
                     const world& around);
    void take_proposal(const policies::proposed& what, sequence number);
    void take_word(policies::operated said, timestamp at, const world& around);
    policies::outcome look_at(timestamp at, const world& around);
    sequence number_of(sequence recorded) const;

    timestamp since_;
    policies::ticket_state state_;
    std::optional<timestamp> looked_until_;
    // Intents of the tried policies in this step that the record has not confirmed yet, and numbers
    // of recorded ones that are theirs too.
    std::vector<pending_intent> pending_;
    std::vector<std::pair<sequence, sequence>> bound_;
    // Open proposals of the record: a person's word on one is his word on the same one here.
    std::vector<std::pair<sequence, policies::proposed>> asked_;
    std::vector<tried_act> step_new_;
    std::vector<tried_act> step_old_;
    std::vector<tried_act> only_new_;
    std::vector<tried_act> only_old_;
    std::optional<timestamp> differs_at_;
    std::optional<tried_act> old_pause_;
    std::optional<tried_act> new_pause_;
    std::optional<tried_act> old_wish_;
    std::optional<tried_act> new_wish_;
    int ready_at_pause_ = 0;
    int canceled_at_pause_ = 0;
    recorded_end end_;
    std::uint64_t steps_ = 0;
    bool parted_before_ = false;
    bool parted_ = false;  // what was recorded from here on would not have come about
};

}  // namespace rolloutd::daemon
