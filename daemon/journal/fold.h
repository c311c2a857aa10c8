#pragma once
// State is a fold over the journal: reads the newest good snapshot and what follows it, checks that
// part of the chain, and applies every event. Called at start, by replay and by tests. Reads only.

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "daemon/journal/bodies.h"
#include "daemon/journal/disk.h"
#include "daemon/journal/record.h"
#include "daemon/journal/record_counts.h"
#include "policies/fleet_ledger.h"
#include "policies/ticket_state.h"

namespace rolloutd::daemon {

// What is durable beside the tickets.
struct fleet_state {
    std::string journal;      // id, 32 hex characters; empty before the first start
    std::uint64_t epoch = 0;  // of the last start; 0 before the first
    std::string salt;         // 32 hex characters
    std::optional<timestamp> seen_until;
    policies::fleet_ledger ledger;               // freeze, breaker, and how often rules have acted
    std::map<ticket_id, policies::person> held;  // by whom
    record_counts tseq;                          // of every ticket that was ever recorded
    bool operator==(const fleet_state&) const = default;
};

// What follows the last LF of the last file.
struct torn_tail {
    std::string file;
    std::uint64_t offset = 0;
    std::uint64_t bytes = 0;
};

// The texts of policies that stand behind the last checkpoint: (file, sha256).
using recorded_policies = std::set<std::pair<std::string, std::string>>;

struct recovered {
    std::map<ticket_id, policies::ticket_state> tickets;
    fleet_state fleet;
    chain last;  // the last record
    std::optional<timestamp> last_at;
    std::string segment;                     // the last file, empty for an empty journal
    std::uint64_t segment_size = 0;          // without a torn tail
    std::uint64_t segment_head = 0;          // of its checkpoint and the texts behind that
    std::optional<timestamp> segment_begun;  // `at` of its first record
    recorded_policies policies;
    std::optional<torn_tail> torn;
    sequence verified_from = 0;  // older records are still to be verified
    std::string hash_before;     // of the record before that
    std::uint64_t folded = 0;    // records that were applied
    // The chain before was set aside at this start: nothing is enforced in this run.
    bool started_anew = false;
};

// The part of one of the daemon's own records that is not about tickets.
void apply_to_fleet(fleet_state& fleet, const envelope& head, const daemon_body& what);

// What a ticket's event changes there: the ledger, and which tickets are held. A hold ends
// with its release, the ticket's own end, or a person's `remove`; not because a list names the
// ticket no more.
void apply_to_fleet(fleet_state& fleet, const ticket_id& ticket, const policies::event& what,
                    const policies::stamp& where);

// The state before a file of the journal, when it begins with a checkpoint whose snapshot is as it
// names it; nothing when another must be looked for. `segment` is a path.
std::optional<recovered> snapshot_before(disk& from, const std::string& segment);

// The fold of a state folder. kind::broken names the first bad record.
journal_result<recovered> fold_journal(disk& from);

// A whole snapshot's bytes, and back (snapshot.h). Nothing is hidden.
std::string snapshot_text(const std::map<ticket_id, policies::ticket_state>& tickets,
                          const fleet_state& fleet);
journal_result<recovered> parse_snapshot(std::string_view text);

}  // namespace rolloutd::daemon
