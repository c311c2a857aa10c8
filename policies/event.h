#pragma once
// What happens to one ticket, in the words of the journal. The engine concludes events, the shell
// appends each as one record, and ticket_state is the fold over them: live, at recovery and in
// replay alike. Members are described to Boost.Describe so that the journal's text form follows
// from the struct; a trailing underscore is dropped there (do_ is "do").

#include <boost/describe.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "policies/operation.h"
#include "policies/policy.h"
#include "policies/ticket.h"

namespace rolloutd::policies {

using sequence = std::uint64_t;  // number of a record, from 1; 0 is "none"

enum class verdict { no, yes, undetermined };
std::string_view to_text(verdict what);  // "false", "true", "undetermined"
std::optional<verdict> parse_verdict(std::string_view text);

enum class decision_outcome { act, propose, observe, suppressed };
std::string_view to_text(decision_outcome what);
std::optional<decision_outcome> parse_decision_outcome(std::string_view text);

// DESIGN §6 "Suppression reasons"; `none` for decisions that are not suppressed.
enum class suppression {
    none,
    mode,
    propose,
    hold,
    freeze,
    window,
    limit,
    cooldown,
    outranked,
    guarded,
    human,
    in_flight,
    illegal,
    already,
    breaker,
    fleet_blind,
};
std::string_view to_text(suppression what);  // "" for none
std::optional<suppression> parse_suppression(std::string_view text);

// How an operation was answered (DESIGN §6 "Answers").
enum class answer_kind { accepted, refused, not_executed, unknown };
std::string_view to_text(answer_kind what);
std::optional<answer_kind> parse_answer_kind(std::string_view text);

// What became of an operation (DESIGN §6 "Effects").
enum class effect_kind { confirmed, refused, pending, lost, overtaken, unknown, withdrawn };
std::string_view to_text(effect_kind what);
std::optional<effect_kind> parse_effect_kind(std::string_view text);

enum class pause_origin { none, rotation, policy, operator_, other };
std::string_view to_text(pause_origin what);  // "" rotation policy operator other
std::optional<pause_origin> parse_pause_origin(std::string_view text);

// What a person asks of one ticket (DESIGN §6 People).
enum class act_kind { hold, release, approve, deny, operate };

// What became of a proposal without a person.
enum class proposal_fate { open, expired, withdrawn };
std::string_view to_text(proposal_fate what);
std::optional<proposal_fate> parse_proposal_fate(std::string_view text);

// A value that a condition used. Integers stay integers: an auditor reads numerators and
// denominators.
using evidence_value = std::variant<bool, std::int64_t, double, std::string>;

struct evidence_item {
    std::string name;
    evidence_value value;
    std::vector<evidence_value> arguments;  // of a function that is shown with them, else empty
    bool operator==(const evidence_item&) const = default;
};

struct watched {
    std::map<std::string, std::string> labels;
    std::string source;  // "config", "discover", "operator"
    bool operator==(const watched&) const = default;
};
BOOST_DESCRIBE_STRUCT(watched, (), (labels, source))

struct unwatched {
    std::string reason;
    bool operator==(const unwatched&) const = default;
};
BOOST_DESCRIBE_STRUCT(unwatched, (), (reason))

// A fresh, whole reading that changed something, or at which something was concluded. `what` is all
// that is known after it (details of earlier readings included, no skew), so that the record stands
// alone. It comes first among the events of its step.
struct observed {
    reading what;
    // The fresh reading before this one; absent at first sight.
    std::optional<timestamp> last_fresh;
    // The interval since last_fresh counts for `for` and for the facts that measure time.
    bool continuous = false;
    duration planned{};         // the interval that had been planned
    std::vector<int> read;      // batches whose details are of this reading, not of earlier ones
    std::vector<int> doubtful;  // batches whose details contradict the statistics
    bool new_baseline = false;  // a changed total was accepted
    bool operator==(const observed&) const = default;
};
BOOST_DESCRIBE_STRUCT(observed, (),
                      (what, last_fresh, continuous, planned, read, doubtful, new_baseline))

// The ticket could not be read, or what was read is not whole. Written when it begins, when the
// cause changes, and before anything else that was concluded without sight.
struct blinded {
    std::optional<timestamp> last_fresh;
    std::string origin;  // as failed_reading, or "reading" for one that is not whole
    std::string code;
    std::string detail;
    bool operator==(const blinded&) const = default;
};
BOOST_DESCRIBE_STRUCT(blinded, (), (last_fresh, origin, code, detail))

// The reason of a verdict_changed when nobody judges the rule any more (DESIGN §6).
inline constexpr std::string_view not_judged = "not_judged";

struct verdict_changed {
    std::string policy;
    std::string rule;
    subject who;
    verdict to = verdict::no;
    std::string reason;  // of undetermined: "needs", "not_seen", "no_such_key", ...
    duration held{};     // how long it had held, counted up to this reading
    int episode = 0;     // 0 while it never held
    std::string definition;
    std::vector<evidence_item> evidence;
    bool operator==(const verdict_changed&) const = default;
};
BOOST_DESCRIBE_STRUCT(verdict_changed, (),
                      (policy, rule, who, to, reason, held, episode, definition, evidence))

struct decided {
    std::string policy;
    std::string policy_sha256;
    std::string rule;
    source_location source;
    subject who;
    int episode = 0;
    int step = 0;  // index in the ladder
    action do_ = action::notify;
    decision_outcome outcome = decision_outcome::suppressed;
    suppression reason = suppression::none;
    std::string
        detail;  // for people: which window, which rule outranks, how much of a limit is used
    std::vector<evidence_item> evidence;
    bool operator==(const decided&) const = default;
};
BOOST_DESCRIBE_STRUCT(decided, (),
                      (policy, policy_sha256, rule, source, who, episode, step, do_, outcome,
                       reason, detail, evidence))

// Written and durable before the call. The shell adds the exact request, the journal's id and the
// epoch.
struct intended {
    sequence decision = 0;  // filled by bind_references()
    std::string policy;
    std::string rule;
    subject who;
    int episode = 0;
    int step = 0;
    operation what;
    int attempt = 1;  // 1..operations.tries
    // The person who asked for it; empty when a rule did. Then `decision` is the record of the act,
    // and there is no policy or rule.
    std::string by;
    // What the decision's evidence rests on; a reading after the intent must still show it.
    std::string status;
    std::optional<int> current_batch;
    bool operator==(const intended&) const = default;
};
BOOST_DESCRIBE_STRUCT(intended, (),
                      (decision, policy, rule, who, episode, step, what, attempt, by, status,
                       current_batch))

struct answered {  // kind "result"
    sequence intent = 0;
    answer_kind outcome = answer_kind::unknown;
    int http_status = 0;  // 0 when there was none
    std::string code;
    std::string message;     // at most 512 bytes
    duration retry_after{};  // of not_executed, when the server said so
    bool operator==(const answered&) const = default;
};
BOOST_DESCRIBE_STRUCT(answered, (), (intent, outcome, http_status, code, message, retry_after))

struct effected {  // kind "effect"
    sequence intent = 0;
    effect_kind effect = effect_kind::unknown;
    std::string detail;
    bool operator==(const effected&) const = default;
};
BOOST_DESCRIBE_STRUCT(effected, (), (intent, effect, detail))

struct notified {  // kind "notify"
    std::string policy;
    std::string rule;
    subject who;
    int episode = 0;
    int step = 0;  // or one of those below
    std::string text;
    bool operator==(const notified&) const = default;
};
BOOST_DESCRIBE_STRUCT(notified, (), (policy, rule, who, episode, step, text))

inline constexpr int step_of_failure = -1;   // an operation was refused or lost
inline constexpr int step_of_override = -2;  // a person continued the rule's pause
inline constexpr int step_of_alarm = -3;     // a limit that withholds nothing was passed

// A change of the ticket that rolloutd did not ask for and the ticket does not make by itself.
struct foreign {
    action what = action::pause;  // pause, continue, cancel, skip_batch or cancel_instance
    std::string detail;
    // Of a continue: the pause that it ended.
    pause_origin pause_cause = pause_origin::none;
    std::string paused_by;
    std::optional<int> batch;  // of skip_batch
    int instances = 0;         // of cancel_instance: how many
    bool operator==(const foreign&) const = default;
};
BOOST_DESCRIBE_STRUCT(foreign, (), (what, detail, pause_cause, paused_by, batch, instances))

// Who acted, and why. The uid is the peer's, the name is what the system calls it.
struct person {
    std::uint32_t uid = 0;
    std::string author;
    std::string reason;
    bool operator==(const person&) const = default;
};
BOOST_DESCRIBE_STRUCT(person, (), (uid, author, reason))

// The name, or "uid 1000" where there is none.
std::string name_of(const person& who);

// The record of what a person did.
template <class Record>
Record made_by(const person& who) {
    Record made;
    static_cast<person&>(made) = who;
    return made;
}

// What the daemon does of itself where the record has room for a person; `uid` is its own.
person the_daemon(std::uint32_t uid, std::string reason);

// kind "hold": no automation on this ticket until it is released.
struct held : person {
    bool operator==(const held&) const = default;
};
BOOST_DESCRIBE_STRUCT(held, (person), ())

// kind "release": ends a hold, and what a person's own operations withhold.
struct released : person {
    bool operator==(const released&) const = default;
};
BOOST_DESCRIBE_STRUCT(released, (person), ())

// kind "operator": an operation that a person asked for, or his word on a proposal.
struct operated : person {
    std::string command;               // "approve", "deny", or the action's word
    std::optional<sequence> proposal;  // of approve and deny
    std::optional<int> batch;
    std::optional<instance_id> instance;
    std::string refused;  // why nothing came of it; empty when it was taken
    bool operator==(const operated&) const = default;
};
BOOST_DESCRIBE_STRUCT(operated, (person), (command, proposal, batch, instance, refused))

// kind "proposal": an action waits for a person's word, or no longer does. The number of the record
// that opens it is its id.
struct proposed {
    std::optional<sequence> proposal;  // the one that has ended; absent when one is opened
    proposal_fate fate = proposal_fate::open;
    sequence decision = 0;  // filled by bind_references() when it is opened
    std::string policy;
    std::string rule;
    subject who;
    int episode = 0;
    int step = 0;
    operation what;
    std::optional<timestamp> expires;  // of one that is opened
    std::string detail;
    bool operator==(const proposed&) const = default;
};
BOOST_DESCRIBE_STRUCT(proposed, (),
                      (proposal, fate, decision, policy, rule, who, episode, step, what, expires,
                       detail))

// The daemon began to run (not one ticket's own event): what it had seen ends at `seen_until`.
struct restarted {
    std::optional<timestamp> seen_until;
    bool operator==(const restarted&) const = default;
};
BOOST_DESCRIBE_STRUCT(restarted, (), (seen_until))

using event = std::variant<watched, unwatched, observed, blinded, verdict_changed, decided,
                           intended, answered, effected, notified, foreign, restarted, held,
                           released, operated, proposed>;

// The journal's word for it: "watch", "observe", "blind", "verdict", "decision", "intent",
// "result", "effect", "notify", "foreign", "unwatch", "hold", "release", "operator", "proposal";
// "start" for restarted.
std::string_view kind_of(const event& what);

BOOST_DESCRIBE_STRUCT(ticket_info, (),
                      (id, status, creator, script_uuid, name, script_version, created, finished,
                       current_batch, timeout, success_rate_tenths, params, order_name))
BOOST_DESCRIBE_STRUCT(batch_info, (), (index, size, rotation, label))
BOOST_DESCRIBE_STRUCT(status_row, (), (status, count, batches))
BOOST_DESCRIBE_STRUCT(statistics, (), (total, rows))
BOOST_DESCRIBE_STRUCT(instance_info, (), (id, status, host, ip, region, zone, resource, message))
BOOST_DESCRIBE_STRUCT(batch_detail, (), (index, size, instances))
BOOST_DESCRIBE_STRUCT(reading, (), (info, batches, stats, details, skew))
BOOST_DESCRIBE_STRUCT(operation, (), (what, batch, instance))
BOOST_DESCRIBE_STRUCT(source_location, (), (file, line))

}  // namespace rolloutd::policies
