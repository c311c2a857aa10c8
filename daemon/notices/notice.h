#pragma once
// One thing that people are told: what has happened, to what, why, and which record says so. A
// plain value, made by notice_ledger, carried by outbox and courier, written out by notice_bodies.
// Holds no secret: its texts are those of the journal's notify records.

#include <optional>
#include <string>
#include <string_view>

#include "daemon/journal/record.h"

namespace rolloutd::daemon {

// Whether it is over with the telling, lasts from now on, or has ended.
enum class notice_state { once, began, ended };

// "once", "began", "ended".
std::string_view to_text(notice_state what);

enum class notice_level { info, warning, critical };

// "info", "warning", "critical".
std::string_view to_text(notice_level what);

struct notice {
    std::string id;   // of this message: the same when it is sent again
    std::string key;  // of what it is about: the same for its beginning and its end
    notice_state state = notice_state::once;
    // "rule_holds", "operation_failed", "rule_overridden", "limit_passed", "proposal_open", the
    // `about` of a notify record of the daemon, or the name of a condition (notice_ledger.h).
    std::string event;
    notice_level level = notice_level::warning;
    std::string summary;  // one line
    std::string text;     // with the values that the condition used; at most longest_notice_text
    // Empty for what is the daemon's own.
    ticket_id ticket;
    std::string policy;
    std::string rule;
    std::string subject;  // "ticket", "batch:2", "instance:4711"
    int episode = 0;
    std::string mode;  // in which the policy, or the daemon, is
    timestamp at;
    std::optional<timestamp> ended;
    sequence seq = 0;  // of the record that says so; 0 when there is none
};

inline constexpr std::size_t longest_notice_text = 4096;  // bytes

// `text` cut to `most` bytes, with an ellipsis in their number, at the end of a character.
std::string cut_short(std::string text, std::size_t most);

// The event as Alertmanager's users write names: "rule_holds" is "RolloutdRuleHolds".
std::string alert_name(std::string_view event);

}  // namespace rolloutd::daemon
