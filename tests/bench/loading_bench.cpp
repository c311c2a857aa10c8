// Loading a large set of policies, as at start and at every reload.

#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "policies/check.h"
#include "policies/policy_loader.h"

namespace rolloutd::bench {

namespace {

using namespace policies;

constexpr const char* conditions[] = {
    "percent(count.abnormal, judged) > ticket.failure_allowed",
    "ticket.current_batch == 1 && count.abnormal >= 2",
    "ticket.status == \"PROCESSING\" && ticket.unchanged_for > ticket.timeout + duration(\"5m\")",
    "instances.exists(i, i.status == \"ABNORMAL\" && i.zone == \"b\")",
    "ticket.labels.tier == \"prod\" && count.settled * 2 > count.total",
};

std::string policy_text(int number) {
    std::string made = "version: 1\npolicy: fleet-" + std::to_string(number) +
                       "\nmatch: ticket.name.startsWith(\"deploy-" + std::to_string(number) +
                       "-\")\nmode: enforce\nvariables:\n"
                       "  judged: count.finished + count.abnormal + count.stuck + count.given_up\n"
                       "rules:\n";
    for (int rule = 0; rule < 10; ++rule) {
        made += "  - name: rule-" + std::to_string(rule) +
                "\n    needs: judged >= " + std::to_string(rule + 1) + "\n    when: '" +
                conditions[rule % 5] + "'\n    for: 10s\n    do: pause\n";
    }
    return made;
}

void loads(benchmark::State& state) {
    std::vector<source_file> files;
    for (int number = 0; number < state.range(0); ++number) {
        files.push_back({"fleet-" + std::to_string(number) + ".yaml", policy_text(number)});
    }
    for (auto round : state) {
        (void)round;
        const load_result got = load_policies(files);
        ROLLOUTD_CHECK(!has_errors(got.issues));
        benchmark::DoNotOptimize(got.set.policies.size());
    }
}

BENCHMARK(loads)->Arg(1'000)->Unit(benchmark::kMillisecond)->Name("loads_policies_of_10_rules");

}  // namespace

}  // namespace rolloutd::bench
