#pragma once
// The decision function. Pure: what it concludes depends on its arguments alone. The daemon, the
// policy tests, replay, the dry run and the simulation all call step().

#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "policies/event.h"
#include "policies/settings.h"
#include "policies/ticket_state.h"

namespace rolloutd::policies {

// A reading was completed or has failed. `planned` is the interval that was planned before it.
struct seen {
    observation what;
    duration planned{};
};

// The cloud answered an operation, or it is clear that no answer will come.
struct answer {
    sequence intent = 0;
    answer_kind kind = answer_kind::unknown;
    int http_status = 0;
    std::string code;
    std::string message;
    duration retry_after{};
};

// The last check before the write found a hold, a freeze or a stop: the operation was not sent.
struct withheld {
    sequence intent = 0;
    std::string why;
};

// Nothing happened but time. `planned` is the interval after which the ticket was to be read; zero
// says nothing of that.
struct wake {
    duration planned{};
};

// What a person asks for through rolloutctl. `proposal` is of approve and deny, `call` of operate
// (skip_batch without a batch means the current one).
struct operator_act {
    act_kind what = act_kind::hold;
    person by;
    sequence proposal = 0;
    operation call;
};

using input = std::variant<seen, answer, withheld, wake, operator_act>;

struct context {
    const settings& rules;
    const fleet_view& fleet;
    timestamp now;
};

// A rule as it stands after a step, for status and explain.
struct rule_view {
    rule_key key;
    verdict now = verdict::no;
    std::string reason;
    duration held{};
    duration hold_for{};
    action next = action::notify;  // the ladder's next step
    bool spent = false;
    decision_outcome outcome = decision_outcome::suppressed;
    suppression suppressed = suppression::none;
    bool overridden = false;  // a person continued its pause: it does nothing until it was false
    sequence proposal = 0;    // the proposal that waits for a person, or 0
    std::vector<evidence_item> evidence;
};

struct outcome {
    std::vector<event> events;  // in the order in which they are to be recorded
    // Read again no later than this; absent when only the usual interval matters.
    std::optional<timestamp> wake_at;
    bool read_now = false;  // an intent waits for a reading that confirms it, or an answer was lost
    // The intent that may be sent now, once everything up to it is durable. At most one per ticket.
    // The permit is good for 2 s after `now`; then a new reading is needed.
    std::optional<intended> send;
    sequence send_intent = 0;  // the record of that intent, for the answer; set by step()
    bool over = false;         // a terminal status is settled: the ticket is to be let go
    bool fresh = false;        // the input was a fresh, whole reading
    std::string refused;       // why nothing came of an operator's act; it is recorded all the same
    // At readings, completed or failed, and when a ticket turns blind for want of one: every ticket
    // rule, and batch or instance rules that are not plainly false. Empty at other inputs, which
    // judge no rule.
    std::vector<rule_view> views;
    // The views are without their evidence, as nothing came of the reading: tell_evidence() adds it
    // for those who ask.
    bool bare = false;
};

// What is wrong with a completed reading, or nullopt when it is whole (DESIGN §6 "A whole
// reading"). The watcher reads once more at once before it hands in a flawed one.
std::optional<std::string> flaw_of(const reading& what, const ticket_state& state,
                                   const settings& rules);

// The batches whose details have to be read after these statistics, ascending; empty when no policy
// needs details. Those that statistics show as changed or PROCESSING, and those never read.
std::vector<int> batches_to_read(const ticket_info& info, const std::vector<batch_info>& batches,
                                 const statistics& stats, const ticket_state& state,
                                 const settings& rules);

// Batches among `fresh` whose details contradict the statistics; the watcher reads them once more.
std::vector<int> doubtful_batches(const reading& what, const ticket_state& state);

// The longest time between two readings, `planned` apart, that counts as seen: max(3 x it, 15 s).
duration longest_stretch(duration planned);

// Whether the ticket, which was to be read after `planned`, has not been read for so long that all
// of it is undetermined, and that is not recorded yet: then a `wake` is due (DESIGN §6 Verdicts).
bool is_overdue(const ticket_state& state, duration planned, timestamp now);

// The pure conclusion. Never throws; a broken expression yields `undetermined`.
outcome decide(const input& what, const ticket_state& state, const context& around);

// Adds to the views of a step what their conditions rested on, if it left that out. `state` must be
// as the step left it, and `around` the step's own.
void tell_evidence(outcome& judged, const ticket_state& state, const context& around);

// Appends one event to a journal and says where it stands. Does not wait for durability. The time
// that it records and returns must be the step's own `now`.
using append_event = std::function<stamp(const event&)>;

// One whole step as every caller takes it: decide, then bind references, append and apply each
// event in turn, then note what is volatile. outcome.send carries the intent as it was bound.
outcome step(ticket_state& state, const input& what, const context& around,
             const append_event& append);

// For replay. The input that led to a recorded event: a reading for `observed`, a failed one for
// `blinded`, an answer for `answered`, the act for an operator's; nothing for what the engine
// concludes itself.
std::optional<input> replayed_input(const event& recorded);

// For replay, before the step: sets what is volatile as it was when the recorded event came about
// (when the ticket was last seen, whether a changed total was about to be accepted), because equal
// readings in between are not recorded.
void prepare_replay(ticket_state& state, const event& recorded);

}  // namespace rolloutd::policies
