// What the journal costs with many tickets: how long the loop stands still for a snapshot, how long
// a start takes and how much memory it needs, and how many records a second are verified, beside
// the bare SHA-256 of the same bytes. Judges nothing; prints.

#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <fstream>

#include "daemon/journal/line_reader.h"
#include "daemon/journal/verify.h"
#include "tests/daemon/journal/world.h"

namespace rolloutd::daemon {
namespace {

using namespace testing;

// The processor time of this thread: what else the machine does is not measured.
struct cpu_clock {
    using duration = std::chrono::nanoseconds;
    using time_point = std::chrono::time_point<cpu_clock, duration>;
    static time_point now() {
        timespec at{};
        ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &at);
        return time_point(std::chrono::seconds(at.tv_sec) + std::chrono::nanoseconds(at.tv_nsec));
    }
};
using steady = cpu_clock;

struct arguments {
    std::string folder = "journal_bench.state";
    int tickets = 10'000;
    int instances = 100;
    int records = 200'000;  // beside the first reading of each ticket
    bool kept = false;      // the folder is there already
};

double seconds_since(steady::time_point begin) {
    return std::chrono::duration<double>(steady::now() - begin).count();
}

double peak_mib() {
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    return static_cast<double>(used.ru_maxrss) / 1024;
}

double resident_mib() {
    std::ifstream from("/proc/self/statm");
    std::size_t size = 0;
    std::size_t resident = 0;
    from >> size >> resident;
    return static_cast<double>(resident) * 4 / 1024;
}

void forget_peak() { std::ofstream("/proc/self/clear_refs") << 5; }

policies::reading reading_of(int ticket, int instances, int step) {
    policies::reading what = a_reading(0);
    what.info.id = "SCT20231102211473" + std::to_string(100000 + ticket);
    what.info.params.clear();
    what.batches = {{1, instances, "CONTINUE", ""}};
    what.stats.total = instances;
    what.stats.rows.clear();
    const int finished = step % instances;
    if (finished > 0) what.stats.rows.push_back({"FINISHED", finished, {1}});
    what.stats.rows.push_back({"PROCESSING", instances - finished, {1}});
    policies::batch_detail detail{1, instances, {}};
    for (int n = 0; n < instances; ++n) {
        policies::instance_info each;
        each.id = std::int64_t{510'450'000} * 100 + ticket * 1000 + n;
        each.status = n < finished ? "FINISHED" : "PROCESSING";
        each.host = "web-" + std::to_string(ticket) + "-" + std::to_string(n) + ".example.org";
        each.ip = "10." + std::to_string(ticket % 256) + ".4." + std::to_string(n);
        each.region = "cn-north-4";
        each.zone = "cn-north-4a";
        each.resource = "7f2c1a90-0000-4000-8000-0000" + std::to_string(10'000'000 + ticket + n);
        detail.instances.push_back(std::move(each));
    }
    what.details = {std::move(detail)};
    return what;
}

// A daemon's journal without the daemon.
class writer {
public:
    explicit writer(const arguments& given) : given_(given), files_(make_disk(given.folder)) {
        journal_ports ports{*files_,
                            io_.get_executor(),
                            io_.get_executor(),
                            [this] { return now_; },
                            [](std::size_t count) { return std::string(count, 'r'); },
                            [this](const ticket_id& from) -> const policies::ticket_state* {
                                const auto found = tickets_.lower_bound(from);
                                return found == tickets_.end() ? nullptr : &found->second;
                            },
                            nullptr,
                            nullptr};
        auto opened = journal::open(std::move(ports), {});
        if (!opened) throw std::runtime_error(to_text(opened.error()));
        log_ = std::move(opened->log);
        log_->start({});
    }

    void write() {
        for (int n = 0; n < given_.tickets; ++n)
            see(n, 0);
        std::printf("%d tickets: %.0f MiB resident\n", given_.tickets, resident_mib());
        forget_peak();
        longest_ = 0;
        for (int n = 0; n < given_.records; ++n) {
            const int ticket = n % given_.tickets;
            if (n % 3 == 0) {
                see(ticket, 1 + n / given_.tickets);
            } else {
                record(ticket, a_decision());
            }
        }
        std::printf(
            "%d more records: the loop stood still for at most %.1f ms; "
            "peak %.0f MiB resident, now %.0f\n",
            given_.records, longest_ * 1000, peak_mib(), resident_mib());
    }

private:
    void see(int ticket, int step) {
        policies::observed what;
        what.what = reading_of(ticket, given_.instances, step);
        what.last_fresh = now_;
        what.continuous = step > 0;
        what.planned = std::chrono::seconds(5);
        record(ticket, what);
    }

