#pragma once
// What the engine must know of the whole fleet, folded from the records of all tickets (DESIGN §6
// Limits): how often rules have acted, which tickets are unseen, freeze and breaker. Bounded
// however long it runs; the same live, at recovery and in replay. Decides nothing: fleet_rules.h
// judges by its view. Folded by the journal, asked by the watchers before each step.

#include <boost/describe.hpp>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "policies/event.h"
#include "policies/settings.h"
#include "policies/ticket_state.h"

namespace rolloutd::policies {

// An operation that a rule intends or has sent.
struct ledger_entry {
    sequence intent = 0;
    ticket_id ticket;
    timestamp at;
    bool operator==(const ledger_entry&) const = default;
};
BOOST_DESCRIBE_STRUCT(ledger_entry, (), (intent, ticket, at))

struct fleet_ledger {
    bool frozen = false;
    std::optional<timestamp> thawed_at;
    bool breaker_open = false;
    std::string breaker_why;  // "operations_per_minute: …", or what a person said
    // Operations of rules, oldest first. What was withdrawn or not executed is struck out again. A
    // pause is no operation here: it has a limit of its own, which withholds nothing.
    std::vector<ledger_entry> operations;  // of the last hour, but at most one a ticket that
                                           // is older than a minute
    std::vector<ledger_entry> pauses;      // of the last minute
    std::set<ticket_id> watched;
    std::set<ticket_id> unseen;           // of those: no fresh reading since the start, or blind
    bool blind = false;                   // too many are unseen
    std::optional<timestamp> sighted_at;  // it ceased to be
    bool operator==(const fleet_ledger&) const = default;
};
BOOST_DESCRIBE_STRUCT(fleet_ledger, (),
                      (frozen, thawed_at, breaker_open, breaker_why, operations, pauses, watched,
                       unseen, blind, sighted_at))

// No more entries of one kind are kept: the most that a limit can be.
inline constexpr int most_in_ledger = 10'000;

// Folds one event of one ticket in. A decision for the reason `breaker` opens the breaker.
void fold_fleet(fleet_ledger& ledger, const ticket_id& ticket, const event& what,
                const stamp& where);

// The daemon started: nothing has been seen since.
void fold_start(fleet_ledger& ledger, timestamp at);

void fold_freeze(fleet_ledger& ledger, bool frozen, timestamp at);

// Closing it strikes out what was counted: a person has said that rules may go on.
void fold_breaker(fleet_ledger& ledger, bool open, std::string why);

// What a step of the ticket at `now` sees.
fleet_view view_of(const fleet_ledger& ledger, const ticket_id& ticket, timestamp now);

}  // namespace rolloutd::policies
