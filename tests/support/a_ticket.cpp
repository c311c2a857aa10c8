#include "tests/support/a_ticket.h"

#include <set>

namespace rolloutd::tests {

using namespace policies;

a_ticket::a_ticket() {
    info_.id = "SCT20261121101530a1b2c3d4e";
    info_.status = "PROCESSING";
    info_.creator = "ops";
    info_.script_uuid = "SC20261121101500a1b2c3d4e";
    info_.name = "deploy-web-7";
    info_.created = timestamp{std::chrono::sys_days{std::chrono::year{2026} / 11 / 21}};
    info_.current_batch = 1;
    info_.timeout = 5min;
    info_.success_rate_tenths = 900;
}

a_ticket& a_ticket::status(std::string word) {
    info_.status = std::move(word);
    return *this;
}

a_ticket& a_ticket::name(std::string text) {
    info_.name = std::move(text);
    return *this;
}

a_ticket& a_ticket::success_rate_tenths(int tenths) {
    info_.success_rate_tenths = tenths;
    return *this;
}

a_ticket& a_ticket::timeout(duration length) {
    info_.timeout = length;
    return *this;
}

a_ticket& a_ticket::current(int batch) {
    info_.current_batch = batch;
    return *this;
}

a_ticket& a_ticket::batch(int size, std::string rotation) {
    const int index = static_cast<int>(batches_.size()) + 1;
    batches_.push_back(
        {.index = index, .size = size, .rotation = std::move(rotation), .label = {}});
    return *this;
}

a_ticket& a_ticket::in_batch(int index, shares counts) {
    counts_[index] = std::move(counts);
    return *this;
}

a_ticket& a_ticket::instance(instance_id id, std::string word) {
    single_[id] = std::move(word);
    return *this;
}

a_ticket& a_ticket::with_details() {
    details_ = true;
    return *this;
}

std::vector<instance_info> a_ticket::instances_of(const batch_info& batch) const {
    std::vector<instance_info> instances;
    const auto given = counts_.find(batch.index);
    shares counts = given == counts_.end() ? shares{} : given->second;
    counts.emplace_back("READY", batch.size);
    for (const auto& [word, count] : counts) {
        for (int i = 0; i < count && static_cast<int>(instances.size()) < batch.size; ++i) {
            instance_info info;
            info.id = batch.index * 1000 + static_cast<int>(instances.size()) + 1;
            const auto single = single_.find(info.id);
            info.status = single == single_.end() ? word : single->second;
            info.host = "host-" + std::to_string(info.id);
            instances.push_back(std::move(info));
        }
    }
    return instances;
}

reading a_ticket::read() const {
    reading what;
    what.info = info_;
    what.batches = batches_;
    std::map<std::string, std::pair<int, std::set<int>>> rows;
    for (const batch_info& batch : batches_) {
        what.stats.total += batch.size;
        batch_detail detail{
            .index = batch.index, .size = batch.size, .instances = instances_of(batch)};
        for (const instance_info& each : detail.instances) {
            auto& [count, batches] = rows[each.status];
            ++count;
            batches.insert(batch.index);
        }
        if (details_) what.details.push_back(std::move(detail));
    }
    for (const auto& [word, row] : rows) {
        what.stats.rows.push_back({.status = word,
                                   .count = row.first,
                                   .batches = {row.second.begin(), row.second.end()}});
    }
    return what;
}

}  // namespace rolloutd::tests
