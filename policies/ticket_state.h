#pragma once
// All that is remembered of one ticket between steps: the fold of its events. Durable members
// change only in apply(); the volatile ones may be lost at any time without changing what is
// decided, except that a lost stretch of time counts as not seen.

#include <boost/container/flat_map.hpp>
#include <boost/describe.hpp>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "policies/event.h"

namespace rolloutd::policies {

// Where and when an event was recorded.
struct stamp {
    sequence seq = 0;
    timestamp at;
};

struct rule_key {
    std::string policy;
    std::string rule;
    subject who;
    auto operator<=>(const rule_key&) const = default;
};
BOOST_DESCRIBE_STRUCT(rule_key, (), (policy, rule, who))

// One rule for one subject. An absent entry is the same as a default one: never true, nothing
// counted.
struct rule_state {
    verdict now =
        verdict::no;  // at the last fresh reading; while blind it is shown as undetermined
    std::string reason;
    // `for`: what was counted before the current unbroken stretch of true readings, and its
    // beginning.
    duration held_before{};
    std::optional<timestamp> true_since;
    int episode = 0;     // the number of the last one
    bool open = false;   // it has not ended: no reading has given false since it began
    int step = 0;        // the ladder's next step
    bool spent = false;  // that step's intent is journalled and not given back
    std::set<int> told;  // notify steps behind `step` that did not wait for it
    std::optional<timestamp> step_before_done;    // for `after`
    std::optional<timestamp> undetermined_since;  // freezes `after`
    std::optional<timestamp> failed_at;           // refused or lost: due again a cooldown later
    // The last decision's record, so that a new one is written only when outcome or reason changes.
    sequence decision = 0;
    int decided_step = -1;
    decision_outcome outcome = decision_outcome::suppressed;
    suppression suppressed = suppression::none;
    std::string definition;
    // A person continued the pause that it had made; until its condition has been false.
    bool overridden = false;
    bool override_told = false;
    bool operator==(const rule_state&) const = default;
};
BOOST_DESCRIBE_STRUCT(rule_state, (),
                      (now, reason, held_before, true_since, episode, open, step, spent, told,
                       step_before_done, undetermined_since, failed_at, decision, decided_step,
                       outcome, suppressed, definition, overridden, override_told))

// What a rule has done to the ticket, over all its subjects (limits are per rule and ticket).
struct rule_totals {
    int times = 0;
    std::optional<timestamp> last_act;
    std::set<instance_id> instances;  // cancelled by it, or left unsettled by its skips
    bool operator==(const rule_totals&) const = default;
};
BOOST_DESCRIBE_STRUCT(rule_totals, (), (times, last_act, instances))

// An operation from its intent until its effect is settled.
enum class flight_phase {
    intended,  // the intent is recorded, nothing is sent yet
    awaiting,  // answered 200
    unknown,   // the answer is lost: read before anything else
    backoff,   // not executed: to be sent again
};
BOOST_DESCRIBE_ENUM(flight_phase, intended, awaiting, unknown, backoff)

struct flight {
    sequence intent = 0;
    intended what;
    flight_phase phase = flight_phase::intended;
    timestamp since;                        // of the phase
    std::optional<timestamp> first_intent;  // of the first try
    // Before the operation: how many instances were READY, and in which batches; whether an effect
    // took place is judged against it.
    int ready_before = 0;
    std::set<int> ready_batches_before;
    std::set<instance_id> unsettled_before;  // of the skipped batch
    bool told_pending = false;
    bool counted = false;  // in the rule's totals: it may have reached the cloud
    duration wait{};       // of backoff: not before since + wait
    bool operator==(const flight&) const = default;
};
BOOST_DESCRIBE_STRUCT(flight, (),
                      (intent, what, phase, since, first_intent, ready_before, ready_batches_before,
                       unsettled_before, told_pending, counted, wait))

// An action that waits for a person's word (DESIGN §6 Proposals).
struct proposal {
    sequence id = 0;
    proposed what;
    timestamp at;
    std::string approved_by;  // empty until it is approved
    bool taken = false;       // its operation is under way
    bool operator==(const proposal&) const = default;
};
BOOST_DESCRIBE_STRUCT(proposal, (), (id, what, at, approved_by, taken))

// A hold as it stands.
struct standing_hold {
    person by;
    timestamp since;
    bool operator==(const standing_hold&) const = default;
};
BOOST_DESCRIBE_STRUCT(standing_hold, (), (by, since))

// What people did to the ticket beside rolloutd's rules, and what that withholds (DESIGN §6
// People).
struct people_state {
    std::optional<standing_hold> hold;
    std::optional<timestamp> acted;    // the last operation of a person, of whatever kind
    std::optional<timestamp> paused;   // a person's pause, until a person continues or releases
    std::optional<timestamp> meddled;  // any other operation: `human_hold` counts from here
    std::string meddled_by;            // what it was, for people
    std::string pausing_rule;          // "policy/rule" whose operation made the present pause
    bool pause_released = false;       // the present pause may be continued, whoever made it
    std::set<int> skipped;             // batches whose skip is known
    int cancelled = 0;                 // instances that somebody else cancelled, as far as is known
    sequence order = 0;                // the record of the last act
    bool operator==(const people_state&) const = default;
};
BOOST_DESCRIBE_STRUCT(people_state, (),
                      (hold, acted, paused, meddled, meddled_by, pausing_rule, pause_released,
                       skipped, cancelled, order))

// How long an instance has been PROCESSING, on the ticket's active clock.
struct instance_track {
    std::optional<duration> started;  // active clock at the first reading that showed PROCESSING
    std::optional<duration> took;     // once settled, when its start was seen
    bool finished = false;            // settled as FINISHED: counts for the median of slowness
    bool operator==(const instance_track&) const = default;
};
BOOST_DESCRIBE_STRUCT(instance_track, (), (started, took, finished))

// A batch on the ticket's active clock.
struct batch_track {
    std::optional<duration> started;  // first seen as the current one
    std::optional<duration> ended;  // first seen with nothing unsettled, or behind the current one
    duration changed{};             // its counts last changed
    bool operator==(const batch_track&) const = default;
};
BOOST_DESCRIBE_STRUCT(batch_track, (), (started, ended, changed))

struct ticket_state {
    ticket_id id;
    std::map<std::string, std::string> labels;
    bool watched = false;
    std::optional<timestamp> watched_at;
    std::string watched_by;  // "config", "discover", "operator"
    // The last fresh reading that the records tell of; `fresh_until` may know a later one.
    std::optional<timestamp> seen_at;

