#pragma once
// What a policy costs in calls to the cloud: which endpoint each rule makes the daemon read, and
// because of which fact (DESIGN §7: only what is named is read). Pure; shown by
// rolloutctl check --cost.

#include <string>
#include <vector>

#include "policies/policy.h"

namespace rolloutd::policies::lint {

// Instances of one batch that the cloud tells in one call (reference/coc-api.md §2.3).
inline constexpr int instances_per_call = 50;

// A fact that makes the daemon read more than status and statistics.
struct costly_fact {
    std::string fact;   // "batch.unchanged_for"
    std::string reads;  // "batch details", "messages", "parameters", "order name"
    int calls = 0;  // per poll and running batch: 1 for what needs an endpoint of its own, else 0
};

struct rule_cost {
    std::string rule;  // "match" for the policy's own condition
    std::vector<costly_fact> facts;
    bool details = false;
};

struct policy_cost {
    std::string policy;
    std::vector<rule_cost> rules;  // match first
    // Of one ticket that the policy matches, in one poll: status and statistics, and the details of
    // each batch in which something is running, of up to instances_per_call instances. A batch that
    // has just begun or ended costs one call more, once.
    int calls = 2;
    int calls_per_running_batch = 0;
};

std::vector<policy_cost> cost_of(const policy_set& set);

// Calls of one poll of one ticket that all of them match, while `running` batches are at work.
int calls_per_poll(const std::vector<policy_cost>& all, int running);

}  // namespace rolloutd::policies::lint
