#include "policies/ticket_needs.h"

#include <algorithm>
#include <optional>

#include "policies/fact_view.h"
#include "policies/facts.h"
#include "policies/rule_scope.h"

namespace rolloutd::policies {
namespace {

bool may_match(const policy& what, const fact_view& view, const settings& rules) {
    const rule_scope scope{view, what, {}, rules.zones.get()};
    const cel::value matched = scope.evaluate(what.match, nullptr);
    return matched.kind() != cel::value_kind::boolean || matched.as_boolean();
}

required_reads both(const required_reads& a, const required_reads& b) {
    return {.details = a.details || b.details,
            .messages = a.messages || b.messages,
            .params = a.params || b.params,
            .order_name = a.order_name || b.order_name};
}

required_reads of_match(const policy& what) {
    required_reads reads;
    if (!what.match) return reads;
    for (const std::string& name : what.match.names())
        reads = both(reads, reads_of(name));
    return reads;
}

// The parts of the set's reads that a policy of it accounts for are read only for that policy's
// tickets; whatever the set asks for beside them is read for all.
required_reads unclaimed(const policy_set& set) {
    required_reads claimed;
    for (const policy& each : set.policies)
        claimed = both(claimed, each.reads);
    return {.details = set.reads.details && !claimed.details,
            .messages = set.reads.messages && !claimed.messages,
            .params = set.reads.params && !claimed.params,
            .order_name = set.reads.order_name && !claimed.order_name};
}

// The ticket as it is now, without the memory that a copy of the whole state would cost.
ticket_state as_it_is(const ticket_info& fresh, const ticket_state& state) {
    ticket_state light;
    light.id = state.id;
    light.labels = state.labels;
    light.pause_cause = state.pause_cause;
    light.paused_by = state.paused_by;
    light.last.emplace();
    light.last->info = fresh;
    if (state.last) light.last->batches = state.last->batches;
    return light;
}

}  // namespace

required_reads reads_of_ticket(const ticket_info& fresh, const ticket_state& state,
                               const settings& rules, timestamp now) {
    if (!rules.policies) return {};
    std::optional<ticket_state> light;
    const auto matches = [&](const policy& each) {
        if (!light) light = as_it_is(fresh, state);
        const fact_view after{*light, now, false};
        if (may_match(each, after, rules)) return true;
        const fact_view before{state, now, false};
        return state.last && may_match(each, before, rules);
    };
    required_reads reads = unclaimed(*rules.policies);
    for (const policy& each : rules.policies->policies) {
        reads = both(reads, of_match(each));
        if (both(reads, each.reads) == reads || !each.match) continue;
        if (matches(each)) reads = both(reads, each.reads);
    }
    return reads;
}

}  // namespace rolloutd::policies
