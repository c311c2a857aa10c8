// What a rule does, and after how long.

#include "policies/lint/looks.h"

namespace rolloutd::policies::lint {
namespace {

void check_for(const policy_look& what, const rule_look& look, duration every, findings& into) {
    const duration held = look.what->hold_for;
    if (held == duration::zero() || held >= every) return;
    into.add(what.source.at(look.index, "for", "short-for",
                            "`for: " + to_text(held) +
                                "` is shorter than the time between two "
                                "readings (" +
                                to_text(every) + ")"),
             "what happens between readings is not seen: ask for at least " + to_text(every) +
                 ", or remove it");
}

// Nothing can be taken back after a cancel: not one odd reading, and not without a person.
void check_cancel(const policy_look& what, const rule_look& look, findings& into) {
    duration waited = look.what->hold_for;
    for (const ladder_step& each : look.what->steps) {
        waited += each.after;
        if (each.what != action::cancel || each.needs_approval) continue;
        if (waited > duration::zero()) continue;
        into.add(what.source.at(look.index, "do", "unguarded-cancel",
                                "one reading is enough to cancel the ticket for good"),
                 "add `for: 1m`, or let a person approve it: `do: [{do: cancel, approve: true}]`");
    }
}

}  // namespace

void check_steps(const policy_look& what, const options& how, findings& into) {
    for (const rule_look& each : what.rules) {
        check_for(what, each, how.every, into);
        check_cancel(what, each, into);
    }
}

}  // namespace rolloutd::policies::lint
