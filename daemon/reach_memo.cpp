#include "daemon/reach_memo.h"

#include <algorithm>
#include <utility>

#include "policies/fact_view.h"
#include "policies/rule_scope.h"

namespace rolloutd::daemon {

namespace lint = policies::lint;

namespace {

// Fleets have few shapes; beyond this many it is cheaper to begin anew.
constexpr std::size_t most_shapes = 1'000;

lint::ticket_shape shape_of(const policies::reading& last) {
    lint::ticket_shape made;
    made.instances = last.stats.total;
    made.batches = static_cast<int>(last.batches.size());
    for (const policies::batch_info& each : last.batches)
        made.largest_batch = std::max(made.largest_batch, each.size);
    if (last.info.success_rate_tenths) made.success_rate = *last.info.success_rate_tenths / 10.0;
    return made;
}

bool matches(const policies::policy& what, const policies::fact_view& view,
             const policies::settings& rules) {
    const policies::rule_scope scope{view, what, {}, rules.zones.get()};
    const policies::cel::value matched = scope.evaluate(what.match, nullptr);
    return matched.kind() == policies::cel::value_kind::boolean && matched.as_boolean();
}

}  // namespace

std::vector<unreachable_row> reach_memo::of(const policies::ticket_state& state,
                                            const policies::settings& rules,
                                            policies::timestamp now) {
    std::vector<unreachable_row> rows;
    if (!rules.policies || !state.last) return rows;
    // A shape that no ticket can have comes of a reading that is not whole.
    const lint::ticket_shape shape = shape_of(*state.last);
    if (shape.instances < 1 || shape.batches < 1 || shape.largest_batch < 1) return rows;
    if (policies_ != rules.policies) {
        shapes_.clear();
        judges_.clear();
        policies_ = rules.policies;
        for (const policies::policy& each : policies_->policies)
            judges_.emplace_back(each);
    }
    const policies::fact_view view{state, now, false};
    const per_policy& found = known(shape);
    for (std::size_t i = 0; i < found.size(); ++i) {
        const policies::policy& owner = policies_->policies[i];
        if (found[i].empty() || !matches(owner, view, rules)) continue;
        for (const lint::unreachable_rule& each : found[i])
            rows.push_back({owner.name, each.rule, each.why});
    }
    return rows;
}

const reach_memo::per_policy& reach_memo::known(const lint::ticket_shape& shape) {
    const auto at = shapes_.find(shape);
    if (at != shapes_.end()) return at->second;
    if (shapes_.size() >= most_shapes) shapes_.clear();
    per_policy found;
    for (const lint::reach& each : judges_)
        found.push_back(each.of(shape));
    return shapes_.emplace(shape, std::move(found)).first->second;
}

}  // namespace rolloutd::daemon
