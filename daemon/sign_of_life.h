#pragma once
// When the service manager's watchdog is fed: only while the journal moves too. A write that hangs
// for ever would leave every operation waiting, and nothing but a restart can help then. Pure;
// asked by the app about once a second, which a loop that stands still does not do.

#include <chrono>
#include <optional>

#include "policies/event.h"
#include "policies/time.h"

namespace rolloutd::daemon {

class sign_of_life {
public:
    struct pulse {
        policies::sequence last = 0;     // record that was appended
        policies::sequence durable = 0;  // record that is on the disk
        // The journal may stand still: people are told otherwise, or a restart would forget what
        // one of them has forbidden.
        bool excused = false;
    };

    // Whether to give one now. `patience` is how long the manager waits; nothing when it does not.
    bool is_due(policies::timestamp now, const pulse& journal,
                std::optional<std::chrono::milliseconds> patience);

private:
    std::optional<policies::timestamp> moved_;
    std::optional<policies::timestamp> given_;
    policies::sequence durable_before_ = 0;
};

}  // namespace rolloutd::daemon
