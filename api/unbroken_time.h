#pragma once
// Wall time that never goes back. What the rules count in (`for`, cooldowns, deadlines, holds) must
// go on when somebody sets the machine's clock back; it would else stand still until that time came
// again. Pure: is told what the machine's clocks show. Owned by system_clock_port.

#include "policies/time.h"

namespace rolloutd::api {

class unbroken_time {
public:
    using precise = std::chrono::nanoseconds;
    using wall_time = std::chrono::sys_time<precise>;
    using steady_time = std::chrono::steady_clock::time_point;

    // The time that it is now. That is the wall's, also after a step forward; after a step back it
    // goes on from where it was, a tenth slower than the steady clock, until the wall's has caught
    // up.
    policies::timestamp tell(wall_time wall, steady_time steady);

    // From now on at least this late, as the journal has records of that time.
    void not_before(policies::timestamp least);

    // How far what was told last is ahead of the wall's.
    policies::duration ahead() const;

private:
    wall_time told_ = wall_time::min();
    wall_time wall_ = wall_time::min();
    steady_time told_at_;
    bool begun_ = false;
};

}  // namespace rolloutd::api
