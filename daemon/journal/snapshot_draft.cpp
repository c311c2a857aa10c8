#include "daemon/journal/snapshot_draft.h"

#include <limits>
#include <utility>

#include "policies/check.h"

namespace rolloutd::daemon {

namespace {

constexpr std::size_t past_at_once = 256;

// So few take no longer than a slice.
constexpr std::size_t few = 8;

}  // namespace

snapshot_draft::snapshot_draft(const ticket_source& tickets, const fleet_state& fleet,
                               redaction hide)
    : tickets_(tickets), fleet_(fleet), writer_(std::move(hide)) {}

void snapshot_draft::slice(std::size_t bytes) {
    const std::uint64_t until = writer_.text_bytes() + bytes;
    bool more = true;
    while (more && writer_.text_bytes() < until)
        more = write_past() || write_next() || write_changed();
}

bool snapshot_draft::nearly_whole() const { return all_written_ && changed_.size() <= few; }

std::string snapshot_draft::finish() {
    slice(std::numeric_limits<std::size_t>::max() / 2);
    return writer_.finish(fleet_);
}

bool snapshot_draft::write_past() {
    if (past_written_) return false;
    const auto some = fleet_.tseq.past_after(past_until_, past_at_once);
    past_written_ = some.size() < past_at_once;
    if (!some.empty()) past_until_ = some.rbegin()->first;
    writer_.past(some);
    return true;
}

// Also a ticket that has records and no state.
bool snapshot_draft::write_next() {
    if (all_written_) return false;
    const policies::ticket_state* const state = tickets_ ? tickets_(next_) : nullptr;
    const auto counted = fleet_.tseq.watched().lower_bound(next_);
    const bool has_count = counted != fleet_.tseq.watched().end();
    all_written_ = state == nullptr && !has_count;
    if (all_written_) return false;
    ROLLOUTD_CHECK(state == nullptr || state->id >= next_);
    const bool stated = state != nullptr && !(has_count && counted->first < state->id);
    const ticket_id id = stated ? state->id : counted->first;
    writer_.ticket(id, stated ? state : nullptr, fleet_.tseq);
    changed_.erase(id);
    next_ = id + '\0';
    return true;
}

bool snapshot_draft::write_changed() {
    if (changed_.empty()) return false;
    const ticket_id id = *changed_.begin();
    changed_.erase(changed_.begin());
    const policies::ticket_state* const state = tickets_ ? tickets_(id) : nullptr;
    writer_.ticket(id, state != nullptr && state->id == id ? state : nullptr, fleet_.tseq);
    return true;
}

}  // namespace rolloutd::daemon
