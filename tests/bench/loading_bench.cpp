// Reading, checking and compiling policies, as a start and every reload does.

#include <benchmark/benchmark.h>

#include <stdexcept>

#include "policies/policy_loader.h"

namespace rolloutd::tests {
namespace {

policies::source_file a_policy_of_ten_rules(int number) {
    const std::string name = "policy-" + std::to_string(number);
    std::string text =
        "version: 1\npolicy: " + name +
        "\nmatch: ticket.name.startsWith(\"deploy-web\")\nmode: enforce\nvariables:\n"
        "  judged: count.finished + count.abnormal + count.stuck + count.given_up\n"
        "  failed: percent(count.abnormal + count.stuck + count.given_up, judged)\n"
        "rules:\n";
    for (int i = 0; i < 10; ++i) {
        text += "  - name: rule-" + std::to_string(i) +
                "\n    needs: judged >= 5\n    when: failed > ticket.failure_allowed + " +
                std::to_string(i) +
                ".0 && ticket.current_batch <= 20\n    for: 10s\n    do: pause\n";
    }
    return {.name = name + ".yaml", .text = std::move(text)};
}

void policies_of_ten_rules(benchmark::State& state) {
    std::vector<policies::source_file> files;
    for (int i = 0; i < state.range(0); ++i)
        files.push_back(a_policy_of_ten_rules(i));
    for (auto _ : state) {
        const policies::load_result loaded = policies::load_policies(files);
        if (!loaded.issues.empty()) throw std::logic_error(loaded.issues.front().message);
        benchmark::DoNotOptimize(loaded.set.policies.size());
    }
}
BENCHMARK(policies_of_ten_rules)->Arg(1)->Arg(1000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace rolloutd::tests
