#pragma once
// What a scenario file says, and its strict loader: tickets, rules and faults as plain values. It
// opens no file and knows no socket. The format is described in README.md. Called by main.cpp, by
// the control endpoint (JSON is YAML too) and by the tests.

#include <cstdint>
#include <string>
#include <vector>

#include "tests/simulator/fault.h"
#include "tests/simulator/model.h"

namespace coc_sim {

// How the tickets go that POST /v1/job/scripts/{script_uuid} creates.
struct posted_plan {
    sim_duration takes_min{3000};
    sim_duration takes_max{3000};
    sim_duration start_delay{0};
    int fail_every = 0;  // each n-th instance of a batch fails; 0: none
    std::string creator = "rehearsal";
};

struct scenario {
    double speed = 1;
    std::uint64_t seed = 1;
    rules behaviour;
    posted_plan posted;
    std::vector<ticket_plan> tickets;
    std::vector<fault_plan> faults;
};

// Either a whole scenario, or every reason why not as "file:line: what"; never both.
struct loaded_scenario {
    scenario value;
    std::vector<std::string> issues;
};

loaded_scenario load_scenario(const std::string& text, const std::string& file_name);

// For the control endpoint: one ticket (with `count` several), or one fault or a list of them.
loaded_scenario load_tickets(const std::string& text, const scenario& defaults);
loaded_scenario load_faults(const std::string& text);

// A duration between the two (both included) that depends on nothing but the arguments.
sim_duration spread(sim_duration least, sim_duration most, std::uint64_t seed,
                    const std::string& name);

}  // namespace coc_sim
