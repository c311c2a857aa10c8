#include "daemon/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <map>
#include <set>
#include <utility>

namespace rolloutd::daemon {

namespace {

using prometheus::Counter;
using prometheus::Family;
using prometheus::Gauge;
using prometheus::Histogram;

// A reload may bring other policies; more names than this share one label.
constexpr std::size_t most_policies = 500;
// Likewise other targets of notices.
constexpr std::size_t most_targets_told = 64;

Family<Counter>& counters(prometheus::Registry& registry, const char* name, const char* help) {
    return prometheus::BuildCounter().Name(name).Help(help).Register(registry);
}

Family<Gauge>& gauges(prometheus::Registry& registry, const char* name, const char* help) {
    return prometheus::BuildGauge().Name(name).Help(help).Register(registry);
}

double seconds(policies::duration length) { return static_cast<double>(length.count()) / 1000.0; }

double seconds(policies::timestamp at) { return seconds(at.time_since_epoch()); }

double resident_bytes() {
    std::FILE* const file = std::fopen("/proc/self/statm", "re");
    if (file == nullptr) return 0;
    unsigned long pages = 0;
    unsigned long resident = 0;
    const int read = std::fscanf(file, "%lu %lu", &pages, &resident);
    std::fclose(file);
    return read == 2 ? static_cast<double>(resident) * static_cast<double>(::sysconf(_SC_PAGESIZE))
                     : 0;
}

double cpu_seconds() {
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    const auto of = [](const timeval& part) {
        return static_cast<double>(part.tv_sec) + static_cast<double>(part.tv_usec) / 1e6;
    };
    return of(used.ru_utime) + of(used.ru_stime);
}

void raise_to(Counter& counter, double total) {
    if (total > counter.Value()) counter.Increment(total - counter.Value());
}

}  // namespace

struct metrics::families {
    static constexpr std::size_t verdicts = 3;
    // It went well, or failed for one of four origins.
    static constexpr std::size_t outcomes = 5;
    struct requested {
        Counter* number = nullptr;
        Histogram* time = nullptr;
    };

    prometheus::Registry registry;

