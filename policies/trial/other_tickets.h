#pragma once
// The tickets beside the one of a test, as far as the test speaks of them: how many are watched and
// unseen, and what rules have done for them. Pure; owned by the runner.

#include <optional>

#include "policies/settings.h"
#include "policies/trial/trial.h"

namespace rolloutd::policies::trial {

class other_tickets {
public:
    void change(const timeline_entry& what, timestamp now);

    // What is known of the fleet, the others included; `own` is what this ticket's records say.
    fleet_view around(fleet_view own) const;

private:
    std::optional<int> watched_;
    std::optional<int> unseen_;
    std::optional<timestamp> sighted_at_;
    int operations_ = 0;
    int tickets_ = 0;
    int pauses_ = 0;
};

}  // namespace rolloutd::policies::trial
