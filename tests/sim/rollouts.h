#pragma once
// The tickets of a simulated day: what each of them does by itself, and what must have become of it
// in the end under the policies of tests/sim/policies. Pure.

#include <map>
#include <string>
#include <vector>

#include "tests/sim/dice.h"
#include "tests/simulator/scenario.h"

namespace rolloutd::sim {

enum class rollout_kind {
    healthy,         // runs through
    failing,         // goes bad in its second batch
    stuck,           // two hosts of its second batch never answer
    hung,            // one host never answers
    baking,          // pauses between batches
    held_by_person,  // the same, but a person pauses it in its first batch
    ended_by_person,
    overruled,  // goes bad and is paused, and a person lets it go on
    meddled,    // bakes, and a person pauses and continues it meanwhile
    // What people ask of the daemon itself:
    steered,          // a person pauses it, and continues it after a while
    called_off,       // a person cancels it
    skipped_by_hand,  // its first batch never ends, and a person skips that
    asked,            // bakes, and a person is asked each time and approves
    refused,          // a rule would cancel it, and a person denies that
};
inline constexpr int rollout_kinds = 14;

// Whose tickets they are.
inline constexpr const char* creator = "simulation";

struct rollout {
    rollout_kind kind = rollout_kind::healthy;
    coc_sim::ticket_plan plan;
};

// `count` rollouts of all kinds in turn, beginning with any of them. A third is there from the
// beginning, the others appear until `until`.
std::vector<rollout> make_rollouts(dice chance, int count, coc_sim::sim_duration until);

// What of the ticket's status and of the operations of ours that took effect is not as it should
// be; "" when all is. `continues_by_people` had no share in ours.
std::string wrong_end(const rollout& of, const std::string& status,
                      const std::map<std::string, int>& our_effects);

}  // namespace rolloutd::sim
