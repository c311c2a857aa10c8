// Writes the journal of months: tickets spread over the days, each with so many recorded changes,
// judged by the engine under one policy as the daemon judges. `rolloutctl replay --policies` over
// it is what scripts/bench-replay measures.

#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <queue>
#include <stdexcept>

#include "api/gateway.h"
#include "daemon/journal/journal.h"
#include "daemon/settings_record.h"
#include "policies/engine.h"
#include "policies/policy_loader.h"

namespace {

using namespace rolloutd;
using namespace rolloutd::policies;

struct arguments {
    std::string folder;
    std::string policy;
    int tickets = 1000;
    int days = 90;
    int changes = 2000;
    bool details = false;
};

constexpr int instances = 200;
constexpr int batches = 10;
constexpr duration between = std::chrono::seconds{15};

// A rollout that fails on `bad` instances of a hundred.
struct rollout {
    ticket_id id;
    int bad = 0;
    int change = 0;
    bool paused = false;
    int looks_left = 10;  // at the paused ticket
};

std::string_view status_of(int number, int settled, int running, int bad) {
    if (number < settled) return number * 37 % 100 < bad ? "ABNORMAL" : "FINISHED";
    return number < settled + running ? "PROCESSING" : "READY";
}

reading read(const rollout& of, const arguments& given) {
    constexpr int size = instances / batches;
    const int settled = of.change * instances / given.changes;
    const int running = std::min(instances - settled, 4 + of.change % 2);
    reading what;
    what.info.id = of.id;
    what.info.name = "deploy-web";
    what.info.status = of.paused              ? (of.looks_left > 0 ? "PAUSED" : "CANCELED")
                       : settled == instances ? "FINISHED"
                                              : "PROCESSING";
    what.info.current_batch = std::min(batches, settled / size + 1);
    what.info.timeout = std::chrono::minutes{5};
    what.info.success_rate_tenths = 900;
    what.stats.total = instances;
    for (const std::string_view status : {"ABNORMAL", "FINISHED", "PROCESSING", "READY"}) {
        status_row row;
        row.status = status;
        for (int n = 0; n < instances; ++n) {
            if (status_of(n, settled, running, of.bad) != status) continue;
            ++row.count;
            const int batch = n / size + 1;
            if (row.batches.empty() || row.batches.back() != batch) row.batches.push_back(batch);
        }
        if (row.count > 0) what.stats.rows.push_back(row);
    }
    for (int b = 1; b <= batches; ++b) {
        what.batches.push_back({b, size, "CONTINUE", ""});
        if (!given.details) continue;
        batch_detail detail{b, size, {}};
        for (int n = (b - 1) * size; n < b * size; ++n) {
            instance_info each;
            each.id = 510'450'000'00 + n;
            each.status = status_of(n, settled, running, of.bad);
            each.host = "web-" + std::to_string(n);
            each.ip = "10.0.0." + std::to_string(n);
            detail.instances.push_back(std::move(each));
        }
        what.details.push_back(std::move(detail));
    }
    return what;
}

class writer {
public:
    explicit writer(const arguments& given) : given_(given) {
        rules_.ceiling = mode::enforce;
        rules_.generation = 1;
        rules_.limits.operations_per_minute = 10'000;
        std::ifstream file(given.policy);
        const std::string text{std::istreambuf_iterator<char>(file), {}};
        load_result loaded = load_policies({{given.policy, text}});
        if (has_errors(loaded.issues)) throw std::runtime_error(loaded.issues.front().message);
        rules_.policies = std::make_shared<const policy_set>(std::move(loaded.set));
        std::filesystem::create_directories(given.folder);
        files_ = daemon::make_disk(given.folder);
        daemon::journal_ports ports{*files_,
                                    io_.get_executor(),
                                    io_.get_executor(),
                                    [this] { return now_; },
                                    [](std::size_t count) { return std::string(count, 'r'); },
                                    [this](const ticket_id& from) {
                                        const auto next = states_.lower_bound(from);
                                        return next == states_.end() ? nullptr : &next->second;
                                    },
                                    nullptr,
                                    nullptr};
        auto opened = daemon::journal::open(std::move(ports), {});
        if (!opened) throw std::runtime_error(to_text(opened.error()));
        log_ = std::move(opened->log);
        daemon::start_body start;
        start.version = ROLLOUTD_VERSION;
        start.settings = daemon::settings_record(rules_);
        start.policies = daemon::policy_digests(rules_);
        log_->start(start);
        for (const policy& each : rules_.policies->policies)
            log_->append_policy({each.file, each.sha256, each.text});
    }