    std::optional<reading>
        last;                // all that is known, the details of every batch read so far included
    int baseline_total = 0;  // the total first seen, or accepted since; 0 before the first reading
    std::set<int> doubtful;
    bool blind = false;
    std::string blind_cause;  // origin and code

    // The active clock: how long the ticket was seen PROCESSING. Stands still while it is not.
    duration active_before{};
    std::optional<timestamp> active_since;
    duration ticket_changed{};  // on the active clock: statistics last changed
    std::map<int, batch_track> batches;
    // By the hundred, hence side by side.
    boost::container::flat_map<instance_id, instance_track> instances;
    // The batch that was seen PROCESSING with an unsettled instance, without a gap since; 0: none.
    int running_batch = 0;

    std::optional<timestamp> first_seen;
    std::optional<timestamp> paused_since;
    pause_origin pause_cause = pause_origin::none;
    std::string paused_by;  // "policy/rule"

    std::map<rule_key, rule_state> rules;
    std::map<rule_key, rule_totals> totals;  // with the ticket as subject
    std::vector<flight> flights;             // oldest first
    std::set<instance_id> given_up;
    std::vector<proposal> proposals;  // oldest first
    people_state people;

    // Volatile from here on.
    std::optional<timestamp> fresh_until;  // the last fresh, whole reading
    int fresh_readings = 0;  // since start, reload or first sight; counting stops at 2
    int generation = -1;
    // A changed baseline waits for three equal whole readings.
    std::optional<reading> candidate;
    int candidate_readings = 0;
    duration planned{};                // the interval that was planned before the last reading
    sequence permitted = 0;            // the intent that was handed out to be sent; 0: none
    int terminal_readings = 0;         // fresh ones that showed a terminal status
    std::optional<timestamp> wake_at;  // what the last reading planned; stands until the next one
};
// The durable part: what a snapshot holds.
BOOST_DESCRIBE_STRUCT(ticket_state, (),
                      (id, labels, watched, watched_at, watched_by, seen_at, last, baseline_total,
                       doubtful, blind, blind_cause, active_before, active_since, ticket_changed,
                       batches, instances, running_batch, first_seen, paused_since, pause_cause,
                       paused_by, rules, totals, flights, given_up, proposals, people))

// The durable part only.
bool same_durable_state(const ticket_state& a, const ticket_state& b);

// Folds one event in. Total: any event applies to any state.
void apply(ticket_state& state, const event& what, const stamp& where);

// Fills in the references to earlier records that only the journal's numbers can give
// (intended.decision).
void bind_references(event& what, const ticket_state& state);

// The last fresh reading that is known of, recorded or not; nothing before the first.
std::optional<timestamp> last_seen(const ticket_state& state);

// How long the ticket was seen PROCESSING, at a fresh reading at `now`.
duration active_clock(const ticket_state& state, timestamp now);

}  // namespace rolloutd::policies
