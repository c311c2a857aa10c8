#include <algorithm>

#include "policies/fold.h"
#include "policies/tally.h"

namespace rolloutd::policies {

namespace {

bool shows(const reading& what, status_word status) { return classify(what.info.status) == status; }

// The clock stops at the last reading that showed PROCESSING: what lies behind it was not seen.
void move_clock(ticket_state& state, const observed& what, timestamp at) {
    if (shows(what.what, status_word::processing)) {
        if (!state.active_since) state.active_since = at;
        return;
    }
    if (!state.active_since) return;
    const timestamp end = what.last_fresh.value_or(*state.active_since);
    state.active_before += std::max(duration::zero(), end - *state.active_since);
    state.active_since.reset();
}

std::map<instance_id, std::string_view> statuses_of(const batch_detail& detail) {
    std::map<instance_id, std::string_view> statuses;
    for (const instance_info& each : detail.instances)
        statuses.emplace(each.id, each.status);
    return statuses;
}

bool batch_changed(const reading& before, const reading& after, int index) {
    const batch_detail* was = find_detail(before, index);
    const batch_detail* is = find_detail(after, index);
    if (was != nullptr && is != nullptr) return statuses_of(*was) != statuses_of(*is);
    return !same_rows_of(before.stats, after.stats, index);
}

void track_batches(ticket_state& state, const std::optional<reading>& before, const reading& after,
                   duration clock) {
    const int current = after.info.current_batch.value_or(0);
    const bool processing = shows(after, status_word::processing);
    for (const batch_info& each : after.batches) {
        const auto [at, first] = state.batches.try_emplace(each.index);
        batch_track& track = at->second;
        if (first || !before || batch_changed(*before, after, each.index)) track.changed = clock;
        const bool unsettled = has_unsettled(after, each.index);
        if (processing && current == each.index && !track.started) {
            // Before its turn nothing can move: the wait for it is no lack of progress.
            track.started = clock;
            track.changed = clock;
        }
        if (!track.started) continue;
        const bool over = current > each.index || !unsettled;
        if (over && !track.ended) track.ended = clock;
        if (!over) track.ended.reset();
    }
}

void track_instance(ticket_state& state, const instance_info& info, duration clock) {
    const status_word status = classify(info.status);
    if (status == status_word::processing) {
        instance_track& track = state.instances[info.id];
        if (track.took) track = {};
        if (!track.started) track.started = clock;
        return;
    }
    const auto at = state.instances.find(info.id);
    if (at == state.instances.end() || !is_settled(status)) return;
    instance_track& track = at->second;
    if (track.started && !track.took) {
        track.took = clock - *track.started;
        track.finished = status == status_word::finished;
    }
}

// PAUSED was just seen for the first time, and the reading before it is not far: did the ticket
// pause by itself, after batch k?
bool paused_by_rotation(const reading& what, int k) {
    const batch_info* batch = find_batch(what, k);
    if (batch == nullptr || batch->rotation != "PAUSE") return false;
    if (count_of(what.stats)[status_word::unknown] != 0 || has_unplaced(what)) return false;
    bool has_later = false;
    for (const batch_info& each : what.batches) {
        has_later = has_later || each.index > k;
        if (each.index <= k && has_unsettled(what, each.index)) return false;
    }
    for (const status_row& row : what.stats.rows) {
        if (row.count == 0 || classify(row.status) == status_word::ready) continue;
        const bool later = std::any_of(row.batches.begin(), row.batches.end(),
                                       [k](int index) { return index > k; });
        if (later) return false;
    }
    return has_later;
}

void track_pause(ticket_state& state, const std::optional<reading>& before, const observed& what,
                 timestamp at) {
    if (!shows(what.what, status_word::paused)) {
        state.paused_since.reset();
        state.pause_cause = pause_origin::none;
        state.paused_by.clear();
        state.people.pausing_rule.clear();
        state.people.pause_released = false;
        return;
    }
    if (state.paused_since && !(before && went_on(*before, what.what))) return;
    state.paused_since = at;
    state.paused_by.clear();
    state.people.pausing_rule.clear();
    state.people.pause_released = false;
    const bool rotation = what.continuous && state.running_batch != 0 &&
                          paused_by_rotation(what.what, state.running_batch);
    state.pause_cause = rotation ? pause_origin::rotation : pause_origin::other;
}

void track_running_batch(ticket_state& state, const reading& what) {
    if (shows(what, status_word::paused)) state.running_batch = 0;
    if (!shows(what, status_word::processing) || !what.info.current_batch) return;
    if (has_unsettled(what, *what.info.current_batch)) {
        state.running_batch = *what.info.current_batch;
    }
}

}  // namespace

void close_stretches(ticket_state& state, std::optional<timestamp> end,
                     std::optional<timestamp> reopen) {
    const auto counted = [end](timestamp from) {
        return end ? std::max(duration::zero(), *end - from) : duration::zero();
    };
    for (auto& [key, rule] : state.rules) {
        if (rule.now != verdict::yes) continue;
        if (rule.true_since) rule.held_before += counted(*rule.true_since);
        rule.true_since = reopen;
        if (rule.step_before_done && reopen && end) {
            // Nobody looked: a ladder's `after` stood still.
            *rule.step_before_done += *reopen - std::max(*end, *rule.step_before_done);
        }
    }
    if (state.active_since) {
        state.active_before += counted(*state.active_since);
        state.active_since.reset();
    }
    state.running_batch = 0;
}

void fold_observed(ticket_state& state, const observed& what, timestamp at) {
    if (!what.continuous)
        close_stretches(state, what.last_fresh ? what.last_fresh : state.seen_at, at);
    move_clock(state, what, at);
    const duration clock = active_clock(state, at);
    const std::optional<reading> before = std::move(state.last);
    state.last = what.what;
    if (!before || !same_counts(before->stats, what.what.stats)) state.ticket_changed = clock;
    track_batches(state, before, what.what, clock);
    state.doubtful = {what.doubtful.begin(), what.doubtful.end()};
    for (const batch_detail& detail : what.what.details) {
        if (state.doubtful.contains(detail.index)) continue;
        for (const instance_info& each : detail.instances)
            track_instance(state, each, clock);
    }
    track_pause(state, before, what, at);
    track_running_batch(state, what.what);
    if (state.baseline_total == 0 || what.new_baseline) {
        state.baseline_total = what.what.stats.total;
    }
    if (state.id.empty()) state.id = what.what.info.id;
    if (!state.first_seen) {
        state.first_seen = at;
        state.people.cancelled = count_of(what.what.stats)[status_word::canceled];
    }
    state.seen_at = at;
    state.blind = false;
    state.blind_cause.clear();
}

}  // namespace rolloutd::policies
