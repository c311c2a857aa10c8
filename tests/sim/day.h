#pragma once
// One simulated day: a daemon, rollouts of every kind, people, trouble in bursts, deaths and a bad
// disk, and a quiet time at the end; whether every law was kept and every ticket came out as its
// policy asks. The same options give the same day, step by step.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "policies/policy.h"
#include "tests/sim/hazards.h"
#include "tests/sim/referee.h"

namespace rolloutd::sim {

struct day_options {
    std::uint64_t seed = 1;
    duration length = std::chrono::hours{24};
    int tickets = 40;
    bool fine = false;  // no trouble at all
    bool safe = false;  // nothing befalls the daemon itself
    std::string keep;   // a folder for the daemon's state as it is in the end; "" for none
    std::shared_ptr<const policies::policy_set> policies;
};

struct day_report {
    std::vector<std::string> violations;  // empty when all is well
    tally seen;
    std::uint64_t records = 0;   // of the journal
    std::uint64_t replayed = 0;  // of those, concluded again from the record, and equal
    std::string last_hash;       // of its chain: two days that were the same have the same
    int bursts = 0;
    std::map<hazard, int> hazards;
    int deaths = 0;                // of the daemon's process
    int acts_of_people = 0;        // continues that the daemon had to leave to a person
    std::vector<std::string> log;  // the last lines
};

// The policies of that folder; throws std::runtime_error with what is wrong with them.
std::shared_ptr<const policies::policy_set> load_policies_of(const std::string& folder);

day_report play(const day_options& chosen);

}  // namespace rolloutd::sim
