// Which batches have to be looked at, and which of those that were contradict the statistics.

#include <algorithm>

#include "policies/engine.h"
#include "policies/reading_check.h"
#include "policies/tally.h"
#include "policies/ticket_needs.h"

namespace rolloutd::policies {

namespace {

// A row without batches does not say where its instances are; it may mean any batch.
bool may_name(const status_row& row, int batch) {
    return row.count > 0 &&
           (row.batches.empty() ||
            std::find(row.batches.begin(), row.batches.end(), batch) != row.batches.end());
}

bool names(const status_row& row, int batch) {
    return may_name(row, batch) && !row.batches.empty();
}

int count_in(const batch_detail& detail, std::string_view status) {
    return static_cast<int>(
        std::count_if(detail.instances.begin(), detail.instances.end(),
                      [status](const instance_info& each) { return each.status == status; }));
}

bool all_settled(const batch_detail& detail) {
    return std::all_of(detail.instances.begin(), detail.instances.end(),
                       [](const instance_info& each) { return is_settled(classify(each.status)); });
}

// The only status that the batch's instances are in, by the statistics; empty when there are
// several or it cannot be told.
std::string_view sole_status(const statistics& stats, int batch) {
    if (count_of(stats)[status_word::unknown] != 0) return {};
    std::string_view found;
    for (const status_row& row : stats.rows) {
        if (!may_name(row, batch)) continue;
        if (!found.empty() || row.batches.empty()) return {};
        found = row.status;
    }
    return found;
}

// The batches whose instances may have changed between the two statistics. A count that rises while
// its row names the same batches may have risen in any of them, but not in one that is over.
std::set<int> changed_batches(const reading& before, const statistics& after) {
    std::set<int> changed;
    if (before.stats == after) return changed;
    std::map<std::string_view, std::pair<status_row, status_row>> rows;
    for (const status_row& row : before.stats.rows)
        rows[row.status].first = row;
    for (const status_row& row : after.rows)
        rows[row.status].second = row;
    const auto same_sole = [&](int batch) {
        const std::string_view was = sole_status(before.stats, batch);
        return !was.empty() && was == sole_status(after, batch);
    };
    for (const auto& [status, pair] : rows) {
        const auto& [was, is] = pair;
        for (const batch_info& each : before.batches) {
            const bool moved = names(was, each.index) != names(is, each.index);
            const batch_detail* detail = find_detail(before, each.index);
            const bool open = detail == nullptr || !all_settled(*detail);
            const bool counted = was.count != is.count && may_name(is, each.index) && open;
            if (moved || (counted && !same_sole(each.index))) changed.insert(each.index);
        }
    }
    return changed;
}

// The details are behind the statistics: they lack what is settled already, or still show what is
// over. Details that are ahead do not contradict, because they are read later.
bool is_behind(const batch_detail& detail, const reading& what) {
    const batch_info* info = find_batch(what, detail.index);
    if (info == nullptr || static_cast<int>(detail.instances.size()) != info->size) return true;
    bool may_be_ready = count_of(what.stats)[status_word::unknown] > 0;
    bool may_be_open = may_be_ready;
    for (const status_row& row : what.stats.rows) {
        const status_word status = classify(row.status);
        if (is_settled(status)) {
            if (names(row, detail.index) && count_in(detail, row.status) == 0) return true;
            continue;
        }
        may_be_open = may_be_open || may_name(row, detail.index);
        if (status == status_word::ready)
            may_be_ready = may_be_ready || may_name(row, detail.index);
    }
    const tally counted = count_of(detail);
    if (counted[status_word::ready] > 0 && !may_be_ready) return true;
    return counted.settled() < counted.total && !may_be_open;
}

// The sum over the details is less than what the statistics count as settled: one of the batches
// that were just read lacks an instance.
std::set<int> behind_in_sum(const reading& fresh, const ticket_state& state,
                            const std::set<int>& known) {
    std::set<int> behind;
    for (const status_row& row : fresh.stats.rows) {
        if (row.batches.empty() || !is_settled(classify(row.status))) continue;
        int sum = 0;
        bool complete = true;
        for (const int index : row.batches) {
            const batch_detail* detail = find_detail(fresh, index);
            if (detail == nullptr && state.last) detail = find_detail(*state.last, index);
            // A batch that is known to be behind explains what the sum lacks.
            complete = complete && detail != nullptr && !known.contains(index);
            if (detail != nullptr) sum += count_in(*detail, row.status);
        }
        if (!complete || sum >= row.count) continue;
        for (const int index : row.batches) {
            if (find_detail(fresh, index) != nullptr) behind.insert(index);
        }
    }
    return behind;
}

}  // namespace

std::vector<int> batches_to_read(const ticket_info&, const std::vector<batch_info>& batches,
                                 const statistics& stats, const ticket_state& state,
                                 const settings& rules) {
    if (!rules.policies || !rules.policies->reads.details) return {};
    std::set<int> due = batches_in(stats, status_word::processing);
    if (state.last) due.merge(changed_batches(*state.last, stats));
    for (const batch_info& each : batches) {
        const bool known = state.last && find_detail(*state.last, each.index) != nullptr &&
                           !state.doubtful.contains(each.index);
        if (!known) due.insert(each.index);
    }
    std::vector<int> ordered;
    for (const batch_info& each : batches) {
        if (due.contains(each.index)) ordered.push_back(each.index);
    }
    std::sort(ordered.begin(), ordered.end());
    return ordered;
}

std::vector<int> doubtful_batches(const reading& what, const ticket_state& state) {
    if (what.details.empty()) return {};
    std::set<int> doubtful;
    for (const batch_detail& detail : what.details) {
        if (is_behind(detail, what)) doubtful.insert(detail.index);
    }
    doubtful.merge(behind_in_sum(what, state, doubtful));
    return {doubtful.begin(), doubtful.end()};
}

std::vector<int> all_doubtful(const reading& what, const ticket_state& state) {
    const std::vector<int> contradicting = doubtful_batches(what, state);
    std::set<int> doubtful{contradicting.begin(), contradicting.end()};
    if (state.last) {
        std::set<int> stale = changed_batches(*state.last, what.stats);
        stale.insert(state.doubtful.begin(), state.doubtful.end());
        for (const int index : stale) {
            const bool kept = find_detail(*state.last, index) != nullptr;
            if (kept && find_detail(what, index) == nullptr) doubtful.insert(index);
        }
    }
    return {doubtful.begin(), doubtful.end()};
}

bool is_settled_reading(const reading& known, const ticket_state& state, const settings& rules) {
    const tally counted = count_of(known.stats);
    if (counted.settled() != counted.total) return false;
    const timestamp seen = last_seen(state).value_or(timestamp{});
    if (!reads_of_ticket(known.info, state, rules, seen).details) return true;
    return state.doubtful.empty() &&
           std::all_of(known.batches.begin(), known.batches.end(), [&](const batch_info& each) {
               const batch_detail* detail = find_detail(known, each.index);
               return detail != nullptr && all_settled(*detail);
           });
}

}  // namespace rolloutd::policies
