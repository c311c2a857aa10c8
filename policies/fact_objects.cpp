// What each field of the fact objects answers.

#include "policies/fact_view.h"

namespace rolloutd::policies {

using cel::value;

namespace {

// Too short a time says nothing about slowness (DESIGN §7).
constexpr duration shortest_for_slowness = std::chrono::seconds{60};

value text_map(const std::map<std::string, std::string>& entries) {
    std::vector<std::pair<value, value>> listed;
    listed.reserve(entries.size());
    for (const auto& [key, text] : entries) {
        listed.emplace_back(value::string(key), value::string(text));
    }
    return value::map(std::move(listed));
}

value missing(const char* what) {
    return value::error("missing", std::string{what} + " is not known");
}

value length(std::optional<duration> what, const char* name) {
    return what ? value::duration(*what) : missing(name);
}

value number(int what) { return value::integer(what); }

}  // namespace

value ticket_object::field(int slot) const {
    const auto which = static_cast<ticket_fact>(slot);
    switch (which) {
        case ticket_fact::id:
        case ticket_fact::name:
        case ticket_fact::labels:
        case ticket_fact::unseen_for: return always_known(which);
        case ticket_fact::timeout:
        case ticket_fact::age:
        case ticket_fact::running_for:
        case ticket_fact::unchanged_for:
        case ticket_fact::paused_for:
        case ticket_fact::created: return view_->blind() ? not_seen() : measured(which);
        default: return view_->blind() ? not_seen() : read(which);
    }
}

value ticket_object::always_known(ticket_fact which) const {
    const ticket_state& state = view_->state();
    switch (which) {
        case ticket_fact::id: return value::borrow(state.id);
        case ticket_fact::labels: return text_map(state.labels);
        case ticket_fact::unseen_for: return value::duration(view_->unseen_for());
        default: return state.last ? value::borrow(state.last->info.name) : not_seen();
    }
}

value ticket_object::read(ticket_fact which) const {
    const ticket_state& state = view_->state();
    const ticket_info& info = state.last->info;
    switch (which) {
        case ticket_fact::order_name:
            return info.order_name.empty() ? missing("the order's name")
                                           : value::borrow(info.order_name);
        case ticket_fact::script_uuid: return value::borrow(info.script_uuid);
        case ticket_fact::script_version: return value::borrow(info.script_version);
        case ticket_fact::creator: return value::borrow(info.creator);
        case ticket_fact::status: return value::borrow(info.status);
        case ticket_fact::pause_cause:
            return value::string(std::string{to_text(state.pause_cause)});
        case ticket_fact::paused_by: return value::borrow(state.paused_by);
        case ticket_fact::success_rate:
            if (!info.success_rate_tenths) return missing("the success rate");
            return value::real(*info.success_rate_tenths / 10.0);
        case ticket_fact::failure_allowed:
            // Subtracted as integers: 100 - 98.6 in doubles is not 1.4.
            if (!info.success_rate_tenths) return missing("the success rate");
            return value::real((1000 - *info.success_rate_tenths) / 10.0);
        case ticket_fact::current_batch:
            return info.current_batch ? number(*info.current_batch) : missing("the current batch");
        case ticket_fact::batches: return number(static_cast<int>(state.last->batches.size()));
        case ticket_fact::params: return text_map(info.params);
        default: return value::error("missing", "there is no such fact");
    }
}

value ticket_object::measured(ticket_fact which) const {
    const ticket_state& state = view_->state();
    const ticket_info& info = state.last->info;
    switch (which) {
        case ticket_fact::timeout: return length(info.timeout, "the ticket's timeout");
        case ticket_fact::age:
            if (!info.created) return missing("the time of creation");
            return value::duration(view_->now() - *info.created);
        case ticket_fact::created:
            return info.created ? value::timestamp(*info.created) : missing("the time of creation");
        case ticket_fact::running_for: return value::duration(view_->clock());
        case ticket_fact::unchanged_for:
            return value::duration(view_->clock() - state.ticket_changed);
        case ticket_fact::paused_for:
            return value::duration(state.paused_since ? view_->now() - *state.paused_since
                                                      : duration::zero());
        default: return value::error("missing", "there is no such fact");
    }
}

value count_object::field(int slot) const {
    if (view_->blind()) return not_seen();
    if (batch_) {
        if (auto problem = view_->details_missing(batch_)) return *problem;
    }
    const tally counted = view_->counts(batch_).value_or(tally{});
    switch (static_cast<count_fact>(slot)) {
        case count_fact::ready: return number(counted[status_word::ready]);
        case count_fact::processing: return number(counted[status_word::processing]);
        case count_fact::abnormal: return number(counted[status_word::abnormal]);
        case count_fact::canceled: return number(counted[status_word::canceled]);
        case count_fact::finished: return number(counted[status_word::finished]);
        case count_fact::rollbacked: return number(counted[status_word::rollbacked]);
        case count_fact::unknown: return number(counted[status_word::unknown]);
        case count_fact::settled: return number(counted.settled());
        case count_fact::total: return number(counted.total);
        case count_fact::stuck: return view_->stuck(batch_);
        case count_fact::given_up: return number(view_->given_up(batch_));
    }
    return value::error("missing", "there is no such fact");
}

value batch_object::field(int slot) const {
    const ticket_state& state = view_->state();
    const auto tracked = state.batches.find(info_->index);
    const batch_track track = tracked == state.batches.end() ? batch_track{} : tracked->second;
    switch (static_cast<batch_fact>(slot)) {
        case batch_fact::index: return number(info_->index);
        case batch_fact::size: return number(info_->size);
        case batch_fact::rotation: return value::borrow(info_->rotation);
        case batch_fact::label: return value::borrow(info_->label);
        case batch_fact::current: return value::boolean(view_->is_current(*info_));
        case batch_fact::count: return value::object(count_);
        case batch_fact::running_for:
            if (!track.started) return value::duration(duration::zero());
            return value::duration(track.ended.value_or(view_->clock()) - *track.started);
        case batch_fact::unchanged_for:
            // Details that contradict the statistics cannot tell whether anything moved.
            if (state.doubtful.contains(info_->index)) return *view_->details_missing(info_->index);
            return value::duration(view_->clock() - track.changed);
    }
    return value::error("missing", "there is no such fact");
}

value instance_object::field(int slot) const {
    const auto which = static_cast<instance_fact>(slot);
    if (which == instance_fact::id) return value::integer(info_->id);
    if (which == instance_fact::batch) return number(batch_);
    if (auto problem = view_->details_missing(batch_)) return *problem;
    switch (which) {
        case instance_fact::status: return value::borrow(info_->status);
        case instance_fact::host: return value::borrow(info_->host);
        case instance_fact::ip: return value::borrow(info_->ip);
        case instance_fact::region: return value::borrow(info_->region);
        case instance_fact::zone: return value::borrow(info_->zone);
        case instance_fact::resource: return value::borrow(info_->resource);
        case instance_fact::message: return value::borrow(info_->message);
        case instance_fact::running_for:
            return length(view_->running_for(*info_), "when the instance began");
        case instance_fact::slowness: return slowness();
        default: return value::error("missing", "there is no such fact");
    }
}

value instance_object::slowness() const {
    const std::optional<duration> ran = view_->running_for(*info_);
    if (!ran) return missing("when the instance began");
    if (*ran < shortest_for_slowness) return value::error("too_early", "it has run less than 60 s");
    const std::optional<duration> median = view_->median_duration();
    if (!median) return value::error("too_few", "fewer than 5 instances were seen to finish");
    // Instances that finish between two readings took no time at all as far as can be seen.
    const duration least = std::max(*median, duration{1'000});
    return value::real(static_cast<double>(ran->count()) / static_cast<double>(least.count()));
}

}  // namespace rolloutd::policies
