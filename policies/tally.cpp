#include "policies/tally.h"

#include <algorithm>
#include <map>
#include <utility>

namespace rolloutd::policies {

namespace {

using row_contents = std::pair<int, std::vector<int>>;

std::map<std::string_view, row_contents> contents_of(const statistics& stats) {
    std::map<std::string_view, row_contents> rows;
    for (const status_row& row : stats.rows) {
        if (row.count == 0) continue;
        auto& [count, batches] = rows[row.status];
        count += row.count;
        batches.insert(batches.end(), row.batches.begin(), row.batches.end());
        std::sort(batches.begin(), batches.end());
    }
    return rows;
}

bool contains(const std::vector<int>& batches, int batch) {
    return std::find(batches.begin(), batches.end(), batch) != batches.end();
}

// Of the rows that name the batch: status and count.
std::map<std::string_view, int> rows_of(const statistics& stats, int batch) {
    std::map<std::string_view, int> rows;
    for (const status_row& row : stats.rows) {
        if (row.count != 0 && contains(row.batches, batch)) rows[row.status] += row.count;
    }
    return rows;
}

}  // namespace

void tally::add(std::string_view status, int count) {
    status_word word = classify(status);
    // These are words of tickets; an instance that bears one is not understood.
    if (word == status_word::paused || word == status_word::error) word = status_word::unknown;
    of[static_cast<std::size_t>(word)] += count;
}

int tally::settled() const {
    return (*this)[status_word::abnormal] + (*this)[status_word::canceled] +
           (*this)[status_word::finished] + (*this)[status_word::rollbacked];
}

tally count_of(const statistics& stats) {
    tally counted;
    counted.total = stats.total;
    int sum = 0;
    for (const status_row& row : stats.rows) {
        counted.add(row.status, row.count);
        sum += row.count;
    }
    counted.of[static_cast<std::size_t>(status_word::unknown)] += stats.total - sum;
    return counted;
}

tally count_of(const batch_detail& detail) {
    tally counted;
    const int listed = static_cast<int>(detail.instances.size());
    counted.total = std::max(detail.size, listed);
    for (const instance_info& each : detail.instances)
        counted.add(each.status, 1);
    counted.of[static_cast<std::size_t>(status_word::unknown)] += counted.total - listed;
    return counted;
}

const batch_info* find_batch(const reading& what, int index) {
    const auto at = std::find_if(what.batches.begin(), what.batches.end(),
                                 [index](const batch_info& each) { return each.index == index; });
    return at == what.batches.end() ? nullptr : &*at;
}

const batch_detail* find_detail(const reading& what, int index) {
    const auto at = std::find_if(what.details.begin(), what.details.end(),
                                 [index](const batch_detail& each) { return each.index == index; });
    return at == what.details.end() ? nullptr : &*at;
}

const instance_info* find_instance(const reading& what, instance_id id) {
    for (const batch_detail& detail : what.details) {
        for (const instance_info& each : detail.instances) {
            if (each.id == id) return &each;
        }
    }
    return nullptr;
}

std::set<int> batches_in(const statistics& stats, status_word status) {
    std::set<int> batches;
    for (const status_row& row : stats.rows) {
        if (row.count == 0 || classify(row.status) != status) continue;
        batches.insert(row.batches.begin(), row.batches.end());
    }
    return batches;
}

bool has_unsettled(const reading& what, int batch) {
    return std::any_of(what.stats.rows.begin(), what.stats.rows.end(),
                       [batch](const status_row& row) {
                           return row.count != 0 && !is_settled(classify(row.status)) &&
                                  contains(row.batches, batch);
                       });
}

bool has_unplaced(const reading& what) {
    return std::ranges::any_of(what.stats.rows, [](const status_row& row) {
        return row.count != 0 && row.batches.empty() && !is_settled(classify(row.status));
    });
}

bool same_counts(const statistics& a, const statistics& b) {
    // Mostly nothing has changed, which is told sooner.
    return a == b || (a.total == b.total && contents_of(a) == contents_of(b));
}

bool same_rows_of(const statistics& a, const statistics& b, int batch) {
    return rows_of(a, batch) == rows_of(b, batch);
}

bool went_on(const reading& before, const reading& after) {
    const auto begun = [](const reading& what) {
        std::set<int> batches;
        for (const status_row& row : what.stats.rows) {
            const status_word status = classify(row.status);
            const bool ran = status == status_word::processing || status == status_word::finished ||
                             status == status_word::abnormal;
            if (ran && row.count > 0) batches.insert(row.batches.begin(), row.batches.end());
        }
        return batches;
    };
    const std::set<int> was = begun(before);
    return std::ranges::any_of(begun(after), [&was](int index) { return !was.contains(index); });
}

}  // namespace rolloutd::policies
