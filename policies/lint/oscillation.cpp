// A pause and a continue of the same policy that can undo each other for ever.

#include <algorithm>

#include "policies/lint/looks.h"

namespace rolloutd::policies::lint {
namespace {

// The rule says that it continues what this one paused.
bool names_as_pauser(const rule_look& look, const std::string& pauser) {
    bool found = false;
    walk(look.when, [&](const formula& each) {
        const auto said = word_test_of(each);
        found = found ||
                (said && said->fact == "ticket.paused_by" && said->equal && said->word == pauser);
    });
    return found;
}

bool is_about_status(const literal& what) {
    const auto said = word_test_of(*what.what);
    return (said && said->fact == "ticket.status") ||
           (what.what->kind == form::fact && what.what->name == "batch.current");
}

bool excludes(const branch& way, std::string_view status) {
    return !words_in(way, "ticket.status").contains(std::string(status));
}

branch without_status(const branch& way) {
    branch made;
    std::copy_if(way.begin(), way.end(), std::back_inserter(made),
                 [](const literal& each) { return !is_about_status(each); });
    return made;
}

// The pause itself makes the pausing rule false, so that it does not guard against the continue;
// and once the ticket runs again, nothing keeps it from being true.
bool pauses_itself_away(const rule_look& pauses, const rule_look& continues) {
    if (pauses.ways.empty()) return false;
    if (!std::all_of(pauses.ways.begin(), pauses.ways.end(),
                     [](const branch& way) { return excludes(way, "PAUSED"); })) {
        return false;
    }
    for (const branch& pause : pauses.ways) {
        for (const branch& go : continues.ways) {
            branch together = without_status(pause);
            const branch rest = without_status(go);
            together.insert(together.end(), rest.begin(), rest.end());
            // What is left says only who paused, or repeats the pause's own condition.
            if (!conflict_in(together)) return true;
        }
    }
    return false;
}

// Both look at the same sum, and one begins where the other ends.
const formula* touching(const rule_look& pauses, const rule_look& continues) {
    if (pauses.ways.size() != 1) return nullptr;
    for (const literal& pause : pauses.ways.front()) {
        const auto above = bounds_of(pause);
        if (!above) continue;
        for (const branch& go : continues.ways) {
            for (const literal& each : go) {
                const auto below = bounds_of(each);
                if (!below || below->key != above->key) continue;
                constexpr double endless = std::numeric_limits<double>::infinity();
                // Whole numbers have no value between 5 and 6.
                const double next = above->whole ? 1 : 0;
                const bool up = above->high == endless && below->low == -endless &&
                                below->high >= above->low - next;
                const bool down = above->low == -endless && below->high == endless &&
                                  below->low <= above->high + next;
                if (up || down) return each.what;
            }
        }
    }
    return nullptr;
}

}  // namespace

void check_oscillation(const policy_look& what, findings& into) {
    for (const rule_look& go : what.rules) {
        if (!does(*go.what, action::continue_ticket) || go.what->limit.times || go.too_many_ways) {
            continue;
        }
        for (const rule_look& stop : what.rules) {
            if (!does(*stop.what, action::pause) || stop.too_many_ways) continue;
            if (!names_as_pauser(go, what.owner->name + "/" + stop.what->name)) continue;
            const formula* const edge = touching(stop, go);
            if (edge == nullptr && !pauses_itself_away(stop, go)) continue;
            const std::string why =
                edge != nullptr ? "they part at one value, without a gap"
                                : "the pause makes its own condition false, and nothing here waits "
                                  "for its cause to end";
            into.add(what.source.at(go.index, "when", edge == nullptr ? go.when.where : edge->where,
                                    "oscillation",
                                    "'" + stop.what->name + "' and '" + go.what->name +
                                        "' can pause and continue the ticket for ever: " + why),
                     edge != nullptr
                         ? "leave a gap between the two limits, or add `limit: {times: 1}`"
                         : "name the cause in the condition as well, or add `limit: "
                           "{times: 1}`");
        }
    }
}

}  // namespace rolloutd::policies::lint
