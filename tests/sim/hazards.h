#pragma once
// What befalls the daemon itself, beside the weather between it and the cloud: its process dies,
// its disk fails, its machine stands still, its clock is set back. Pure: a plan made from a seed.
// world does it, day asks for it.

#include <string>
#include <string_view>
#include <vector>

#include "policies/time.h"
#include "tests/sim/dice.h"

namespace rolloutd::sim {

using policies::duration;
using policies::timestamp;

enum class hazard {
    crash,         // at any time
    crash_at_act,  // at the next operation, a few turns of the loop after something about it
    disk_refuses,  // every operation of one kind, for a while
    disk_fails_once,
    standstill,  // the machine sleeps and wakes up later
    clock_back,  // for a while the wall clock is behind
};
inline constexpr hazard last_hazard = hazard::clock_back;

std::string_view to_text(hazard what);

struct mishap {
    hazard what = hazard::crash;
    timestamp at;
    duration lasts{};       // how long until a new process starts, the disk is well, ...
    int turns = 0;          // of the loop, until a crash
    std::size_t keeps = 0;  // bytes of what was not durable that a crash leaves nevertheless
    std::string operation;  // of the disk
};

// In the order of time and never overlapping; the last is over before `until`.
std::vector<mishap> make_hazards(dice chance, timestamp from, timestamp until);

}  // namespace rolloutd::sim
