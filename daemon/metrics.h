#pragma once
// What the daemon counts, as Prometheus reads it: every name begins with rolloutd_, and every label
// has few values, whatever the tickets and servers do. Owns the registry; knows no ticket. Called
// on the event loop's thread.

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "api/observer.h"
#include "policies/event.h"
#include "policies/policy.h"

namespace rolloutd::daemon {

// What stands at this moment; handed in whole at each scrape.
struct standing {
    bool ready = false;
    bool journal_writable = false;
    std::uint64_t journal_seq = 0;  // of the last record that is on the disk
    std::string journal_hash;       // its hash
    policies::mode ceiling = policies::mode::observe;
    int policies_loaded = 0;
    int rules_loaded = 0;
    std::map<std::string, int> tickets_by_state;  // "processing", "unseen", ...
    int tickets_undetermined = 0;                 // with at least one rule that is undetermined
    int rules_overridden = 0;                     // rules of tickets that a person has overridden
    int proposals_open = 0;
    policies::duration oldest_observation{};
    int operations_in_flight = 0;
    bool breaker_open = false;
    bool frozen = false;
};

class metrics final : public api::request_observer {
public:
    explicit metrics(policies::timestamp start);
    ~metrics() override;
    metrics(const metrics&) = delete;
    metrics& operator=(const metrics&) = delete;

    // Each rule of each step; the policy's name is a label as there are only as many as are loaded.
    void evaluated(const std::string& policy, policies::verdict what);
    // A reading of a ticket that was judged: a good one, or one that failed.
    void read(bool well);
    void missed(int slots);
    void decided(policies::decision_outcome outcome, policies::suppression reason);
    // A limit of the daemon was passed: one of four names, or "other".
    void tripped(std::string_view limit);
    void operated(policies::action what, std::string_view result);
    void recorded();
    // So many messages to a target: "delivered", "failed", "refused", "dropped", "expired".
    void notified(const std::string& target, std::string_view result, int messages);
    void set_notices_waiting(const std::string& target, std::size_t messages);
    void reloaded(bool well, policies::timestamp now);

    void request_finished(const api::request_report& what) override;
    void throttled(std::string_view endpoint, policies::duration waited) override;
    void rate_changed(double per_second) override;
    void breaker_changed(bool open) override;
    // A connection to the cloud was made; TLS took up an earlier session, or had none to take up.
    void connected(bool resumed);

    // Whether the tickets cannot be read as often as poll.slowest asks.
    void set_overrun(bool overrun);

    // The journal's own counts, as it tells them: they only grow.
    void set_fsyncs(double total);
    void set_write_failures(double total);

    // The whole exposition, in Prometheus' text format 0.0.4.
    std::string exposition(const standing& now);

    double evaluations_missed() const;

private:
    struct families;
    std::unique_ptr<families> all_;
};

}  // namespace rolloutd::daemon
