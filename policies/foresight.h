#pragma once
// How near a ticket is to the next thing that a rule could do, as far as its last reading tells.
// Found by asking the rules themselves about readings that may come next: time goes on and nothing
// changes, some instances fail, some finish. So it holds for every condition that can be written,
// with its `needs` and variables. Pure; asked once per fresh reading, by whoever plans the next
// one (reading_order.h).

#include <optional>

#include "policies/engine.h"

namespace rolloutd::policies {

struct foresight {
    // READY, PAUSED, halted, over, or PROCESSING without a change for the whole horizon and more
    // than one instance away from a rule.
    bool quiet = false;
    bool at_once = false;   // the engine waits for a reading
    bool awaiting = false;  // an operation awaits its answer or effect
    bool holding = false;   // a rule is true, its `for` runs, and the ticket is PROCESSING
    // When a reading will tell something for certain: a `for` ends, an effect is overdue, a rule
    // comes true by time alone. Not before the step's `now`.
    std::optional<timestamp> asked;
    // So many more instances have to fail, or to finish, until a rule that is not true comes true.
    // 0: no rule does, with up to `farthest` of them.
    int failures_away = 0;
    int finishes_away = 0;
    int failed = 0;  // instances that have, by this reading
    int finished = 0;

    static constexpr int farthest = 32;
    bool operator==(const foresight&) const = default;
};

// After a step on a fresh, whole reading: its state, what it concluded, the settings that judged it
// and its `now`. Looks ahead as far as `horizon`. Conditions are taken to stay true once enough
// instances or time have made them so; one that does not is found late, never acted upon wrongly.
foresight foresee(const ticket_state& state, const outcome& last, const context& around,
                  duration horizon);

}  // namespace rolloutd::policies
