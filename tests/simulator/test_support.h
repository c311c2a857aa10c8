#pragma once
// What the simulator's tests share: tickets in two words, times since a fixed start.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/simulator/model.h"
#include "tests/simulator/scenario.h"

namespace coc_sim::testing {

inline constexpr sim_time start{std::chrono::seconds(1'700'000'000)};

inline sim_time at(double seconds) {
    return start + sim_duration(static_cast<std::int64_t>(seconds * 1000));
}

// One instance for each letter: f finishes, a fails, h hangs, r rolls back; each takes 3 s.
inline batch_plan batch_of(const std::string& letters, rotation strategy = rotation::go_on) {
    batch_plan made;
    made.strategy = strategy;
    for (const char letter : letters) {
        instance_plan one;
        one.takes = std::chrono::seconds(3);
        one.message = "output";
        one.region = "cn-north-4";
        if (letter == 'a') one.ends = ending::fails;
        if (letter == 'h') one.ends = ending::hangs;
        if (letter == 'r') one.ends = ending::rolls_back;
        made.instances.push_back(one);
    }
    return made;
}

inline ticket_plan plan_of(std::vector<batch_plan> batches, const rules& behaviour = {}) {
    ticket_plan plan;
    plan.id = "SCT1";
    plan.name = "deploy";
    plan.order_name = "deploy";
    plan.creator = "somebody";
    plan.batches = std::move(batches);
    plan.behaviour = behaviour;
    return plan;
}

// Its instances are numbered from 100.
inline ticket ticket_of(ticket_plan plan) {
    return ticket(std::move(plan), start, {.order = 1, .first_instance = 100});
}

inline operation op(operation_kind kind) { return {.kind = kind, .batch = {}, .instance = {}}; }
inline operation skip(int batch) {
    return {.kind = operation_kind::skip_batch, .batch = batch, .instance = {}};
}
inline operation cancel_one(std::int64_t id) {
    return {.kind = operation_kind::cancel_instance, .batch = {}, .instance = id};
}

// "FFA|PR": the first letters of the instances' states, batch by batch (A abnormal, C canceled).
inline std::string states(const ticket& which) {
    std::string text;
    for (const batch& one : which.batches()) {
        if (!text.empty()) text += '|';
        for (const instance& single : one.instances)
            text += to_text(single.status).substr(0, 1);
    }
    return text;
}

}  // namespace coc_sim::testing
