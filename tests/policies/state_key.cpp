#include "tests/policies/state_key.h"

#include <algorithm>

namespace rolloutd::tests {

using namespace policies;

void state_key::add(const ticket_state& state) {
    add(state.last);
    add(state.baseline_total);
    add(state.doubtful);
    add(state.blind);
    add(state.blind_cause);
    add(state.running_batch);
    add(state.paused_since);
    add(state.pause_cause);
    add(state.paused_by);
    add(state.rules);
    add(state.totals);
    add(state.flights);
    add(state.given_up);
    add(state.proposals);
    add(state.people);
    add(last_seen(state));
    add(state.fresh_readings);
    add(state.permitted);
    add(std::min(state.terminal_readings, 2));
}

void state_key::add(std::string_view text) {
    mix(text.size());
    std::uint64_t bits = 0;
    int filled = 0;
    for (const char each : text) {
        bits = bits << 8U | static_cast<unsigned char>(each);
        if (++filled % 8 == 0) mix(bits);
    }
    mix(bits);
}

void state_key::add(timestamp when) {
    add(static_cast<std::int64_t>(std::clamp(now_ - when, -memory_, memory_).count()));
}

void state_key::mix(std::uint64_t bits) {
    one_ = (one_ ^ bits) * 0xff51afd7ed558ccdU;
    one_ ^= one_ >> 32U;
    other_ = (other_ + bits) * 0xc4ceb9fe1a85ec53U;
    other_ ^= other_ >> 29U;
}

std::int64_t state_key::name_of(names& known, sequence number) {
    if (number == 0) return 0;
    return known.try_emplace(number, static_cast<std::int64_t>(known.size()) + 1).first->second;
}

}  // namespace rolloutd::tests
