// Who is read next, when not everybody can be: from the moment in which a rule's condition is true
// at the server to the moment in which it receives the PUT. The same fleets, the same engine and
// the same budget for plain round robin, for the daemon's order, and for one that knows the future.
// Simulated time and own random numbers: the figures are the same on every machine.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "policies/policy_loader.h"
#include "tests/bench/urgency/run.h"

namespace rolloutd::bench {
namespace {

using namespace std::chrono_literals;

constexpr int fleets = 20;  // one for each seed

policies::settings rules_with(const std::string& hold) {
    const std::string text =
        "version: 1\npolicy: fleet\nmatch: true\nmode: enforce\nvariables:\n"
        "  judged: count.finished + count.abnormal\n"
        "  failed: percent(count.abnormal, judged)\n"
        "rules:\n"
        "  - name: too-many-failures\n    needs: judged >= 20\n"
        "    when: failed > ticket.failure_allowed\n" +
        hold +
        "    do: pause\n"
        "  - name: stuck\n"
        "    when: ticket.status == \"PROCESSING\" && ticket.unchanged_for > ticket.timeout\n"
        "    do: notify\n"
        "  - name: next-after-bake\n"
        "    when: ticket.status == \"PAUSED\" && ticket.pause_cause == \"rotation\"\n"
        "    for: 10m\n    do: continue\n";
    policies::load_result loaded = policies::load_policies({{.name = "fleet.yaml", .text = text}});
    if (!loaded.issues.empty()) throw std::logic_error(loaded.issues.front().message);
    policies::settings rules;
    rules.ceiling = policies::mode::enforce;
    rules.policies = std::make_shared<policies::policy_set>(std::move(loaded.set));
    return rules;
}

struct scene {
    const char* name;
    const char* hold;  // as the rule writes it
    duration window;
};

struct figures {
    std::vector<duration> reactions;
    duration longest_unseen{};
    int missed = 0;
    int early = 0;
    int readings = 0;
    int operations = 0;
    double quiet_every = 0;
    double healthy_every = 0;

    double at(double share) const {
        if (reactions.empty()) return 0;
        const auto last = static_cast<double>(reactions.size() - 1);
        const auto index = static_cast<std::size_t>(share * last + 0.5);
        return std::chrono::duration<double>{reactions[index]}.count();
    }
};

figures measure(order how, const scene& what, int first_seed) {
    const policies::settings rules = rules_with(what.hold);
    budget allowed;
    allowed.pace.slowest = 120s;
    allowed.pace.per_second = allowed.requests_per_second / allowed.calls_per_reading;
    figures all;
    for (int seed = first_seed; seed < first_seed + fleets; ++seed) {
        const fleet_plan plan{.seed = static_cast<std::uint64_t>(seed),
                              .tickets = 1000,
                              .warm_up = 10min,
                              .window = what.window};
        const run_result one = run(how, plan, allowed, rules);
        all.reactions.insert(all.reactions.end(), one.reactions.begin(), one.reactions.end());
        all.longest_unseen = std::max(all.longest_unseen, one.longest_unseen);
        all.missed += one.missed;
        all.early += one.early;
        all.readings += one.readings;
        all.operations += one.operations;
        all.quiet_every += one.quiet_every / fleets;
        all.healthy_every += one.healthy_every / fleets;
    }
    std::ranges::sort(all.reactions);
    return all;
}

void print(order how, const figures& what) {
    std::printf(
        "  %-12s median %6.1f s   p99 %6.1f s   max %6.1f s   unseen at most %5.1f s   "
        "quiet every %3.0f s   healthy every %3.0f s   %zu of %zu paused\n",
        std::string{to_text(how)}.c_str(), what.at(0.5), what.at(0.99), what.at(1),
        std::chrono::duration<double>{what.longest_unseen}.count(), what.quiet_every,
        what.healthy_every, what.reactions.size(),
        what.reactions.size() + static_cast<std::size_t>(what.missed));
}

bool holds(const figures& ours, const figures& plain, const figures& best, double share) {
    const double of_plain = ours.at(share) / plain.at(share);
    const double of_best = ours.at(share) / best.at(share);
    std::printf("  %s: %.2f of round robin's, %.1f times the clairvoyant's\n",
                share < 0.9 ? "median" : "p99", of_plain, of_best);
    return of_plain <= 0.25 || of_best <= 1.5;
}

bool compare(const scene& what, int first_seed) {
    std::printf("%s\n", what.name);
    const figures plain = measure(order::round_robin, what, first_seed);
    print(order::round_robin, plain);
    const figures ours = measure(order::urgency, what, first_seed);
    print(order::urgency, ours);
    const figures best = measure(order::clairvoyant, what, first_seed);
    print(order::clairvoyant, best);
    const bool median = holds(ours, plain, best, 0.5);
    const bool rare = holds(ours, plain, best, 0.99);
    const bool seen = ours.longest_unseen <= 240s && ours.missed == 0 && ours.early == 0;
    const bool good = median && rare && seen;
    std::printf("  %s\n\n", good ? "within the bounds" : "NOT WITHIN THE BOUNDS");
    return good;
}

int main_of_bench(int first_seed) {
    std::printf(
        "%d fleets of 1000 tickets: 70%% ready, paused or in a long batch, 25%% healthy, 5%% going "
        "bad over three minutes.\n20 requests/s, 2 calls a reading (status and statistics), "
        "slowest "
        "120 s. From the condition at the server to the PUT.\n\n",
        fleets);
    const std::vector<scene> scenes{
        {"They go bad one after the other, within 20 minutes", "", 20min},
        {"All of them go bad within the same three minutes", "", 3min},
        {"One after the other, and the rule has `for: 10s`", "    for: 10s\n", 20min},
        {"All within three minutes, and the rule has `for: 10s`", "    for: 10s\n", 3min},
    };
    bool good = true;
    for (const scene& each : scenes)
        good = compare(each, first_seed) && good;
    return good ? 0 : 1;
}

}  // namespace
}  // namespace rolloutd::bench

// An argument, a number, is the first seed: other fleets than the usual ones.
int main(int count, char** arguments) {
    const int first_seed = count > 1 ? std::atoi(arguments[1]) : 1;
    return rolloutd::bench::main_of_bench(first_seed);
}
