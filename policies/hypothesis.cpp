#include "policies/hypothesis.h"

#include <algorithm>

#include "policies/tally.h"

namespace rolloutd::policies {

namespace {

// Takes up to `wanted` instances of one status away and returns how many there were.
int take_from(statistics& stats, status_word status, int wanted) {
    int taken = 0;
    for (status_row& each : stats.rows) {
        if (classify(each.status) != status) continue;
        const int share = std::min(each.count, wanted - taken);
        each.count -= share;
        taken += share;
    }
    return taken;
}

// What may become of instances; `bad` and `good` of them are still to be settled.
struct settling {
    int bad = 0;
    int good = 0;

    void settle(batch_detail& in, status_word status) {
        for (instance_info& each : in.instances) {
            if (bad + good == 0) return;
            if (classify(each.status) != status) continue;
            each.status = bad > 0 ? "ABNORMAL" : "FINISHED";
            --(bad > 0 ? bad : good);
        }
    }
};

// Whole details are dear to copy, by the hundred for one question.
void restore_statuses(batch_detail& what, const batch_detail& from) {
    for (std::size_t i = 0; i < what.instances.size(); ++i)
        what.instances[i].status = from.instances[i].status;
}

}  // namespace

hypothesis::hypothesis(const ticket_state& seen, timestamp now) : seen_(seen), next_(seen) {
    const tally counts = count_of(seen.last->stats);
    open_ = std::max(0, counts[status_word::processing] + counts[status_word::ready]);
    next_.ticket_changed = active_clock(seen, now);
    const std::optional<int> current = seen.last->info.current_batch;
    if (!current) return;
    const auto track = next_.batches.find(*current);
    if (track != next_.batches.end()) track->second.changed = next_.ticket_changed;
}

const ticket_state& hypothesis::after(int failed, int finished) {
    const reading& was = *seen_.last;
    statistics stats = was.stats;
    const int moved = take_from(stats, status_word::processing, failed + finished);
    take_from(stats, status_word::ready, failed + finished - moved);
    std::vector<int> where;
    if (was.info.current_batch) where.push_back(*was.info.current_batch);
    if (failed > 0) stats.rows.push_back({.status = "ABNORMAL", .count = failed, .batches = where});
    if (finished > 0)
        stats.rows.push_back({.status = "FINISHED", .count = finished, .batches = where});
    next_.last->stats = std::move(stats);
    for (batch_detail& each : next_.last->details) {
        if (each.index != was.info.current_batch) continue;
        restore_statuses(each, *find_detail(was, each.index));
        settling left{failed, finished};
        left.settle(each, status_word::processing);
        left.settle(each, status_word::ready);
    }
    return next_;
}

}  // namespace rolloutd::policies
