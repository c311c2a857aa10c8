#pragma once
// A loaded policy: everything parsed, type-checked and ready to be evaluated. Immutable once
// loaded; a reload swaps the whole set. Made by the policy loader, read by the engine.

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "policies/cel/expression.h"
#include "policies/operation.h"
#include "policies/time.h"

namespace rolloutd::policies {

// What a policy may do, from least to most: record only, wait for approval, act.
enum class mode { observe, propose, enforce };

struct source_location {
    std::string file;
    int line = 0;
    bool operator==(const source_location&) const = default;
};

// One step of a ladder; a plain `do: pause` is a ladder of one.
struct ladder_step {
    action what = action::notify;
    duration after{};             // since the step before was done
    bool needs_approval = false;  // `approve: true`
    bool operator==(const ladder_step&) const = default;
};

// Per rule and ticket. Percent is of the ticket's instances, rounded down, at least 1; in tenths of
// 1%.
struct rule_limit {
    std::optional<int> times;
    std::optional<duration> cooldown;
    std::optional<int> percent_tenths;
    bool operator==(const rule_limit&) const = default;
};

struct rule {
    std::string name;
    subject_kind each = subject_kind::ticket;
    cel::expression needs;  // empty when the rule has none
    cel::expression when;
    duration hold_for{};             // `for`
    std::vector<ladder_step> steps;  // at least one
    rule_limit limit;
    source_location where;
    // SHA-256 over when, needs, each, do and for, and the variables that they use: when it changes,
    // `for` starts anew (DESIGN §6, Episodes).
    std::string definition;
};

// A named sub-expression. Slot: the number of facts in the environment of the kind, plus its index.
struct variable_definition {
    std::string name;
    cel::expression what;
};

// A stretch of each week, in minutes since Monday 00:00 local time; `to` may lie before `from` and
// then runs over the week's end.
struct week_span {
    int from_minute = 0;
    int to_minute = 0;
    bool operator==(const week_span&) const = default;
};

// Hours of chosen days. Minutes since local midnight; `to` at or before `from` runs past midnight
// and belongs to the day on which it begins.
struct day_hours {
    std::set<int> days;  // 0 is Monday
    int from_minute = 0;
    int to_minute = 0;
    bool operator==(const day_hours&) const = default;
};

struct window {
    bool allow = false;  // else deny
    std::set<action> what;
    std::optional<week_span> span;  // exactly one of span and hours
    std::optional<day_hours> hours;
    std::string zone = "UTC";
    std::string reason;
    source_location where;
};

// What has to be read of a ticket for a policy, or for all that are loaded.
struct required_reads {
    bool details = false;   // batch, batches' counts, instances, count.stuck, count.given_up
    bool messages = false;  // instance.message
    bool params = false;    // ticket.params
    bool order_name = false;
    bool operator==(const required_reads&) const = default;
};

struct policy {
    std::string name;
    std::string file;    // as the loader was given it
    std::string text;    // the file, whole, for the journal
    std::string sha256;  // of text, lower-case hex
    mode ceiling = mode::observe;
    cel::expression match;
    // Variables compiled for rules of each kind: one that names `batch` is only there for batch
    // rules.
    std::map<subject_kind, std::vector<variable_definition>> variables;
    std::vector<rule> rules;  // in the file's order
    std::vector<window> windows;
    required_reads reads;  // for the tickets that it matches
};

struct policy_set {
    std::vector<policy> policies;  // by name
    required_reads reads;
    std::string sha256;  // over the policies' names and digests
};

// Whether the rule's `when` or `needs` names the fact ("ticket.unseen_for"), itself or through the
// policy's variables.
bool names_fact(const policy& owner, const rule& what, std::string_view fact);

std::string_view to_text(mode what);
std::optional<mode> parse_mode(std::string_view text);

}  // namespace rolloutd::policies
