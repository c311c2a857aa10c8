#pragma once
// The body of POST /v1/job/scripts/{script_uuid}: checked as reference/coc-api.md §3.2 says and
// turned into a ticket's plan. Pure; called by cloud.cpp.

#include <string>

#include "tests/simulator/scenario.h"

namespace coc_sim {

struct posted_order {
    ticket_plan plan;
    std::string code;     // empty when the order is good
    std::string message;  // what the service would say otherwise
};

// How the new ticket is called, and how the scenario lets such tickets go.
struct posted_context {
    std::string script_uuid;
    std::string execute_uuid;
    posted_plan posted;
    rules behaviour;
    std::uint64_t seed = 1;
};

posted_order read_posted_order(const std::string& body, const posted_context& context);

}  // namespace coc_sim
