// How much memory the daemon itself takes for very many tickets, over a simulated day, and how long
// it takes to start with all of them in its journal. Exit code 0 when all is within the limits that
// are given, 1 when not, 64 upon wrong usage.

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <exception>
#include <fstream>

#include "tests/sim/day.h"
#include "tests/sim/endless_fleet.h"
#include "tests/sim/heap.h"
#include "tests/sim/world.h"

namespace rolloutd::sim {
namespace {

using namespace std::chrono_literals;

struct arguments {
    std::string policies;
    int tickets = 10'000;
    int hours = 24;
    int life = 6;            // hours that a ticket lasts
    int every = 600;         // seconds between two readings of a ticket
    std::size_t most = 200;  // MiB
    double start_within = 5.0;
};

struct silent final : traffic_listener {
    void written(const parcel&, timestamp) override { ++requests; }
    void took_effect(const parcel&, const std::string&, timestamp) override {}
    void ended(const parcel&, bool, timestamp) override {}
    void met(trouble) override {}
    std::uint64_t requests = 0;
};

double mib(std::size_t bytes) { return static_cast<double>(bytes) / (1 << 20); }

// Of the whole process, as the machine sees it.
double resident_mib() {
    std::ifstream from("/proc/self/statm");
    std::size_t size = 0;
    std::size_t resident = 0;
    from >> size >> resident;
    return mib(resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)));
}

class measurement {
public:
    explicit measurement(const arguments& given);
    bool memory_stays_small();
    bool starts_soon();

private:
    void run_until(timestamp until);
    std::vector<config::watched_ticket> watched() const;
    void forget_journal();

    arguments given_;
    timestamp start_ = *policies::parse_timestamp("2026-11-21T00:00:00.000Z");
    endless_fleet cloud_;
    silent listener_;
    std::unique_ptr<world> world_;
};

fleet_shape shape_of(const arguments& given) {
    fleet_shape shape;
    shape.tickets = given.tickets;
    shape.life = std::chrono::hours(given.life);
    return shape;
}

measurement::measurement(const arguments& given) : given_(given), cloud_(shape_of(given), start_) {
    world::options chosen;
    chosen.start = start_;
    config::config& how = chosen.first.options;
    how.coc.rate.per_second = 1000;
    how.coc.rate.burst = 2000;
    how.coc.connections = 64;
    // Where there is room, whoever may fire soon is read after `fastest`: the room is not what is
    // measured.
    how.polling.every = how.polling.slowest = std::chrono::seconds(given.every);
    how.polling.fastest = how.polling.every;
    how.ceiling = policies::mode::enforce;
    // One file a day: the journal is not what is measured, and a snapshot for each 64 MiB of it is
    // most of the work.
    how.journalling.rotate_bytes = std::int64_t{1} << 40;
    how.watch = watched();
    chosen.first.rules = config::to_settings(how);
    chosen.first.rules.policies = load_policies_of(given.policies);
    world_ = std::make_unique<world>(std::move(chosen), cloud_, listener_, nullptr);
}

std::vector<config::watched_ticket> measurement::watched() const {
    std::vector<config::watched_ticket> all;
    for (const std::string& each : cloud_.names(world_ ? world_->now() : start_))
        all.push_back({each, {}});
    return all;
}

// What was written is not looked at here, and a day of it is more than the machine's memory.
void measurement::forget_journal() {
    const heap::outside here;
    for (auto& [path, file] : world_->files().files) {
        file->bytes = std::string();
        file->durable = std::string();
    }
}

// Tickets come and go every ten minutes.
void measurement::run_until(timestamp until) {
    while (world_->now() < until) {
        world_->run_until(std::min(until, world_->now() + 10min));
        world_->rewatch(watched());
    }
}

bool measurement::memory_stays_small() {
    world_->start();
    std::printf("%5s %9s %9s %9s %10s %12s\n", "hour", "live MiB", "B/ticket", "peak MiB",
                "rss MiB", "requests");
    bool well = true;
    double at_two = 0;
    for (int hour = 1; hour <= given_.hours; ++hour) {
        run_until(start_ + std::chrono::hours(hour));
        forget_journal();
        const std::size_t live = heap::live();
        const bool told = hour <= 2 || hour % 4 == 0 || hour == given_.hours;
        if (told) {
            std::printf("%5d %9.1f %9zu %9.1f %10.1f %12llu\n", hour, mib(live),
                        live / static_cast<std::size_t>(given_.tickets), mib(heap::peak()),
                        resident_mib(), static_cast<unsigned long long>(listener_.requests));
            std::fflush(stdout);
        }
        heap::forget_peak();
        if (hour == 2) at_two = mib(live);
        if (mib(live) > static_cast<double>(given_.most)) well = false;
        if (hour > 2 && hour == given_.hours && mib(live) > at_two * 1.02) {
            std::printf("grew by more than 2%% since hour 2\n");
            well = false;
        }
    }
    std::printf("memory: %s, the limit is %zu MiB\n", well ? "well" : "TOO MUCH", given_.most);
    return well;
}

bool measurement::starts_soon() {
    world_->start();
    // Each ticket is read twice, and the checkpoint of the stop stands behind it.
    run_until(start_ + 2 * std::chrono::seconds(given_.every));
    world_->stop();
    std::size_t bytes = 0;
    for (const auto& [path, file] : world_->files().files)
        bytes += path.starts_with("journal/") ? file->bytes.size() : 0;
    const auto began = std::chrono::steady_clock::now();
    const bool opened = world_->start() == daemon::exit_code::ok;
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    const std::size_t watched_now = world_->daemon().tickets().watchers().size();
    const bool well = opened && took.count() <= given_.start_within;
    std::printf(
        "start-up: %.2f s for %zu tickets and a journal of %.1f MiB: %s, the limit is %.1f s\n",
        took.count(), watched_now, mib(bytes), well ? "well" : "TOO LONG", given_.start_within);
    return well;
}

}  // namespace
}  // namespace rolloutd::sim

int main(int argc, char** argv) {
    using namespace rolloutd::sim;
    arguments given;
    CLI::App line("Measures the memory and the start of a daemon with very many tickets.", "scale");
    line.add_option("policies", given.policies, "the folder of the policies")->required();
    line.add_option("--tickets", given.tickets, "how many")->capture_default_str();
    line.add_option("--hours", given.hours, "the length of the day")->capture_default_str();
    line.add_option("--life", given.life, "hours that a ticket lasts")->capture_default_str();
    line.add_option("--every", given.every, "seconds between two readings")->capture_default_str();
    line.add_option("--most", given.most, "MiB that may be live")->capture_default_str();
    line.add_option("--start-within", given.start_within, "seconds")->capture_default_str();
    try {
        line.parse(argc, argv);
        const bool small = measurement(given).memory_stays_small();
        const bool soon = measurement(given).starts_soon();
        return small && soon ? 0 : 1;
    } catch (const CLI::ParseError& error) {
        return line.exit(error) == 0 ? 0 : 64;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "scale: %s\n", error.what());
        return 1;
    }
}
