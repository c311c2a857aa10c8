// Why each rule acts or does not, of the largest ticket that there is: it is asked on the one
// thread that a freeze comes in on, so it may not take long.

#include <benchmark/benchmark.h>

#include <stdexcept>

#include "policies/explain.h"
#include "policies/policy_loader.h"
#include "tests/support/rollout_story.h"

namespace rolloutd::tests {
namespace {

std::string a_rule_text(std::size_t number, const std::string& each, const std::string& when,
                        const std::string& act) {
    return "  - name: r" + std::to_string(number) + "\n    each: " + each +
           "\n    needs: judged >= 5" + "\n    when: " + when + "\n    for: 1m\n    do: " + act +
           "\n";
}

struct conditions {
    std::vector<std::string> of_instances;
    std::vector<std::string> of_batches;
    std::vector<std::string> of_tickets;
};

// Thirty rules: ten of each kind.
std::string thirty_rules(const conditions& all) {
    std::string text =
        "version: 1\npolicy: many\nmatch: ticket.name.startsWith(\"deploy\")\nmode: enforce\n"
        "variables:\n"
        "  judged: count.finished + count.abnormal + count.stuck + count.given_up\n"
        "  failed: percent(count.abnormal + count.stuck + count.given_up, judged)\n"
        "rules:\n";
    const auto one_of = [](const std::vector<std::string>& from, std::size_t at) {
        return from[at % from.size()];
    };
    for (std::size_t i = 0; i < 10; ++i) {
        text += a_rule_text(i, "instance", one_of(all.of_instances, i), "cancel_instance");
        text += a_rule_text(10 + i, "batch", one_of(all.of_batches, i), "skip_batch");
        text += a_rule_text(20 + i, "ticket", one_of(all.of_tickets, i), "pause");
    }
    return text;
}

// Two hundred instances in twenty batches, the first two over and the third at work.
a_ticket the_largest() {
    a_ticket ticket;
    for (int batch = 1; batch <= 20; ++batch)
        ticket.batch(10);
    return ticket.processing()
        .current(3)
        .with_details()
        .in_batch(1, {{"FINISHED", 9}, {"ABNORMAL", 1}})
        .in_batch(2, {{"FINISHED", 9}, {"ABNORMAL", 1}})
        .in_batch(3, {{"PROCESSING", 10}});
}

void explain_ticket(benchmark::State& state, const std::string& text) {
    const auto loaded = policies::load_policies({{"many.yaml", text}}, {});
    if (loaded.set.policies.empty()) throw std::invalid_argument("the policy does not load");
    rollout_story story({a_policy()});
    story.rules().policies = std::make_shared<policies::policy_set>(loaded.set);
    story.watch(the_largest(), 3);
    for (auto _ : state) {
        const policies::context around{story.rules(), story.fleet(), story.now()};
        benchmark::DoNotOptimize(explain(story.state(), around).rules.size());
    }
}

// Some true, some false and some undetermined for all.
void explaining_200_instances_by_30_rules(benchmark::State& state) {
    explain_ticket(
        state,
        thirty_rules(
            {.of_instances = {"instance.slowness > 3.0 && instance.running_for > ticket.timeout",
                              "instance.status != \"X\" && instance.batch > 0",
                              "ticket.labels[\"tier\"] == \"prod\" && instance.region == \"\""},
             .of_batches =
                 {"batch.current && batch.unchanged_for > ticket.timeout + duration(\"5m\")",
                  "batch.count.abnormal > 5 || ticket.labels[\"tier\"] == \"prod\""},
             .of_tickets = {
                 "failed > ticket.failure_allowed && count.abnormal > 60",
                 "instances.exists(i, i.status == \"ABNORMAL\" && i.host.contains(\"none\"))",
                 "batches.exists(b, b.count.abnormal > 9) && ticket.age > duration(\"10h\")"}}));
}
BENCHMARK(explaining_200_instances_by_30_rules)->Unit(benchmark::kMillisecond);

// Every subject is true, and each question about what may come counts all instances several times.
void explaining_30_rules_that_are_true_for_all(benchmark::State& state) {
    explain_ticket(state, thirty_rules({.of_instances = {"failed >= 0.0"},
                                        .of_batches = {"failed >= 0.0"},
                                        .of_tickets = {"failed >= 0.0"}}));
}
BENCHMARK(explaining_30_rules_that_are_true_for_all)->Unit(benchmark::kMillisecond);

void explaining_30_rules_that_are_far_from_true(benchmark::State& state) {
    explain_ticket(state, thirty_rules({.of_instances = {"failed > 101.0"},
                                        .of_batches = {"failed > 101.0"},
                                        .of_tickets = {"failed > 99.9"}}));
}
BENCHMARK(explaining_30_rules_that_are_far_from_true)->Unit(benchmark::kMillisecond);

// One step of the engine costs as much: the daemon takes it at each reading.
void explaining_rules_that_look_at_each_pair_of_instances(benchmark::State& state) {
    explain_ticket(
        state, thirty_rules(
                   {.of_instances = {"instance.status == \"X\""},
                    .of_batches = {"batch.count.abnormal > 9"},
                    .of_tickets = {"instances.exists(i, instances.exists(j, i.id + j.id < 0))"}}));
}
BENCHMARK(explaining_rules_that_look_at_each_pair_of_instances)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace rolloutd::tests
