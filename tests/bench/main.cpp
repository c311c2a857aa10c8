// Runs all benchmarks; --benchmark_filter=REGEX picks some, --benchmark_format=json is for
// machines.

#include <benchmark/benchmark.h>

#include <cstdio>
#include <vector>

#include "tests/bench/calibration.h"

namespace {

// Adds to each line how many units of work the figure is.
class reporter : public benchmark::ConsoleReporter {
public:
    void ReportRuns(const std::vector<Run>& runs) override {
        std::vector<Run> told = runs;
        for (Run& one : told) {
            if (one.error_occurred || one.iterations == 0) continue;
            const double took =
                one.cpu_accumulated_time * 1e9 / static_cast<double>(one.iterations);
            one.counters["units"] = took / rolloutd::bench::nanoseconds_of_unit();
        }
        ConsoleReporter::ReportRuns(told);
    }
};

}  // namespace

int main(int count, char** words) {
    benchmark::Initialize(&count, words);
    if (benchmark::ReportUnrecognizedArguments(count, words)) return 64;
    std::fprintf(stderr, "one unit of work takes %.0f ns; `units` is a figure divided by that\n",
                 rolloutd::bench::nanoseconds_of_unit());
    reporter lines;
    benchmark::RunSpecifiedBenchmarks(&lines);
    benchmark::Shutdown();
    return 0;
}
