#pragma once
// Tells people once that the machine's clock was set back, and once that it has caught up. What the
// rules count in goes on; windows and the times of records are off by as much, which a person
// should know. Owned by the app.

#include "daemon/event_log.h"
#include "policies/time.h"

namespace rolloutd::daemon {

class clock_news {
public:
    explicit clock_news(event_log& log) : log_(log) {}

    // `ahead`: by how much the daemon's own time is before the machine's. About once a second.
    void tell(policies::duration ahead);

private:
    event_log& log_;
    bool was_off_ = false;
};

}  // namespace rolloutd::daemon
