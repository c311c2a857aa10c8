#include "policies/given_up.h"

#include <algorithm>
#include <set>

#include "policies/fold.h"
#include "policies/tally.h"

namespace rolloutd::policies {

namespace {

// Instances that rules gave up: those that are known one by one, and how many are not.
class given_up_instances {
public:
    explicit given_up_instances(const ticket_state& state) : state_(state) {
        for (const auto& [key, totals] : state.totals) {
            if (!key.policy.empty())
                known_.insert(totals.instances.begin(), totals.instances.end());
        }
    }

    void add(const operation& call) {
        if (call.instance) known_.insert(*call.instance);
        if (!call.batch || call.what != action::skip_batch) return;
        if (find_detail(*state_.last, *call.batch) != nullptr) {
            known_.merge(unsettled_of(*state_.last, *call.batch));
            return;
        }
        const batch_info* info = find_batch(*state_.last, *call.batch);
        if (info != nullptr) unknown_ += info->size;
    }

    // Those on their way, but for `what` itself.
    void add_flights_beside(const operation& what) {
        for (const flight& each : state_.flights) {
            if (each.what.by.empty() && each.what.what != what) add(each.what.what);
        }
    }

    int count() const { return static_cast<int>(known_.size()) + unknown_; }

private:
    const ticket_state& state_;
    std::set<instance_id> known_;
    int unknown_ = 0;
};

}  // namespace

int given_up_before(const operation& what, const ticket_state& state) {
    given_up_instances all{state};
    all.add_flights_beside(what);
    return all.count();
}

int given_up_with(const operation& what, const ticket_state& state) {
    given_up_instances all{state};
    all.add_flights_beside(what);
    all.add(what);
    return all.count();
}

int allowed_of(int share_tenths, const ticket_state& state) {
    const std::int64_t total = state.last->stats.total;
    return static_cast<int>(std::max<std::int64_t>(1, total * share_tenths / 1000));
}

}  // namespace rolloutd::policies
