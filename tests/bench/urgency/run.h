#pragma once
// Reads a fleet within a budget, in one of three orders, with the engine judging every reading and
// its operations carried out. Simulated time; no waiting.

#include <string>
#include <vector>

#include "policies/reading_order.h"
#include "policies/settings.h"
#include "tests/bench/urgency/cloud.h"

namespace rolloutd::bench {

enum class order {
    round_robin,  // one after the other
    urgency,      // policies::reading_order
    clairvoyant,  // knows when each ticket's condition comes true, else the longest unseen
};
std::string_view to_text(order what);

struct budget {
    double requests_per_second = 20;
    int calls_per_reading = 2;  // status and statistics; the bench's policy needs no more
    policies::reading_pace pace;
};

struct run_result {
    std::vector<duration> reactions;  // ascending: condition true at the server to PUT received
    int missed = 0;                   // conditions that no PUT followed
    int early = 0;                    // PUTs before the condition: none, or the simulation is wrong
    duration longest_unseen{};        // of any ticket
    int readings = 0;
    int operations = 0;
    double quiet_every = 0;    // seconds between readings of a ticket, on the average
    double healthy_every = 0;  // the same of a healthy one
};

run_result run(order how, const fleet_plan& plan, const budget& allowed,
               const policies::settings& rules);

}  // namespace rolloutd::bench
