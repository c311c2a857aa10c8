#pragma once
// The next snapshot, written in slices while the daemon goes on: first every ticket once, then
// again those that have changed meanwhile, until few are left; only these are written when it is
// needed. What is written is kept compressed, a twentieth of what the tickets take. Owned by the
// journal, which says what changes; on the loop's thread.

#include <cstddef>
#include <functional>
#include <set>
#include <string>

#include "daemon/journal/snapshot.h"

namespace rolloutd::daemon {

// The state of the first ticket whose id is `from` or comes after it; null when there is none.
// Asked only when all that was appended has been applied.
using ticket_source = std::function<const policies::ticket_state*(const ticket_id& from)>;

class snapshot_draft {
public:
    // Both outlive the draft; the source may be empty.
    snapshot_draft(const ticket_source& tickets, const fleet_state& fleet, redaction hide);

    // The ticket has changed, was let go, or is new.
    void changed(const ticket_id& id) { changed_.insert(id); }

    // Writes about this many bytes more of text, at least one ticket.
    void slice(std::size_t bytes);

    // Every ticket has been written, and those that have changed since are few.
    bool nearly_whole() const;

    // Writes what is missing and the fleet's part; the draft is over.
    std::string finish();

private:
    bool write_past();
    bool write_next();
    bool write_changed();

    const ticket_source& tickets_;
    const fleet_state& fleet_;
    snapshot_writer writer_;
    std::string past_until_;  // the last hash written of those that were let go
    bool past_written_ = false;
    ticket_id next_;  // every ticket before it has been written
    bool all_written_ = false;
    std::set<ticket_id> changed_;
};

}  // namespace rolloutd::daemon
