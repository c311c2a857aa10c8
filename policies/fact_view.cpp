#include "policies/fact_view.h"

#include <algorithm>

namespace rolloutd::policies {

using cel::value;

namespace {

// DESIGN §7: what `stuck` grants beyond the ticket's own timeout.
constexpr duration stuck_grace = std::chrono::minutes{2};

constexpr std::size_t fewest_for_median = 5;

value doubtful() { return value::error("doubtful", "the details contradict the statistics"); }
value not_read() { return value::error("not_read", "the details were not read"); }

}  // namespace

value not_seen() { return value::error("not_seen", "the ticket is not seen at this time"); }

fact_view::fact_view(const ticket_state& state, timestamp now, bool blind)
    : state_(&state), now_(now), blind_(blind || !state.last), clock_(active_clock(state, now)) {}

duration fact_view::unseen_for() const {
    if (!blind_) return duration::zero();
    const std::optional<timestamp> seen = last_seen(*state_);
    const std::optional<timestamp> from = seen ? seen : state_->watched_at;
    return from ? std::max(duration::zero(), now_ - *from) : duration::zero();
}

std::optional<value> fact_view::details_missing(std::optional<int> batch) const {
    if (blind_) return not_seen();
    const reading& last = *state_->last;
    if (batch) {
        if (state_->doubtful.contains(*batch)) return doubtful();
        if (find_detail(last, *batch) == nullptr) return not_read();
        return std::nullopt;
    }
    if (!state_->doubtful.empty()) return doubtful();
    for (const batch_info& each : last.batches) {
        if (find_detail(last, each.index) == nullptr) return not_read();
    }
    return std::nullopt;
}

std::optional<tally> fact_view::counts(std::optional<int> batch) const {
    if (!batch) return count_of(state_->last->stats);
    const batch_detail* detail = find_detail(*state_->last, *batch);
    if (detail == nullptr) return std::nullopt;
    return count_of(*detail);
}

std::optional<duration> fact_view::running_for(const instance_info& info) const {
    const auto at = state_->instances.find(info.id);
    const status_word status = classify(info.status);
    if (at == state_->instances.end()) {
        if (status == status_word::ready) return duration::zero();
        return std::nullopt;
    }
    const instance_track& track = at->second;
    if (track.took) return track.took;
    if (is_settled(status)) return std::nullopt;
    if (track.started) return clock_ - *track.started;
    return duration::zero();
}

value fact_view::stuck(std::optional<int> batch) const {
    if (const auto missing = details_missing(batch)) return *missing;
    const reading& last = *state_->last;
    if (!last.info.timeout) return value::error("missing", "the ticket's timeout is not known");
    const duration longest = *last.info.timeout + stuck_grace;
    std::int64_t count = 0;
    for (const batch_detail& detail : last.details) {
        if (batch && detail.index != *batch) continue;
        for (const instance_info& each : detail.instances) {
            if (classify(each.status) != status_word::processing) continue;
            // Given up counts already; one host is one failure.
            if (state_->given_up.contains(each.id)) continue;
            if (running_for(each).value_or(duration::zero()) > longest) ++count;
        }
    }
    return value::integer(count);
}

int fact_view::given_up(std::optional<int> batch) const {
    if (!batch) return static_cast<int>(state_->given_up.size());
    const batch_detail* detail = find_detail(*state_->last, *batch);
    if (detail == nullptr) return 0;
    return static_cast<int>(std::count_if(
        detail->instances.begin(), detail->instances.end(),
        [this](const instance_info& each) { return state_->given_up.contains(each.id); }));
}

std::optional<duration> fact_view::median_duration() const {
    if (median_) return *median_;
    std::vector<duration> took;
    for (const auto& [id, track] : state_->instances) {
        if (track.finished && track.took) took.push_back(*track.took);
    }
    if (took.size() < fewest_for_median) {
        median_.emplace(std::nullopt);
        return std::nullopt;
    }
    const auto middle = took.begin() + static_cast<std::ptrdiff_t>(took.size() / 2);
    std::nth_element(took.begin(), middle, took.end());
    duration median = *middle;
    if (took.size() % 2 == 0) median = (median + *std::max_element(took.begin(), middle)) / 2;
    median_.emplace(median);
    return median;
}

bool fact_view::is_current(const batch_info& info) const {
    const reading& last = *state_->last;
    if (classify(last.info.status) != status_word::processing) return false;
    return last.info.current_batch == info.index &&
           (batches_in(last.stats, status_word::ready).contains(info.index) ||
            batches_in(last.stats, status_word::processing).contains(info.index));
}

void fact_view::list_batches() const {
    if (batches_) return;
    batches_.emplace();
    for (const batch_info& each : state_->last->batches)
        batches_->items.emplace_back(*this, each);
}

void fact_view::list_instances() const {
    if (instances_) return;
    instances_.emplace();
    for (const batch_detail& detail : state_->last->details) {
        for (const instance_info& each : detail.instances) {
            instance_places_.emplace(each.id, instances_->items.size());
            instances_->items.emplace_back(*this, each, detail.index);
        }
    }
}

value fact_view::batches() const {
    if (blind_) return not_seen();
    list_batches();
    return value::list(*batches_);
}

value fact_view::instances() const {
    if (const auto missing = details_missing(std::nullopt)) return *missing;
    list_instances();
    return value::list(*instances_);
}

value fact_view::of(const subject& who) const {
    if (blind_) return not_seen();
    if (who.kind == subject_kind::batch) {
        list_batches();
        const auto& known = state_->last->batches;
        for (std::size_t i = 0; i < known.size(); ++i) {
            if (known[i].index == who.number) return value::object(batches_->items[i]);
        }
    }
    if (who.kind == subject_kind::instance) {
        list_instances();
        const auto at = instance_places_.find(who.number);
        if (at != instance_places_.end()) return value::object(instances_->items[at->second]);
    }
    return value::error("missing", "there is no such batch or instance");
}

}  // namespace rolloutd::policies
