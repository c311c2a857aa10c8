#include "policies/reading_check.h"

#include <algorithm>
#include <set>

#include "policies/engine.h"
#include "policies/tally.h"

namespace rolloutd::policies {

namespace {

// A changed baseline is accepted at the third reading that shows it.
constexpr int readings_before_accepting = 2;

std::string counted(int number, const char* what) { return std::to_string(number) + " " + what; }

// What is wrong with the reading by itself.
std::optional<flaw> own_flaw(const reading& what, const settings& rules) {
    const statistics& stats = what.stats;
    if (std::chrono::abs(what.skew) > rules.cloud_timeout) {
        return flaw{.code = "skew",
                    .detail = "status and statistics were read " +
                              to_text(std::chrono::abs(what.skew)) + " apart"};
    }
    if (stats.total <= 0) {
        return flaw{.code = "total", .detail = "the statistics count no instances"};
    }
    int sum = 0;
    for (const status_row& row : stats.rows) {
        if (row.count < 0) return flaw{.code = "remainder", .detail = "a count is negative"};
        sum += row.count;
    }
    if (sum > stats.total) {
        return flaw{.code = "remainder",
                    .detail = "the statistics list " + counted(sum, "instances of ") +
                              std::to_string(stats.total)};
    }
    int sizes = 0;
    for (const batch_info& each : what.batches)
        sizes += each.size;
    if (sizes != stats.total) {
        return flaw{.code = "batches",
                    .detail = "the batches hold " + counted(sizes, "instances, ") +
                              "the statistics count " + std::to_string(stats.total)};
    }
    return std::nullopt;
}

// The first instance that was settled and no longer is.
std::optional<instance_id> unsettled_instance(const reading& what, const reading& earlier) {
    for (const batch_detail& detail : what.details) {
        const batch_detail* before = find_detail(earlier, detail.index);
        if (before == nullptr) continue;
        std::set<instance_id> settled;
        for (const instance_info& each : before->instances) {
            if (is_settled(classify(each.status))) settled.insert(each.id);
        }
        for (const instance_info& each : detail.instances) {
            if (!is_settled(classify(each.status)) && settled.contains(each.id)) return each.id;
        }
    }
    return std::nullopt;
}

std::optional<flaw> baseline_flaw(const reading& what, const ticket_state& state) {
    if (state.baseline_total != 0 && what.stats.total != state.baseline_total) {
        return flaw{.code = "baseline",
                    .detail = "the ticket had " + counted(state.baseline_total, "instances, now ") +
                              std::to_string(what.stats.total),
                    .baseline = true};
    }
    if (!state.last) return std::nullopt;
    const int before = count_of(state.last->stats).settled();
    const int after = count_of(what.stats).settled();
    if (after < before) {
        return flaw{
            .code = "unsettled",
            .detail = counted(before, "instances were settled, now ") + std::to_string(after),
            .baseline = true};
    }
    if (const auto instance = unsettled_instance(what, *state.last)) {
        return flaw{
            .code = "unsettled",
            .detail = "instance " + std::to_string(*instance) + " was settled and no longer is",
            .baseline = true};
    }
    return std::nullopt;
}

bool enough_candidates(const reading& what, const ticket_state& state) {
    return state.candidate && state.candidate_readings >= readings_before_accepting &&
           agrees_with(what, *state.candidate);
}

}  // namespace

std::optional<flaw> find_flaw(const reading& what, const ticket_state& state,
                              const settings& rules) {
    if (auto own = own_flaw(what, rules)) return own;
    auto changed = baseline_flaw(what, state);
    if (changed && enough_candidates(what, state)) return std::nullopt;
    return changed;
}

bool accepts_baseline(const reading& what, const ticket_state& state, const settings& rules) {
    return enough_candidates(what, state) && !own_flaw(what, rules) && baseline_flaw(what, state);
}

std::optional<std::string> flaw_of(const reading& what, const ticket_state& state,
                                   const settings& rules) {
    if (const auto found = find_flaw(what, state, rules)) return found->detail;
    return std::nullopt;
}

bool agrees_with(const reading& what, const reading& earlier) {
    return what.stats.total == earlier.stats.total && what.batches == earlier.batches &&
           count_of(what.stats).settled() >= count_of(earlier.stats).settled() &&
           !unsettled_instance(what, earlier);
}

bool adds_nothing(const reading& what, const ticket_state& state) {
    if (!state.last) return false;
    const reading& last = *state.last;
    if (what.info != last.info || what.batches != last.batches) return false;
    if (!same_counts(what.stats, last.stats)) return false;
    return std::all_of(what.details.begin(), what.details.end(), [&](const batch_detail& detail) {
        const batch_detail* known = find_detail(last, detail.index);
        return known != nullptr && *known == detail;
    });
}

reading merged(const reading& what, const ticket_state& state) {
    reading known = what;
    known.skew = duration::zero();
    if (state.last) {
        for (const batch_detail& detail : state.last->details) {
            if (find_detail(what, detail.index) != nullptr) continue;
            if (find_batch(what, detail.index) == nullptr) continue;
            known.details.push_back(detail);
        }
    }
    std::sort(known.details.begin(), known.details.end(),
              [](const batch_detail& a, const batch_detail& b) { return a.index < b.index; });
    return known;
}

}  // namespace rolloutd::policies
