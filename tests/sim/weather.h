#pragma once
// What the way to the cloud and the gateways in front of it do at what time: bursts of trouble with
// quiet times between. Pure: made from a seed, asked with a time and a die. It says what goes
// wrong; faulty_client does it.

#include <string_view>
#include <vector>

#include "policies/time.h"
#include "tests/sim/dice.h"

namespace rolloutd::sim {

using policies::duration;
using policies::timestamp;

enum class trouble {
    none,
    // Before anything is sent.
    refused,       // nobody listens
    lookup_hangs,  // the name is not resolved before the deadline
    // The request never reaches the service.
    reset_before,
    closed,             // a kept-alive connection that the peer had given up
    lost,               // no answer at all, and no effect
    gateway_error,      // 502, 503, 504 as JSON
    proxy_page,         // 502 to 504 with a page for people
    throttled,          // 429, APIGW.0308
    throttled_a_while,  // the same with Retry-After
    // The service has acted.
    service_error,  // 500, or 400 with COC.00040701; an operation has its effect every other time
    reset_after,
    truncated,     // half of the body
    portal,        // 200 with a page for people
    stalled,       // the answer comes after the deadline
    slow,          // it comes late, but comes
    arrives_late,  // the request itself is under way beyond the deadline, and then has its effect
};
inline constexpr trouble last_trouble = trouble::arrives_late;

std::string_view to_text(trouble what);

struct burst {
    timestamp from;
    timestamp until;
    std::vector<trouble> kinds;
    int percent = 100;  // of the requests
};

class weather {
public:
    // Always fine.
    weather() = default;
    // Bursts from `from` on, the last of which ends before `until`. Every kind comes up early on.
    weather(dice chance, timestamp from, timestamp until);

    // For one request.
    trouble at(timestamp now, dice& chance) const;

    const std::vector<burst>& bursts() const { return bursts_; }

private:
    std::vector<burst> bursts_;  // in the order of time, never overlapping
};

}  // namespace rolloutd::sim
