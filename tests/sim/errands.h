#pragma once
// What people at rolloutctl have in mind for a day, made from a seed: to freeze everything for a
// while, and to hold single tickets. Pure. crew does it.

#include <string>
#include <vector>

#include "policies/time.h"
#include "tests/sim/dice.h"

namespace rolloutd::sim {

using policies::duration;
using policies::timestamp;

struct errand {
    timestamp from;
    timestamp until;
    std::string ticket;  // to be held; "" for a freeze
};

// A ticket, and when it begins.
struct beginning {
    std::string ticket;
    timestamp at;
};

// In the order of their beginnings, each over before `until`; at most one for a ticket, and never
// two freezes at a time. They come when something happens: in the first minutes of tickets; and
// last no longer than `longest`.
std::vector<errand> make_errands(dice chance, timestamp until, duration longest,
                                 const std::vector<beginning>& tickets);

}  // namespace rolloutd::sim
