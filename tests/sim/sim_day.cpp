// Plays simulated days, seed after seed, and says which of them broke a law. Exit code 0 when none
// did, 1 when one did, 64 upon wrong usage. With --jobs the seeds are shared between processes, as
// a day is one thread's work.

#include <malloc.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <exception>
#include <vector>

#include "tests/sim/day.h"

namespace {

using rolloutd::sim::day_options;
using rolloutd::sim::day_report;

// What a process can say by its exit code: so many days broke a law, or that it failed.
constexpr int most_counted = 255;

struct arguments {
    std::uint64_t first = 1;
    int seeds = 1;
    double hours = 24;
    int tickets = 40;
    int jobs = 1;
    bool until_broken = false;
    bool fine = false;
    bool safe = false;
    bool log = false;
    std::string keep;
    std::string policies = SIM_POLICIES;
};

void print(const day_options& chosen, const day_report& got, double seconds) {
    std::printf(
        "seed %llu: %s; %llu requests, %llu records (%llu replayed), %d bursts, %d acts of people, "
        "%.1f s\n",
        static_cast<unsigned long long>(chosen.seed), got.violations.empty() ? "well" : "BROKEN",
        static_cast<unsigned long long>(got.seen.requests),
        static_cast<unsigned long long>(got.records), static_cast<unsigned long long>(got.replayed),
        got.bursts, got.acts_of_people, seconds);
    std::printf("  operations %llu:", static_cast<unsigned long long>(got.seen.operations));
    for (const auto& [effect, times] : got.seen.effects)
        std::printf(" %s %llu", effect.c_str(), static_cast<unsigned long long>(times));
    std::printf("\n  weather:");
    for (const auto& [what, times] : got.seen.troubles) {
        std::printf(" %s %llu", std::string(to_text(what)).c_str(),
                    static_cast<unsigned long long>(times));
    }
    std::printf("\n  people:");
    for (const auto& [what, times] : got.seen.acts)
        std::printf(" %s %d", what.c_str(), times);
    std::printf("\n  ends in %s", got.last_hash.c_str());
    std::printf("\n  deaths %d, hazards:", got.deaths);
    for (const auto& [what, times] : got.hazards)
        std::printf(" %s %d", std::string(to_text(what)).c_str(), times);
    std::printf("\n");
    for (const std::string& each : got.violations)
        std::printf("  VIOLATION %s\n", each.c_str());
}

// The share of worker number `mine`: how many of its days broke a law.
int play_share(const arguments& given, int mine) {
    int broken = 0;
    const auto policies = rolloutd::sim::load_policies_of(given.policies);
    for (int n = mine; n < given.seeds; n += given.jobs) {
        day_options chosen;
        chosen.seed = given.first + static_cast<std::uint64_t>(n);
        chosen.length = std::chrono::round<rolloutd::sim::duration>(
            std::chrono::duration<double, std::ratio<3600>>(given.hours));
        chosen.tickets = given.tickets;
        chosen.fine = given.fine;
        chosen.safe = given.safe;
        chosen.keep = given.keep;
        chosen.policies = policies;
        const auto began = std::chrono::steady_clock::now();
        const day_report got = rolloutd::sim::play(chosen);
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
        print(chosen, got, took.count());
        for (const std::string& each : got.log)
            if (given.log) std::printf("  %s\n", each.c_str());
        if (!got.violations.empty()) {
            ++broken;
            std::printf(
                "  again: scripts/simulate --first %llu --seeds 1 --hours %g --tickets %d\n",
                static_cast<unsigned long long>(chosen.seed), given.hours, given.tickets);
        }
        std::fflush(stdout);
        if (given.until_broken && broken > 0) break;
    }
    return broken;
}

// Plays the share in a process of its own; its id.
pid_t begin_share(const arguments& given, int mine) {
    std::fflush(stdout);
    const pid_t child = ::fork();
    if (child != 0) return child;
    int broken = most_counted;
    try {
        broken = std::min(play_share(given, mine), most_counted - 1);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "sim_day: %s\n", error.what());
    }
    std::fflush(stdout);
    ::_exit(broken);
}

int play_all(const arguments& given) {
    int broken = 0;
    bool ended_well = true;
    if (given.jobs == 1) {
        broken = play_share(given, 0);
    } else {
        std::vector<pid_t> workers;
        for (int n = 0; n < given.jobs; ++n)
            workers.push_back(begin_share(given, n));
        for (const pid_t each : workers) {
            int status = 0;
            ended_well = ::waitpid(each, &status, 0) == each && WIFEXITED(status) &&
                         WEXITSTATUS(status) != most_counted && ended_well;
            broken += WEXITSTATUS(status);
        }
    }
    std::printf("%d of %d seeds broke a law\n", broken, given.seeds);
    if (!ended_well) std::fprintf(stderr, "sim_day: a process did not end well\n");
    return broken == 0 && ended_well ? 0 : 1;
}

// A day makes and drops some hundred thousand small things a second, and gives nothing back to the
// system before it is over.
void keep_memory() {
    constexpr int much = 1 << 30;
    ::mallopt(M_TRIM_THRESHOLD, much);
    ::mallopt(M_MMAP_THRESHOLD, 32 << 20);
    ::mallopt(M_TOP_PAD, 16 << 20);
    ::mallopt(M_MXFAST, 0);
}

}  // namespace

int main(int argc, char** argv) {
    keep_memory();
    arguments given;
    CLI::App line("Plays simulated days and judges them.", "sim_day");
    line.add_option("--first", given.first, "the first seed")->capture_default_str();
    line.add_option("--seeds", given.seeds, "how many")->capture_default_str();
    line.add_option("--hours", given.hours, "the length of a day")->capture_default_str();
    line.add_option("--tickets", given.tickets, "how many rollouts")->capture_default_str();
    line.add_option("--jobs", given.jobs, "so many days at a time")
        ->check(CLI::Range(1, 64))
        ->capture_default_str();
    line.add_flag("--until-broken", given.until_broken, "stop at the first day that broke a law");
    line.add_flag("--fine", given.fine, "without any trouble");
    line.add_flag("--safe", given.safe, "nothing befalls the daemon itself");
    line.add_flag("--log", given.log, "print the daemon's last lines");
    line.add_option("--keep", given.keep, "a folder for the journal, to look into with rolloutctl");
    line.add_option("--policies", given.policies, "the folder of the policies");
    try {
        line.parse(argc, argv);
        return play_all(given);
    } catch (const CLI::ParseError& error) {
        return line.exit(error) == 0 ? 0 : 64;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "sim_day: %s\n", error.what());
        return 1;
    }
}
