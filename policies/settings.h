#pragma once
// What the engine is told besides the ticket: the part of rolloutd.yaml that it reads, the
// policies, and the little that it must know of the rest of the fleet. Values; the engine owns none
// of it.

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "policies/cel/environment.h"
#include "policies/policy.h"
#include "policies/ticket.h"

namespace rolloutd::policies {

// Limits of the whole daemon (DESIGN §5 `limits`).
struct fleet_limits {
    int operations_per_minute = 30;
    int tickets_per_hour = 50;
    int cancelled_percent_tenths = 100;
    int pauses_per_minute = 300;
    duration spread = std::chrono::minutes{1};
    bool operator==(const fleet_limits&) const = default;
};

using legal_table = std::map<action, std::set<status_word>>;

// The table of DESIGN §6 "Legal", which `cloud.legal` widens or narrows.
legal_table default_legal_table();

struct settings {
    mode ceiling = mode::observe;  // the most that any policy may do
    duration cloud_timeout = std::chrono::seconds{10};
    duration every = std::chrono::seconds{5};  // poll.every
    duration effect_deadline = std::chrono::seconds{60};
    int tries = 3;  // of one operation, each with its own intent
    duration human_hold = std::chrono::minutes{30};
    duration proposals_expire = std::chrono::hours{1};
    fleet_limits limits;
    legal_table legal = default_legal_table();
    // Parts of parameters' names whose values evidence does not show (journal.redact).
    std::vector<std::string> secrets{"pass", "secret", "token", "key"};
    std::shared_ptr<const policy_set> policies;
    std::shared_ptr<const cel::zone_source> zones;
    // Counts starts and reloads: after each, a ticket needs two fresh readings before anything but
    // pause and notify may act on it.
    int generation = 0;
};

// What is known of the fleet beside the one ticket; a view of the fleet's ledger (fleet_ledger.h).
struct fleet_view {
    bool frozen = false;
    std::optional<timestamp> thawed_at;
    bool breaker_open = false;
    int watched = 0;
    int unseen = 0;                       // of the watched: not read since the start, or blind
    std::optional<timestamp> sighted_at;  // when it last ceased to be fleet_blind
    int operations = 0;                   // of rules, pauses apart, in the last minute
    int tickets = 0;                      // that they were for in the last hour
    bool acted_on = false;                // this ticket is one of those
    int pauses = 0;                       // of rules in the last minute
};

}  // namespace rolloutd::policies