    Gauge& ready = gauges(registry, "rolloutd_ready", "1 when /-/ready answers 200").Add({});
    Family<Gauge>& mode =
        gauges(registry, "rolloutd_mode", "1 for the most that any policy may do at present");
    Family<Gauge>& tickets = gauges(registry, "rolloutd_tickets", "Watched tickets by state");
    Family<Counter>& evaluations = counters(registry, "rolloutd_evaluations_total",
                                            "Evaluations of rules by policy and verdict");
    Family<Counter>& readings =
        counters(registry, "rolloutd_readings_total", "Readings of tickets by how they ended");
    // A family finds one of its series by a map of all its labels, which is too much for what is
    // counted at each reading and request.
    Counter& read_well = readings.Add({{"outcome", "ok"}});
    Counter& read_badly = readings.Add({{"outcome", "failed"}});
    std::map<std::string, std::array<Counter*, verdicts>, std::less<>> evaluated;
    std::map<std::string, std::array<requested, outcomes>, std::less<>> finished;
    Counter& missed =
        counters(registry, "rolloutd_evaluations_missed_total",
                 "Planned readings of tickets whose time went by before it was their turn")
            .Add({});
    Gauge& overrun = gauges(registry, "rolloutd_readings_overrun",
                            "1 while tickets cannot be read as often as poll.slowest asks")
                         .Add({});
    Gauge& age = gauges(registry, "rolloutd_observation_age_seconds",
                        "How old the oldest last good reading of a watched ticket is")
                     .Add({});
    Family<Counter>& requests = counters(registry, "rolloutd_api_requests_total",
                                         "Requests to the cloud by endpoint and outcome");
    Family<Histogram>& request_time = prometheus::BuildHistogram()
                                          .Name("rolloutd_api_request_duration_seconds")
                                          .Help("How long requests to the cloud took")
                                          .Register(registry);
    Counter& throttled = counters(registry, "rolloutd_api_throttled_seconds_total",
                                  "Time that requests waited for our own rate limit")
                             .Add({});
    Gauge& rate = gauges(registry, "rolloutd_cloud_rate_per_second",
                         "Requests per second that our own rate limit lets through; less than "
                         "configured after the cloud said that it is too much")
                      .Add({});
    Gauge& resting = gauges(registry, "rolloutd_cloud_breaker_open",
                            "1 while nothing is read but single probes, as the cloud failed too "
                            "often")
                         .Add({});
    Family<Counter>& connects =
        counters(registry, "rolloutd_cloud_connections_total",
                 "Connections to the cloud that were made, by whether TLS took up an earlier "
                 "session");
    Counter& connected_anew = connects.Add({{"session", "new"}});
    Counter& connected_again = connects.Add({{"session", "resumed"}});
    Family<Counter>& operations = counters(registry, "rolloutd_operations_total",
                                           "Operations by action and what was answered");
    Gauge& in_flight = gauges(registry, "rolloutd_operations_in_flight",
                              "Operations that were sent and are not answered yet")
                           .Add({});
    Family<Counter>& decisions =
        counters(registry, "rolloutd_decisions_total", "Recorded decisions by outcome and reason");
    Family<Counter>& trips =
        counters(registry, "rolloutd_limit_trips_total", "Limits of the daemon that were passed");
    Gauge& breaker = gauges(registry, "rolloutd_breaker_open",
                            "1 while all but pause and notify is only proposed")
                         .Add({});
    Gauge& frozen =
        gauges(registry, "rolloutd_frozen", "1 while there is no automation at all").Add({});
    Counter& records =
        counters(registry, "rolloutd_journal_records_total", "Records appended").Add({});
    Counter& fsyncs =
        counters(registry, "rolloutd_journal_fsyncs_total", "Times the journal was made durable")
            .Add({});
    Gauge& writable = gauges(registry, "rolloutd_journal_writable",
                             "0 while the journal cannot be written; then nothing is sent")
                          .Add({});
    Counter& write_failures = counters(registry, "rolloutd_journal_write_failures_total",
                                       "Failed writes and fsyncs of the journal")
                                  .Add({});
    Gauge& journal_seq =
        gauges(registry, "rolloutd_journal_durable_seq", "Number of the last record on the disk")
            .Add({});
    // One series: the hash before is removed.
    Family<Gauge>& journal_hash =
        gauges(registry, "rolloutd_journal_durable_info",
               "Always 1; `hash` is that of the last record on the disk, `seq` its number");
    Gauge* journal_hash_now = nullptr;
    Family<Counter>& notices =
        counters(registry, "rolloutd_notifications_total",
                 "Messages by target and what became of them; a try that failed is made again");
    Family<Gauge>& notices_waiting = gauges(registry, "rolloutd_notifications_waiting",
                                            "Messages that a target has not taken yet");
    std::set<std::string> targets_told;
    std::string target_label(const std::string& target) {
        if (targets_told.size() >= most_targets_told && !targets_told.contains(target))
            return "other";
        return *targets_told.insert(target).first;
    }
    Gauge& reload_well = gauges(registry, "rolloutd_config_last_reload_successful",
                                "0 when the last reload was refused and the old set stayed")
                             .Add({});
    Gauge& reload_at = gauges(registry, "rolloutd_config_last_reload_success_timestamp_seconds",
                              "When configuration and policies were last taken over")
                           .Add({});
    Gauge& policies_loaded =
        gauges(registry, "rolloutd_policies_loaded", "Policies in force").Add({});
    Gauge& rules_loaded = gauges(registry, "rolloutd_rules_loaded", "Rules in force").Add({});
    Gauge& undetermined = gauges(registry, "rolloutd_tickets_undetermined",
                                 "Watched tickets with a rule whose verdict is undetermined")
                              .Add({});
    Gauge& overridden =
        gauges(registry, "rolloutd_rules_overridden",
               "Rules that a person has overridden for a ticket by continuing their pause")
            .Add({});
    Gauge& proposals =
        gauges(registry, "rolloutd_proposals_open", "Proposals that wait for a person").Add({});
    Gauge& memory =
        gauges(registry, "rolloutd_process_resident_memory_bytes", "Resident memory of the daemon")
            .Add({});
    Counter& cpu = counters(registry, "rolloutd_process_cpu_seconds_total",
                            "Processor time of the daemon, user and system")
                       .Add({});
    Gauge& start = gauges(registry, "rolloutd_start_time_seconds",
                          "When the daemon started, as seconds since 1970")
                       .Add({});
    Family<Gauge>& build = gauges(registry, "rolloutd_build_info", "Always 1; see the labels");
};

metrics::metrics(policies::timestamp start) : all_(std::make_unique<families>()) {
    all_->start.Set(seconds(start));
    all_->build.Add({{"version", ROLLOUTD_VERSION}}).Set(1);
    all_->reload_well.Set(1);
}

metrics::~metrics() = default;

void metrics::evaluated(const std::string& policy, policies::verdict what) {
    auto of_policy = all_->evaluated.find(policy);
    if (of_policy == all_->evaluated.end()) {
        const bool room = all_->evaluated.size() < most_policies;
        of_policy = all_->evaluated.try_emplace(room ? policy : "other").first;
    }
    Counter*& one = of_policy->second.at(static_cast<std::size_t>(what));
    if (one == nullptr)
        one = &all_->evaluations.Add(
            {{"policy", of_policy->first}, {"verdict", std::string(to_text(what))}});
    one->Increment();
}

void metrics::read(bool well) { (well ? all_->read_well : all_->read_badly).Increment(); }

void metrics::set_overrun(bool overrun) { all_->overrun.Set(overrun ? 1 : 0); }

void metrics::missed(int slots) { all_->missed.Increment(slots); }

void metrics::decided(policies::decision_outcome outcome, policies::suppression reason) {
    all_->decisions
        .Add({{"outcome", std::string(to_text(outcome))}, {"reason", std::string(to_text(reason))}})
        .Increment();
}

void metrics::tripped(std::string_view limit) {
    all_->trips.Add({{"limit", std::string(limit)}}).Increment();
}

void metrics::operated(policies::action what, std::string_view result) {
    all_->operations.Add({{"action", std::string(to_text(what))}, {"result", std::string(result)}})
        .Increment();
}

void metrics::recorded() { all_->records.Increment(); }

void metrics::notified(const std::string& target, std::string_view result, int messages) {
    all_->notices.Add({{"target", all_->target_label(target)}, {"result", std::string(result)}})
        .Increment(messages);
}

void metrics::set_notices_waiting(const std::string& target, std::size_t messages) {
    all_->notices_waiting.Add({{"target", all_->target_label(target)}})
        .Set(static_cast<double>(messages));
}

void metrics::reloaded(bool well, policies::timestamp now) {
    all_->reload_well.Set(well ? 1 : 0);
    if (well) all_->reload_at.Set(seconds(now));
}

void metrics::request_finished(const api::request_report& what) {
    auto of_endpoint = all_->finished.find(what.endpoint);
    if (of_endpoint == all_->finished.end())
        of_endpoint = all_->finished.try_emplace(std::string(what.endpoint)).first;
    const std::size_t how = what.failed ? 1 + static_cast<std::size_t>(*what.failed) : 0;
    families::requested& one = of_endpoint->second.at(how);
    if (one.number != nullptr) {
        one.number->Increment();
        one.time->Observe(seconds(what.took));
        return;
    }
    static const Histogram::BucketBoundaries bounds{0.005, 0.01, 0.025, 0.05, 0.1,  0.25,
                                                    0.5,   1.0,  2.5,   5.0,  10.0, 30.0};
    const std::string endpoint(what.endpoint);
    const std::string outcome = what.failed ? std::string(to_text(*what.failed)) : "ok";
    one.number = &all_->requests.Add({{"endpoint", endpoint}, {"outcome", outcome}});
    one.time = &all_->request_time.Add({{"endpoint", endpoint}}, bounds);
    one.number->Increment();
    one.time->Observe(seconds(what.took));
}

void metrics::throttled(std::string_view, policies::duration waited) {
    all_->throttled.Increment(seconds(waited));
}

void metrics::rate_changed(double per_second) { all_->rate.Set(per_second); }

void metrics::breaker_changed(bool open) { all_->resting.Set(open ? 1 : 0); }

void metrics::connected(bool resumed) {
    (resumed ? all_->connected_again : all_->connected_anew).Increment();
}

void metrics::set_fsyncs(double total) { raise_to(all_->fsyncs, total); }

void metrics::set_write_failures(double total) { raise_to(all_->write_failures, total); }

double metrics::evaluations_missed() const { return all_->missed.Value(); }

std::string metrics::exposition(const standing& now) {
    families& all = *all_;
    all.ready.Set(now.ready ? 1 : 0);
    for (const policies::mode each :
         {policies::mode::observe, policies::mode::propose, policies::mode::enforce}) {
        all.mode.Add({{"mode", std::string(to_text(each))}}).Set(each == now.ceiling ? 1 : 0);
    }
    for (const char* const state : {"ready", "processing", "paused", "abnormal", "canceled",
                                    "finished", "rollbacked", "error", "unknown", "unseen"}) {
        const auto found = now.tickets_by_state.find(state);
        all.tickets.Add({{"state", state}})
            .Set(found == now.tickets_by_state.end() ? 0 : found->second);
    }
    all.age.Set(seconds(now.oldest_observation));
    all.in_flight.Set(now.operations_in_flight);
    all.breaker.Set(now.breaker_open ? 1 : 0);
    all.frozen.Set(now.frozen ? 1 : 0);
    all.writable.Set(now.journal_writable ? 1 : 0);
    all.journal_seq.Set(static_cast<double>(now.journal_seq));
    if (all.journal_hash_now != nullptr) all.journal_hash.Remove(all.journal_hash_now);
    all.journal_hash_now = &all.journal_hash.Add(
        {{"hash", now.journal_hash}, {"seq", std::to_string(now.journal_seq)}});
    all.journal_hash_now->Set(1);
    all.policies_loaded.Set(now.policies_loaded);
    all.rules_loaded.Set(now.rules_loaded);
    all.undetermined.Set(now.tickets_undetermined);
    all.overridden.Set(now.rules_overridden);
    all.proposals.Set(now.proposals_open);
    all.memory.Set(resident_bytes());
    raise_to(all.cpu, cpu_seconds());
    return prometheus::TextSerializer().Serialize(all.registry.Collect());
}

}  // namespace rolloutd::daemon