    void write() {
        std::priority_queue<turn, std::vector<turn>, std::greater<>> turns;
        const duration length = std::chrono::hours{24} * given_.days;
        for (int n = 0; n < given_.tickets; ++n)
            turns.emplace(begun_ + length * n / given_.tickets, n);
        while (!turns.empty()) {
            const auto [at, number] = turns.top();
            turns.pop();
            now_ = at;
            if (look(number)) turns.emplace(at + between, number);
        }
        drain();
    }

    sequence records() const { return log_->last_seq(); }

private:
    using turn = std::pair<timestamp, int>;

    // False when the ticket is over.
    bool look(int number) {
        const auto [at, first] = running_.try_emplace(number);
        rollout& of = at->second;
        if (first) {
            char name[32];
            std::snprintf(name, sizeof name, "SCT20260901%012d", number);
            of.id = name;
            of.bad = number % 10 == 0 ? 15 : number % 10;
            states_[of.id].id = of.id;
            record(of.id, watched{{}, "config"});
        }
        const reading what = read(of, given_);
        const outcome got = step(of.id, seen{what, std::chrono::seconds{5}});
        if (got.send) {
            answer told;
            told.intent = got.send_intent;
            told.kind = answer_kind::accepted;
            told.http_status = 200;
            step(of.id, told);
            of.paused = true;
        }
        if (is_terminal(classify(what.info.status))) {
            record(of.id, unwatched{"over"});
            states_.erase(of.id);
            running_.erase(at);
            return false;
        }
        of.paused ? --of.looks_left : ++of.change;
        if (log_->pending_bytes() > 1U << 20U) drain();
        return true;
    }

    void record(const ticket_id& id, const event& what) {
        apply(states_[id], what, log_->append(id, what));
    }

    outcome step(const ticket_id& id, const input& what) {
        const fleet_view fleet = view_of(log_->fleet().ledger, id, now_);
        return policies::step(states_[id], what, {rules_, fleet, now_}, [&](const event& each) {
            const auto* intent = std::get_if<intended>(&each);
            if (intent == nullptr) return log_->append(id, each);
            const auto exact = api::request_of(id, intent->what);
            return log_->append_intent(id, *intent, {exact->method, exact->target, exact->body});
        });
    }

    void drain() {
        io_.restart();
        io_.run();
    }

    arguments given_;
    boost::asio::io_context io_{1};
    timestamp begun_ = *parse_timestamp("2026-09-01T00:00:00.000Z");
    timestamp now_ = begun_;
    settings rules_;
    std::unique_ptr<daemon::disk> files_;
    std::map<ticket_id, ticket_state> states_;
    std::map<int, rollout> running_;
    std::unique_ptr<daemon::journal> log_;
};

}  // namespace

int main(int argc, char** argv) {
    arguments given;
    CLI::App line("Writes the journal of months.", "write_history");
    line.add_option("folder", given.folder, "the state folder to write")->required();
    line.add_option("policy", given.policy, "the policy that judges")->required();
    line.add_option("--tickets", given.tickets, "how many")->capture_default_str();
    line.add_option("--days", given.days, "over which they are spread")->capture_default_str();
    line.add_option("--changes", given.changes, "recorded changes of each")->capture_default_str();
    line.add_flag("--details", given.details, "with every instance");
    try {
        line.parse(argc, argv);
        writer made(given);
        made.write();
        std::printf("%llu records\n", static_cast<unsigned long long>(made.records()));
        return 0;
    } catch (const CLI::ParseError& error) {
        return line.exit(error) == 0 ? 0 : 64;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "write_history: %s\n", error.what());
        return 1;
    }
}
