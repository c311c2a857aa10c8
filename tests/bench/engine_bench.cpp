// One whole step of the engine on a fresh reading that changes nothing: what a poll costs beside
// the network.

#include <benchmark/benchmark.h>

#include "tests/support/rollout_story.h"

namespace rolloutd::tests {
namespace {

a_policy a_usual_policy() {
    return a_policy()
        .variable("judged", "count.finished + count.abnormal + count.stuck + count.given_up")
        .variable("failed", "percent(count.abnormal + count.stuck + count.given_up, judged)")
        .rule(a_rule("too-many")
                  .needs("judged >= 5")
                  .when("failed > ticket.failure_allowed")
                  .hold(10s)
                  .do_pause())
        .rule(a_rule("stuck")
                  .each_batch()
                  .when(R"(batch.current && batch.unchanged_for > ticket.timeout + duration("5m"))")
                  .do_skip());
}

void step_on(benchmark::State& state, a_policy rules) {
    a_ticket ticket;
    for (int batch = 1; batch <= 10; ++batch)
        ticket.batch(10);
    const policies::reading what = ticket.processing().current(1).with_details().in_batch(
        1, {{"FINISHED", 8}, {"PROCESSING", 2}});
    rollout_story story({std::move(rules)});
    story.see(what);
    policies::ticket_state seen = story.state();
    seen.fresh_until = story.now();
    for (auto _ : state) {
        const policies::context around{story.rules(), story.fleet(), story.now() + 5s};
        benchmark::DoNotOptimize(policies::decide(policies::seen{what, 5s}, seen, around).events);
    }
}

void a_step_of_two_rules(benchmark::State& state) { step_on(state, a_usual_policy()); }
BENCHMARK(a_step_of_two_rules)->Unit(benchmark::kMicrosecond);

void a_step_with_a_rule_for_each_of_100_instances(benchmark::State& state) {
    step_on(state, a_usual_policy().rule(
                       a_rule("hung")
                           .each_instance()
                           .when("instance.slowness > 3.0 && instance.running_for > ticket.timeout")
                           .hold(1min)
                           .do_cancel_instance()));
}
BENCHMARK(a_step_with_a_rule_for_each_of_100_instances)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace rolloutd::tests
