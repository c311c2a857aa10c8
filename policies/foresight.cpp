#include "policies/foresight.h"

#include <algorithm>
#include <set>

#include "policies/fact_view.h"
#include "policies/hypothesis.h"
#include "policies/narrowed.h"
#include "policies/rule_scope.h"
#include "policies/tally.h"

namespace rolloutd::policies {

namespace {

// Subjects that are looked at; a ticket has at most 200 instances (reference/coc-api.md §3.2).
constexpr std::size_t most_candidates = 400;
// How exactly the moment of a rule that time alone makes true is told.
constexpr duration half_a_second{500};

struct candidate {
    const policy* owner = nullptr;
    const rule* what = nullptr;
    subject who;
};

class outlook {
public:
    outlook(const ticket_state& state, const outcome& last, const context& around)
        : state_(state), around_(around) {
        // What is true has come to pass, and what is spent has acted.
        for (const rule_view& each : last.views) {
            if (each.now == verdict::yes || each.spent || each.overridden) past_.insert(each.key);
        }
        if (!around.rules.policies) return;
        const fact_view view{state, around.now, false};
        for (const policy& each : around.rules.policies->policies) {
            const rule_scope scope{view, each, {}, around.rules.zones.get()};
            if (!each.match || !scope.is_true(each.match)) continue;
            for (const rule& one : each.rules)
                add_subjects(each, one);
        }
    }

    std::optional<timestamp> by_time(duration horizon) const {
        const auto holds = [this](duration::rep length) {
            return any_true(state_, around_.now + duration{length});
        };
        if (!holds(horizon.count())) return std::nullopt;
        return around_.now +
               duration{narrowed<duration::rep>(0, horizon.count(), half_a_second.count(), holds)};
    }

    int by_change(status_word to) const {
        if (candidates_.empty()) return 0;
        hypothesis next(state_, around_.now);
        const auto holds = [&](duration::rep number) {
            const int count = static_cast<int>(number);
            const bool fail = to == status_word::abnormal;
            return any_true(next.after(fail ? count : 0, fail ? 0 : count), around_.now);
        };
        // By doubling: `needs` may be met and the share be small again with many more.
        duration::rep too_few = 0;
        for (int count = 1; count <= std::min(next.open(), foresight::farthest); count *= 2) {
            if (holds(count))
                return static_cast<int>(narrowed<duration::rep>(too_few, count, 1, holds));
            too_few = count;
        }
        return 0;
    }

private:
    void add_subjects(const policy& owner, const rule& what) {
        if (what.each == subject_kind::ticket) {
            add({&owner, &what, {}});
        } else if (what.each == subject_kind::batch) {
            for (const batch_info& each : state_.last->batches)
                add({&owner, &what, {.kind = subject_kind::batch, .number = each.index}});
        } else {
            for (const batch_detail& detail : state_.last->details) {
                for (const instance_info& each : detail.instances) {
                    if (is_settled(classify(each.status))) continue;
                    add({&owner, &what, {.kind = subject_kind::instance, .number = each.id}});
                }
            }
        }
    }

    void add(const candidate& what) {
        if (candidates_.size() >= most_candidates) return;
        if (past_.contains({what.owner->name, what.what->name, what.who})) return;
        candidates_.push_back(what);
    }

    bool any_true(const ticket_state& state, timestamp at) const {
        const fact_view view{state, at, false};
        return std::ranges::any_of(candidates_, [&](const candidate& each) {
            const rule_scope scope{view, *each.owner, each.who, around_.rules.zones.get()};
            return scope.is_met(*each.what);
        });
    }

    const ticket_state& state_;
    const context& around_;
    std::set<rule_key> past_;
    std::vector<candidate> candidates_;
};

void note_earlier(std::optional<timestamp>& asked, std::optional<timestamp> other) {
    if (other && (!asked || *other < *asked)) asked = other;
}

}  // namespace

foresight foresee(const ticket_state& state, const outcome& last, const context& around,
                  duration horizon) {
    foresight found;
    found.at_once = last.read_now;
    found.awaiting = !state.flights.empty();
    found.asked = last.wake_at;
    if (!state.last) return found;
    const tally counts = count_of(state.last->stats);
    found.failed = counts[status_word::abnormal] + counts[status_word::rollbacked];
    found.finished = counts[status_word::finished];
    const bool works = classify(state.last->info.status) == status_word::processing;
    const outlook ahead{state, last, around};
    note_earlier(found.asked, ahead.by_time(horizon));
    if (found.asked) found.asked = std::max(*found.asked, around.now);
    if (works) {
        found.failures_away = ahead.by_change(status_word::abnormal);
        found.finishes_away = ahead.by_change(status_word::finished);
        found.holding = std::ranges::any_of(last.views, [](const rule_view& each) {
            return each.now == verdict::yes && each.held < each.hold_for && !each.spent;
        });
    }
    const duration unchanged = active_clock(state, around.now) - state.ticket_changed;
    const bool still = !works || (unchanged >= horizon && found.failures_away != 1);
    found.quiet = still && !found.awaiting && !found.holding && !found.at_once;
    return found;
}

}  // namespace rolloutd::policies
