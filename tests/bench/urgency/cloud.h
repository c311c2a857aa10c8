#pragma once
// The fleet that the bench of urgency reads: tickets whose whole future is fixed when they are
// made, until they are paused. Deterministic: the same seed gives the same fleet on every machine.

#include <cstdint>
#include <optional>
#include <vector>

#include "policies/ticket.h"

namespace rolloutd::bench {

using policies::duration;
using policies::timestamp;

// How a ticket spends the run.
enum class course { ready, paused, long_batch, healthy, failing };

struct fleet_plan {
    std::uint64_t seed = 1;
    int tickets = 1000;  // 70% ready, paused or in a long batch, 25% healthy, 5% failing
    duration warm_up{};  // before the first ticket begins to fail
    duration window{};   // in which they begin to fail, evenly at random
};

// An instance is over.
struct settlement {
    duration at{};  // since the fleet began
    bool failed = false;
};

class cloud_ticket {
public:
    policies::ticket_id id;
    course goes = course::ready;
    std::vector<settlement> future;      // ascending
    int settled_before = 0;              // when the fleet begins
    int failed_before = 0;               // of those
    std::optional<duration> true_since;  // its failures have been more than a tenth of 20 or more
    std::optional<duration> paused_at;   // by rolloutd

    policies::reading read(duration at) const;
};

// How long a failing ticket takes from its first bad instance to the condition.
inline constexpr duration going_bad = std::chrono::minutes{3};

std::vector<cloud_ticket> make_fleet(const fleet_plan& plan);

}  // namespace rolloutd::bench
