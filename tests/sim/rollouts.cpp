#include "tests/sim/rollouts.h"

#include <utility>

namespace rolloutd::sim {

namespace {

using coc_sim::batch_plan;
using coc_sim::ending;
using coc_sim::instance_plan;
using coc_sim::sim_duration;
using coc_sim::ticket_plan;
using namespace std::chrono_literals;

// Beyond the end of every simulation.
constexpr sim_duration for_ever = std::chrono::hours{1000};

batch_plan batch_of(dice& chance, int size, sim_duration least, sim_duration most) {
    batch_plan made;
    made.stagger = chance.between(sim_duration(0), sim_duration(4'000));
    for (int n = 0; n < size; ++n) {
        instance_plan one;
        one.takes = chance.between(least, most);
        one.host = "host-" + std::to_string(n);
        one.region = "cn-north-4";
        one.zone = n % 2 == 0 ? "cn-north-4a" : "cn-north-4b";
        one.resource_id = "resource-" + std::to_string(n);
        made.instances.push_back(std::move(one));
    }
    return made;
}

std::vector<batch_plan> batches_of(dice& chance, int count, int size) {
    std::vector<batch_plan> made;
    for (int n = 0; n < count; ++n)
        made.push_back(batch_of(chance, size, 20s, 150s));
    return made;
}

std::string prefix_of(rollout_kind kind) {
    switch (kind) {
        case rollout_kind::healthy:
        case rollout_kind::failing:
        case rollout_kind::overruled:
        case rollout_kind::ended_by_person:
        case rollout_kind::steered: return "guarded";
        case rollout_kind::called_off:
        case rollout_kind::skipped_by_hand: return "hand";
        case rollout_kind::asked:
        case rollout_kind::refused: return "ask";
        case rollout_kind::stuck: return "stuck";
        case rollout_kind::hung: return "hung";
        case rollout_kind::baking:
        case rollout_kind::meddled:
        case rollout_kind::held_by_person: return "bake";
    }
    return "guarded";
}

coc_sim::person_act act(sim_duration at, coc_sim::operation_kind what) {
    return {.at = at, .what = {.kind = what, .batch = {}, .instance = {}}};
}

void fill(rollout& made, dice& chance) {
    ticket_plan& plan = made.plan;
    const auto pauses = coc_sim::rotation::pause;
    plan.batches = batches_of(chance, 3, static_cast<int>(chance.between(5, 12)));
    switch (made.kind) {
        case rollout_kind::healthy: break;
        case rollout_kind::failing:
        case rollout_kind::overruled:
            for (instance_plan& each : plan.batches[1].instances)
                each.ends = ending::fails;
            // It fails for good only when it is left alone for a while: no blindness lasts so long.
            for (instance_plan& each : plan.batches[2].instances)
                each.takes = for_ever;
            break;
        case rollout_kind::stuck:
            plan.batches[1].instances[0].ends = ending::hangs;
            plan.batches[1].instances[3].ends = ending::hangs;
            break;
        case rollout_kind::hung:
            // The others are quicker than the script may take: none of them is ever slow.
            for (batch_plan& each : plan.batches)
                each = batch_of(chance, 10, 20s, 40s);
            plan.batches[1].instances[4].ends = ending::hangs;
            break;
        case rollout_kind::steered: plan.batches[0] = batch_of(chance, 5, 200s, 300s); break;
        case rollout_kind::called_off:
            for (instance_plan& each : plan.batches[2].instances)
                each.takes = for_ever;
            break;
        case rollout_kind::skipped_by_hand:
            plan.batches[0].instances[1].ends = ending::hangs;
            break;
        case rollout_kind::refused:
            for (std::size_t n = 0; n < plan.batches[0].instances.size(); ++n) {
                instance_plan& each = plan.batches[0].instances[n];
                if (n < 2) each.ends = ending::fails;
                if (n >= 2) each.takes = for_ever;
            }
            break;
        case rollout_kind::asked:
        case rollout_kind::baking:
            plan.batches[0].strategy = plan.batches[1].strategy = pauses;
            break;
        case rollout_kind::held_by_person:
            plan.batches[0] = batch_of(chance, 5, 200s, 300s);
            plan.batches[0].strategy = pauses;
            plan.people.push_back(
                act(plan.start_delay + 60s, coc_sim::operation_kind::pause_order));
            break;
        case rollout_kind::meddled: {
            plan.batches[0] = batch_of(chance, 5, 200s, 300s);
            plan.batches[0].strategy = plan.batches[1].strategy = pauses;
            const sim_duration at = plan.start_delay + chance.between(30s, 180s);
            plan.people.push_back(act(at, coc_sim::operation_kind::pause_order));
            plan.people.push_back(
                act(at + chance.between(60s, 480s), coc_sim::operation_kind::continue_order));
            break;
        }
        case rollout_kind::ended_by_person:
            plan.batches[0] = batch_of(chance, 5, 200s, 300s);
            plan.people.push_back(act(plan.start_delay + chance.between(20s, 150s),
                                      coc_sim::operation_kind::cancel_order));
            break;
    }
}

struct expected_end {
    std::string status;
    std::map<std::string, int> effects;
};

expected_end expected(rollout_kind kind) {
    switch (kind) {
        case rollout_kind::healthy: return {"FINISHED", {}};
        case rollout_kind::failing: return {"PAUSED", {{"paused", 1}}};
        case rollout_kind::stuck: return {"FINISHED", {{"skipped", 1}}};
        case rollout_kind::hung: return {"FINISHED", {{"instance_canceled", 1}}};
        case rollout_kind::overruled: return {"PROCESSING", {{"paused", 1}}};
        case rollout_kind::asked:
        case rollout_kind::meddled:
        case rollout_kind::baking: return {"FINISHED", {{"continued", 2}}};
        case rollout_kind::held_by_person: return {"PAUSED", {}};
        case rollout_kind::ended_by_person: return {"CANCELED", {}};
        case rollout_kind::steered: return {"FINISHED", {{"continued", 1}, {"paused", 1}}};
        case rollout_kind::called_off: return {"CANCELED", {{"canceled", 1}}};
        case rollout_kind::skipped_by_hand: return {"FINISHED", {{"skipped", 1}}};
        case rollout_kind::refused: return {"PROCESSING", {}};
    }
    return {};
}

std::string text_of(const std::map<std::string, int>& effects) {
    std::string text;
    for (const auto& [effect, times] : effects)
        text += (text.empty() ? "" : ", ") + effect + " " + std::to_string(times) + "x";
    return text.empty() ? "nothing" : text;
}

}  // namespace

std::vector<rollout> make_rollouts(dice chance, int count, sim_duration until) {
    std::vector<rollout> all;
    const int first = static_cast<int>(chance.between(0, rollout_kinds - 1));
    for (int n = 0; n < count; ++n) {
        rollout made;
        made.kind = static_cast<rollout_kind>((first + n) % rollout_kinds);
        const std::string number = std::to_string(100'000 + n);
        made.plan.id = "SCTSIM" + number;
        made.plan.name = prefix_of(made.kind) + "-" + number;
        made.plan.order_name = made.plan.name;
        made.plan.creator = creator;
        made.plan.script_uuid = "SC1";
        made.plan.success_rate = 90;
        made.plan.timeout = 60s;
        if (chance.percent(66)) made.plan.appears = chance.between(sim_duration(0), until);
        made.plan.start_delay = chance.between(sim_duration(0), sim_duration(30'000));
        fill(made, chance);
        all.push_back(std::move(made));
    }
    return all;
}

std::string wrong_end(const rollout& of, const std::string& status,
                      const std::map<std::string, int>& our_effects) {
    expected_end wanted = expected(of.kind);
    if (of.kind == rollout_kind::baking || of.kind == rollout_kind::meddled ||
        of.kind == rollout_kind::asked) {
        // A person may have to let it go where an answer was lost or nobody could see it pause.
        const auto ours = our_effects.find("continued");
        const int times = ours == our_effects.end() ? 0 : ours->second;
        if (times <= 2) wanted.effects = our_effects;
    }
    // A person's pause may come too late, or when only what runs already is left to end.
    const bool in_vain =
        our_effects.empty() || our_effects == std::map<std::string, int>{{"paused", 1}};
    if (of.kind == rollout_kind::steered && in_vain) wanted.effects = our_effects;
    if (status == wanted.status && our_effects == wanted.effects) return "";
    return of.plan.id + " " + of.plan.name + " is " + status + " after " + text_of(our_effects) +
           ", but should be " + wanted.status + " after " + text_of(wanted.effects);
}

}  // namespace rolloutd::sim
