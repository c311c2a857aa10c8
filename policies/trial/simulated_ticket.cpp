#include "policies/trial/simulated_ticket.h"

#include <algorithm>
#include <set>

namespace rolloutd::policies::trial {

namespace {

void set_text(instance_info& of, const std::string& name, const std::string& text) {
    if (name == "host") of.host = text;
    if (name == "ip") of.ip = text;
    if (name == "region") of.region = text;
    if (name == "zone") of.zone = text;
    if (name == "resource") of.resource = text;
    if (name == "message") of.message = text;
}

// The order in which instances that have to change are taken: those that run settle first.
int readiness_to_settle(const instance_info& what) {
    const status_word status = classify(what.status);
    if (status == status_word::processing) return 0;
    if (status == status_word::ready) return 1;
    return 2;
}

// The order in which statuses are given out to them.
const std::vector<std::string> given_out{"FINISHED", "ABNORMAL",   "CANCELED", "ROLLBACKED",
                                         "UNKNOWN",  "PROCESSING", "READY"};

}  // namespace

simulated_ticket::simulated_ticket(const ticket_shape& shape, timestamp start)
    : order_name_(shape.order_name), labels_(shape.labels) {
    info_.id = shape.id;
    info_.creator = shape.creator;
    info_.script_uuid = shape.script_uuid;
    info_.name = shape.name;
    info_.script_version = shape.script_version;
    info_.created = start - shape.age;
    info_.timeout = shape.timeout;
    info_.success_rate_tenths = shape.success_rate_tenths;
    info_.params = shape.params;
    instance_id number = 0;
    for (const batch_shape& each : shape.batches) {
        batch made;
        made.info = {.index = static_cast<int>(batches_.size()) + 1,
                     .size = each.size,
                     .rotation = each.rotation,
                     .label = each.label};
        for (int i = 0; i < each.size; ++i) {
            instance_info one;
            one.id = ++number;
            one.status = "READY";
            one.host = "host-" + std::to_string(number);
            if (!each.zones.empty()) {
                one.zone = each.zones[static_cast<std::size_t>(i) % each.zones.size()];
            }
            made.instances.push_back(std::move(one));
        }
        batches_.push_back(std::move(made));
    }
}

void simulated_ticket::change(const timeline_entry& what) {
    if (what.status) status_ = *what.status;
    if (what.current) current_ = what.current;
    if (what.params) info_.params = *what.params;
    if (what.order_name) order_name_ = *what.order_name;
    for (const batch_change& each : what.batches) {
        change_counts(batches_[static_cast<std::size_t>(each.index - 1)], each);
    }
}

// Named instances first; the others keep their status as far as the counts allow, so that no
// instance changes without need.
void simulated_ticket::change_counts(batch& where, const batch_change& what) {
    std::set<instance_id> named;
    for (const instance_change& each : what.instances) {
        instance_info& one = *std::ranges::find(where.instances, each.number, &instance_info::id);
        for (const auto& [name, text] : each.texts)
            set_text(one, name, text);
        if (!each.status) continue;
        one.status = *each.status;
        named.insert(one.id);
    }
    if (!what.counts) return;
    std::map<std::string, int> left = *what.counts;
    for (const instance_info& each : where.instances) {
        if (named.contains(each.id)) --left[each.status];
    }
    std::vector<instance_info*> moving;
    for (instance_info& each : where.instances) {
        if (named.contains(each.id)) continue;
        int& room = left[each.status];
        if (room > 0) {
            --room;
        } else {
            moving.push_back(&each);
        }
    }
    std::ranges::sort(moving, {},
                      [](const instance_info* each) { return readiness_to_settle(*each); });
    auto next = given_out.begin();
    for (instance_info* each : moving) {
        while (next != given_out.end() && left[*next] <= 0)
            ++next;
        if (next == given_out.end()) return;
        each->status = *next;
        --left[*next];
    }
}

bool simulated_ticket::is_settled_batch(const batch& what) const {
    return std::ranges::all_of(what.instances, [](const instance_info& each) {
        return is_settled(classify(each.status));
    });
}

int simulated_ticket::current_batch() const {
    if (current_) return *current_;
    for (const batch& each : batches_) {
        if (each.info.index > passed_ && !is_settled_batch(each)) return each.info.index;
    }
    return static_cast<int>(batches_.size());
}

void simulated_ticket::begin_current() {
    status_ = "PROCESSING";
    batch& now = batches_[static_cast<std::size_t>(current_batch() - 1)];
    for (instance_info& each : now.instances) {
        if (classify(each.status) == status_word::ready) each.status = "PROCESSING";
    }
}

void simulated_ticket::take_effect(const operation& what) {
    switch (what.what) {
        case action::pause: status_ = "PAUSED"; return;
        case action::continue_ticket: begin_current(); return;
        case action::cancel:
            status_ = "CANCELED";
            for (batch& each : batches_) {
                for (instance_info& one : each.instances) {
                    if (!is_settled(classify(one.status))) one.status = "CANCELED";
                }
            }
            return;
        case action::skip_batch:
            passed_ = std::max(passed_, what.batch.value_or(current_batch()));
            current_.reset();
            if (passed_ >= static_cast<int>(batches_.size())) {
                status_ = "FINISHED";
            } else {
                begin_current();
            }
            return;
        case action::cancel_instance:
            for (batch& each : batches_) {
                for (instance_info& one : each.instances) {
                    if (one.id == what.instance) one.status = "CANCELED";
                }
            }
            return;
        case action::notify: return;
    }
}

statistics simulated_ticket::count() const {
    std::map<std::string, status_row> rows;
    statistics made;
    for (const batch& each : batches_) {
        made.total += each.info.size;
        for (const instance_info& one : each.instances) {
            status_row& row = rows[one.status];
            ++row.count;
            if (row.batches.empty() || row.batches.back() != each.info.index) {
                row.batches.push_back(each.info.index);
            }
        }
    }
    for (auto& [status, row] : rows) {
        row.status = status;
        made.rows.push_back(std::move(row));
    }
    return made;
}

reading simulated_ticket::read(const ticket_state& state, const settings& rules) const {
    const required_reads wanted = rules.policies->reads;
    reading made;
    made.info = info_;
    made.info.status = status_;
    made.info.current_batch = current_batch();
    if (!wanted.params) made.info.params.clear();
    if (wanted.order_name) made.info.order_name = order_name_;
    for (const batch& each : batches_)
        made.batches.push_back(each.info);
    made.stats = count();
    if (!wanted.details) return made;
    for (const int index : batches_to_read(made.info, made.batches, made.stats, state, rules)) {
        const batch& each = batches_[static_cast<std::size_t>(index - 1)];
        batch_detail detail{.index = index, .size = each.info.size, .instances = each.instances};
        for (instance_info& one : detail.instances) {
            if (!wanted.messages) one.message.clear();
        }
        made.details.push_back(std::move(detail));
    }
    return made;
}

}  // namespace rolloutd::policies::trial
