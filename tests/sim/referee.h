#pragma once
// Watches what the daemon does from outside of it, at the network and at the disk, and says where
// it breaks a law of DESIGN §3: the rate is kept in every interval, nothing is sent without a
// durable intent of its own, an operation takes effect at most once per episode, none is sent
// beside another, upon a reading that failed, or again without a reading since the last try, and no
// rule's while people forbid it. Decides nothing and owns nothing else.

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tests/sim/faulty_client.h"
#include "tests/sim/prohibitions.h"

namespace rolloutd::sim {

struct rate_limit {
    int per_second = 20;
    int burst = 40;
};

// Whether never more than burst + rate x t requests were seen in any interval t. That is so exactly
// when a bucket of `burst` that is filled at `rate` never runs dry, and it is counted in whole
// thousandths.
class rate_gauge {
public:
    explicit rate_gauge(rate_limit most) : most_(most), level_(most.burst * std::int64_t{1000}) {}

    // One more; false when it was one too many.
    bool count(timestamp now);

private:
    rate_limit most_;
    std::int64_t level_;
    timestamp last_ = timestamp::min();
};

// What was counted, for the report of a run.
struct tally {
    std::uint64_t requests = 0;
    std::uint64_t operations = 0;                  // written
    std::map<std::string, std::uint64_t> effects;  // "paused", ...
    std::map<trouble, std::uint64_t> troubles;     // that requests met
    std::map<std::string, int> acts;               // of people at rolloutctl, that were answered
};

class referee final : public traffic_listener {
public:
    explicit referee(rate_limit most) : most_(most), gauge_(most) {}

    void written(const parcel& what, timestamp now) override;
    void took_effect(const parcel& what, const std::string& effect, timestamp now) override;
    void ended(const parcel& what, bool well, timestamp now) override;
    void met(trouble what) override { ++seen_.troubles[what]; }

    // A line of the journal that would survive a crash from here on, without its LF.
    void became_durable(const std::string& line);

    // A person's act has reached the living process. "" as ticket: it is about the whole fleet.
    void act_heard(const std::string& command, const std::string& ticket);
    void act_answered(const std::string& command, const std::string& ticket, const act_answer& said,
                      timestamp now);
    // What people forbid, as the record has it.
    const prohibitions& forbidden() const { return forbidden_; }

    // The process is dead: the next one owes nothing to what was under way.
    void process_died(timestamp now);

    // Called at each moment about an operation: its intent is durable, it is written, it has its
    // effect, it is answered; and when a person has asked for something.
    void tell_moments(std::function<void()> hearer) { at_moment_ = std::move(hearer); }

    // A line of the journal as it stands in the end. Each that was durable must be among them.
    void found(const std::string& line);
    void report_lost(timestamp now);

    // An operation of the ticket was seen to be confirmed, for good.
    bool is_confirmed(const std::string& ticket) const { return confirmed_.contains(ticket); }

    void report(timestamp now, const std::string& what);

    // At most a hundred; the first is the one to look at.
    const std::vector<std::string>& violations() const { return violations_; }
    const tally& seen() const { return seen_; }

    // How often operations of this ticket took effect, by effect.
    std::map<std::string, int> effects_on(const std::string& ticket) const;

private:
    struct intent {
        std::string episode;  // policy, rule, subject, episode and step in one text
        std::string body;
        bool of_a_person = false;
        bool used = false;
    };
    struct ticket_record {
        std::map<std::uint64_t, intent> intents;
        std::map<std::string, int> effective;    // by episode
        std::map<std::string, timestamp> tried;  // until when, by episode
        std::map<std::string, int> effects;
        std::optional<timestamp> well_read_at;  // nothing when the last answer was a bad one
        int in_flight = 0;
    };
    struct operation {
        std::string ticket;
        std::string episode;
    };

    void sent(const parcel& what, timestamp now);
    static intent intent_of(const boost::json::object& body);
    void unreadable(const std::string& line);
    intent* take_intent(ticket_record& of, const std::string& body);

    void note_moment() const {
        if (at_moment_) at_moment_();
    }

    rate_limit most_;
    rate_gauge gauge_;
    std::function<void()> at_moment_;
    std::set<std::string> durable_;  // hashes of lines
    std::set<std::string> confirmed_;
    std::map<std::string, ticket_record> tickets_;
    std::map<std::uint64_t, operation> operations_;  // by the number of their request
    std::vector<std::string> violations_;
    prohibitions forbidden_;
    tally seen_;
};

// The ticket that a request is about; "" when it is about none.
std::string ticket_of(const api::http_request& asked);

}  // namespace rolloutd::sim