    void record(int ticket, const policies::event& what) {
        const ticket_id id = "SCT20231102211473" + std::to_string(100000 + ticket);
        policies::ticket_state& state = tickets_[id];
        state.id = id;
        const auto begin = steady::now();
        const policies::stamp where = log_->append(id, what);
        longest_ = std::max(longest_, seconds_since(begin));
        policies::apply(state, what, where);
        now_ += std::chrono::milliseconds(10);
        turn();
    }

    // One handler of the loop at a time, as between two others.
    void turn() {
        const auto begin = steady::now();
        io_.restart();
        io_.poll_one();
        longest_ = std::max(longest_, seconds_since(begin));
        if (log_->pending_bytes() < 100'000) return;
        while (io_.poll_one() > 0) {}
    }

    arguments given_;
    boost::asio::io_context io_{1};
    std::unique_ptr<disk> files_;
    timestamp now_ = time_of("2026-11-21T00:00:30.000Z");
    std::map<ticket_id, policies::ticket_state> tickets_;
    std::unique_ptr<journal> log_;
    double longest_ = 0;
};

void measure_start(const arguments& given) {
    const auto files = make_disk(given.folder);
    forget_peak();
    const double before = resident_mib();
    const auto begin = steady::now();
    const auto state = fold_journal(*files);
    const double took = seconds_since(begin);
    if (!state) throw std::runtime_error(to_text(state.error()));
    std::printf(
        "start: %.2f s for %zu tickets and %llu of %llu records; %.0f MiB more resident, "
        "at the peak %.0f\n",
        took, state->tickets.size(), static_cast<unsigned long long>(state->folded),
        static_cast<unsigned long long>(state->last.seq), resident_mib() - before,
        peak_mib() - before);
}

void measure_verify(const arguments& given) {
    const auto files = make_disk(given.folder);
    auto begin = steady::now();
    const auto seen = verify_journal(*files, {.snapshots = false, .deep = true});
    const double took = seconds_since(begin);
    if (!seen) throw std::runtime_error(to_text(seen.error()));
    std::uint64_t bytes = 0;
    begin = steady::now();
    sha256 hasher;
    const auto names = list_segments(*files, "journal");
    for (const std::string& name : *names)
        for (std::uint64_t at = 0;;) {
            const auto part = files->read("journal/" + name, at, std::size_t{1} << 20);
            if (!part || part->empty()) break;
            hasher.update(*part);
            bytes += part->size();
            at += part->size();
        }
    hasher.finish();
    const double bare = seconds_since(begin);
    const auto count = static_cast<double>(seen->records);
    std::printf(
        "verify: %.0f records of %.0f bytes in %.2f s: %.0f records/s; %.2f times the bare "
        "SHA-256 of the bytes (%.2f s)\n",
        count, static_cast<double>(bytes) / count, took, count / took, took / bare, bare);
}

}  // namespace
}  // namespace rolloutd::daemon

int main(int argc, char** argv) {
    using namespace rolloutd::daemon;
    arguments given;
    CLI::App line("Measures snapshots, start and verification of the journal.", "journal_bench");
    line.add_option("--folder", given.folder, "where it is written")->capture_default_str();
    line.add_option("--tickets", given.tickets, "how many")->capture_default_str();
    line.add_option("--instances", given.instances, "of each ticket")->capture_default_str();
    line.add_option("--records", given.records, "beside first readings")->capture_default_str();
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    line.add_flag("--kept", given.kept, "measure what an earlier run has written");
    try {
        line.parse(argc, argv);
        if (!given.kept) {
            std::filesystem::remove_all(given.folder);
            std::filesystem::create_directories(given.folder);
            writer(given).write();
        }
        measure_start(given);
        measure_verify(given);
        return 0;
    } catch (const CLI::ParseError& error) {
        return line.exit(error) == 0 ? 0 : 64;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "journal_bench: %s\n", error.what());
        return 1;
    }
}
