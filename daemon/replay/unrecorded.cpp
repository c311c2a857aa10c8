#include "daemon/replay/unrecorded.h"

#include <algorithm>
#include <type_traits>

#include "daemon/journal/event_text.h"

namespace rolloutd::daemon {

using namespace policies;

namespace {

bool is_for_another_rule(suppression why) {
    return why == suppression::outranked || why == suppression::guarded ||
           why == suppression::in_flight || why == suppression::limit ||
           why == suppression::breaker;
}

template <class Event>
concept of_policy = requires(const Event& each) { each.policy; };

}  // namespace

bool has_hashed_parameters(const reading& what) {
    return std::ranges::any_of(what.info.params,
                               [](const auto& each) { return is_hashed(each.second); });
}

unrecorded_facts resting_on_hashes(const policy_set& all, const reading* last) {
    const bool hidden = last != nullptr && has_hashed_parameters(*last);
    unrecorded_facts found;
    for (const policy& each : all.policies) {
        if (each.reads.messages)
            found.emplace(each.name, "instances' messages");
        else if (each.reads.params && hidden)
            found.emplace(each.name, "redacted parameters");
    }
    return found;
}

std::string_view policy_of(const event& what) {
    return std::visit(
        [](const auto& each) -> std::string_view {
            if constexpr (of_policy<std::remove_cvref_t<decltype(each)>>) return each.policy;
            return {};
        },
        what);
}

bool hangs_on_others(const event& what, const ticket_state& before) {
    const auto* made = std::get_if<decided>(&what);
    if (made == nullptr) return false;
    if (is_for_another_rule(made->reason)) return true;
    const auto known = before.rules.find(rule_key{made->policy, made->rule, made->who});
    return known != before.rules.end() && is_for_another_rule(known->second.suppressed);
}

}  // namespace rolloutd::daemon
