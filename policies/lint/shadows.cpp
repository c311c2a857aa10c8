// Rules that add nothing, because another one of the same policy always acts before them.

#include "policies/lint/looks.h"

namespace rolloutd::policies::lint {
namespace {

// One of the rule's first steps does the same, or cancels: at once and without asking.
bool acts_as(const rule& what, action wanted) {
    for (const ladder_step& each : what.steps) {
        if (each.after > duration::zero() || each.needs_approval) return false;
        if (each.what == wanted) return true;
        if (each.what == action::cancel && wanted != action::notify) return true;
    }
    return false;
}

bool is_plain(const rule& what) { return what.steps.size() == 1; }

bool covers(const rule_look& strong, const rule_look& weak) {
    const rule& first = *strong.what;
    const rule& second = *weak.what;
    if (first.each != second.each || !is_plain(second)) return false;
    // A reminder says something of its own each time.
    if (second.steps.front().what == action::notify) return false;
    if (!acts_as(first, second.steps.front().what)) return false;
    // Its own limits may hold the first one back where the second would act.
    if (first.limit != rule_limit{} && first.limit != second.limit) return false;
    if (first.hold_for > second.hold_for) return false;
    if (strong.too_many_ways || weak.too_many_ways) return false;
    if (strong.explained || weak.explained || weak.ways.empty()) return false;
    return implies(weak.ways, strong.ways);
}

}  // namespace

void check_shadows(const policy_look& what, findings& into) {
    for (const rule_look& each : what.rules) {
        for (const rule_look& other : what.rules) {
            if (&other == &each || !covers(other, each)) continue;
            // Of two that cover each other the later one is superfluous.
            if (covers(each, other) && each.index < other.index) continue;
            into.add(what.source.at(each.index, "name", "shadowed-rule",
                                    "whenever '" + each.what->name + "' holds, '" +
                                        other.what->name + "' has acted already"),
                     "remove the rule, or make its condition the wider one");
            break;
        }
    }
}

}  // namespace rolloutd::policies::lint
