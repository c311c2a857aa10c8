#include "tests/bench/urgency/cloud.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

namespace rolloutd::bench {

namespace {

constexpr int batches = 10;
constexpr int batch_size = 20;
constexpr int instances = batches * batch_size;
constexpr int at_work = 10;           // instances of a batch that run at the same time
constexpr double settled_every = 25;  // seconds, of a ticket that is well
constexpr double usual_share = 0.02;  // of its instances fail all the same
constexpr int fewest_judged = 20;
constexpr timestamp created{std::chrono::sys_days{std::chrono::year{2026} / 11 / 21}};

// splitmix64: the standard's distributions differ from library to library.
class dice {
public:
    explicit dice(std::uint64_t seed) : state_(seed) {}

    // 0 <= x < 1
    double share() {
        state_ += 0x9E3779B97F4A7C15U;
        std::uint64_t mixed = state_;
        mixed = (mixed ^ (mixed >> 30U)) * 0xBF58476D1CE4E5B9U;
        mixed = (mixed ^ (mixed >> 27U)) * 0x94D049BB133111EBU;
        return static_cast<double>((mixed ^ (mixed >> 31U)) >> 11U) * 0x1p-53;
    }

    int below(int bound) { return static_cast<int>(share() * bound); }

    double wait(double mean) { return -mean * std::log(1 - share()); }

private:
    std::uint64_t state_;
};

duration of_seconds(double what) {
    return std::chrono::round<duration>(std::chrono::duration<double>{what});
}

course course_of(int number, int tickets) {
    const int percent = number * 100 / tickets;
    if (percent < 25) return course::ready;
    if (percent < 45) return course::paused;
    if (percent < 70) return course::long_batch;
    return percent < 95 ? course::healthy : course::failing;
}

// The rule of the bench, in whole numbers.
bool is_bad(int failed, int judged) { return judged >= fewest_judged && failed * 10 > judged; }

// Makes the ticket bad at `since` and from then on, and never before; without it, never at all:
// what is true for a moment only would be a matter of luck for every order of reading.
void make_plain(cloud_ticket& ticket, std::optional<duration> since) {
    int judged = ticket.settled_before;
    int failed = ticket.failed_before;
    std::vector<settlement> plain;
    for (settlement each : ticket.future) {
        ++judged;
        const bool bad = since && each.at >= *since;
        if (bad && !is_bad(failed, judged)) each.failed = true;
        if (!bad && is_bad(failed + 1, judged)) each.failed = false;
        if (each.failed) ++failed;
        plain.push_back(each);
        while (bad && !is_bad(failed, judged)) {
            ++judged;
            ++failed;
            plain.push_back({.at = each.at, .failed = true});
        }
    }
    ticket.future = std::move(plain);
    ticket.true_since = since;
}

// The failures that take the ticket over the line three minutes after `begin`, and as many again.
void turn_bad(cloud_ticket& ticket, duration begin, dice& random) {
    int judged = ticket.settled_before;
    int failed = ticket.failed_before;
    for (const settlement& each : ticket.future) {
        if (each.at > begin + going_bad) break;
        ++judged;
        if (each.failed) ++failed;
    }
    int more = 1;
    while (!is_bad(failed + more, judged + more))
        ++more;
    const auto add = [&](double share) {
        const duration at = of_seconds(share * std::chrono::duration<double>{going_bad}.count());
        ticket.future.push_back({.at = begin + at, .failed = true});
    };
    for (int i = 0; i + 1 < more; ++i)
        add(random.share());
    add(1);
    for (int i = 0; i < more; ++i)
        add(1 + random.share());
    std::ranges::sort(ticket.future, {},
                      [](const settlement& each) { return std::pair{each.at, each.failed}; });
}

void go_on(cloud_ticket& ticket, duration length, dice& random) {
    for (duration at = of_seconds(random.wait(settled_every)); at < length;
         at += of_seconds(random.wait(settled_every))) {
        ticket.future.push_back({.at = at, .failed = random.share() < usual_share});
    }
}

std::vector<int> up_to(int batch) {
    std::vector<int> all;
    for (int index = 1; index <= batch; ++index)
        all.push_back(index);
    return all;
}

}  // namespace

policies::reading cloud_ticket::read(duration at) const {
    const duration seen_at = paused_at ? std::min(at, *paused_at) : at;
    int settled = settled_before;
    int failed = failed_before;
    for (const settlement& each : future) {
        if (each.at > seen_at || settled >= instances - 1) break;
        ++settled;
        if (each.failed) ++failed;
    }
    const bool begun = goes != course::ready;
    const int current = settled / batch_size + 1;
    const int open = batch_size - settled % batch_size;
    const int running = begun && goes != course::paused ? std::min(open, at_work) : 0;
    const int ready = instances - settled - running;
    const std::vector<int> behind = up_to(settled % batch_size == 0 ? current - 1 : current);
    std::vector<int> ahead;
    for (int index = open > running ? current : current + 1; index <= batches; ++index)
        ahead.push_back(index);

    policies::reading what;
    what.info.id = id;
    what.info.status = "PROCESSING";
    if (goes == course::ready) what.info.status = "READY";
    if (goes == course::paused || (paused_at && at >= *paused_at)) what.info.status = "PAUSED";
    what.info.name = "deploy-web";
    what.info.created = created;
    if (begun) what.info.current_batch = current;
    what.info.timeout = std::chrono::hours{3};
    what.info.success_rate_tenths = 900;
    for (int index = 1; index <= batches; ++index)
        what.batches.push_back(
            {.index = index, .size = batch_size, .rotation = "CONTINUE", .label = {}});
    what.stats.total = instances;
    what.stats.rows = {{.status = "READY", .count = ready, .batches = ahead},
                       {.status = "PROCESSING", .count = running, .batches = {current}},
                       {.status = "ABNORMAL", .count = failed, .batches = behind},
                       {.status = "FINISHED", .count = settled - failed, .batches = behind}};
    return what;
}

std::vector<cloud_ticket> make_fleet(const fleet_plan& plan) {
    dice random{plan.seed};
    const duration length = plan.warm_up + plan.window + 4 * going_bad;
    std::vector<cloud_ticket> fleet;
    for (int i = 0; i < plan.tickets; ++i) {
        cloud_ticket ticket;
        // As in a real day, ids tell the time of creation and not what a ticket does.
        ticket.id = "SCT20261121" + std::to_string(100'000 + i) + "a" +
                    std::to_string(random.below(1'000'000));
        ticket.goes = course_of(static_cast<int>((i * 617LL) % plan.tickets), plan.tickets);
        if (ticket.goes != course::ready) ticket.settled_before = 20 + random.below(60);
        for (int k = 0; k < ticket.settled_before; ++k) {
            const bool fails = random.share() < usual_share;
            if (fails && !is_bad(ticket.failed_before + 1, ticket.settled_before)) {
                ++ticket.failed_before;
            }
        }
        const bool moves = ticket.goes == course::healthy || ticket.goes == course::failing;
        if (moves) go_on(ticket, length, random);
        if (ticket.goes == course::failing) {
            const double share = random.share();
            const duration begin =
                plan.warm_up +
                of_seconds(share * std::chrono::duration<double>{plan.window}.count());
            turn_bad(ticket, begin, random);
            make_plain(ticket, begin + going_bad);
        } else {
            make_plain(ticket, std::nullopt);
        }
        fleet.push_back(std::move(ticket));
    }
    return fleet;
}

}  // namespace rolloutd::bench
