#pragma once
// Drives the engine as the daemon does, without a daemon: time passes when the test says so,
// records are kept in memory. After every step it checks that the live state is the fold of the
// records.

#include <string>
#include <vector>

#include "policies/engine.h"
#include "tests/support/a_policy.h"
#include "tests/support/a_ticket.h"

namespace rolloutd::tests {

struct record {
    policies::stamp where;
    policies::event what;
};

class rollout_story {
public:
    explicit rollout_story(std::vector<a_policy> policies);

    // The time at which the next step takes place.
    rollout_story& after(policies::duration length);

    const policies::outcome& take(const policies::input& what) { return step(what); }
    const policies::outcome& see(const policies::reading& what);
    const policies::outcome& fail(std::string code = "timeout");
    const policies::outcome& wake();
    // Of the operation that was sent last.
    const policies::outcome& answer(policies::answer_kind kind,
                                    policies::duration retry_after = {});
    const policies::outcome& withhold(std::string why = "hold");

    // A person, ana, speaks: hold, release, or an answer to a proposal.
    const policies::outcome& say(policies::act_kind what, policies::sequence proposal = 0);
    // She asks for an operation.
    const policies::outcome& order(policies::action what, std::optional<int> batch = std::nullopt,
                                   std::optional<policies::instance_id> instance = std::nullopt);

    // The same reading a number of times, `every` apart; the first one after `every`.
    void watch(const policies::reading& what, int times, policies::duration every = 5s);

    // The process ends and another begins: what is volatile is lost.
    void restart(std::optional<policies::timestamp> seen_until = std::nullopt);

    // Other policies from now on.
    void reload(std::vector<a_policy> policies);

    const std::vector<record>& records() const { return records_; }
    const policies::ticket_state& state() const { return state_; }
    policies::timestamp now() const { return now_; }
    policies::settings& rules() { return rules_; }
    policies::fleet_view& fleet() { return fleet_; }
    const policies::outcome& last() const { return last_; }

    // Events of one kind, oldest first.
    template <class Event>
    std::vector<Event> all() const {
        std::vector<Event> found;
        for (const record& each : records_) {
            if (const auto* what = std::get_if<Event>(&each.what)) found.push_back(*what);
        }
        return found;
    }
    // The operations that were handed out to be sent: "pause", "skip_batch 1".
    const std::vector<std::string>& sent() const { return sent_; }
    // The last decision: "act", "suppressed/guarded".
    std::string decision() const;
    // The id of the proposal that was opened last, or 0.
    policies::sequence proposal() const;
    // "open", "expired", "withdrawn": the last proposal record; empty when there is none.
    std::string proposal_fate() const;
    // "confirmed", "lost"; empty when there is none.
    std::string effect() const;

private:
    const policies::outcome& step(const policies::input& what);

    policies::settings rules_;
    policies::fleet_view fleet_;
    policies::timestamp now_;
    policies::duration planned_ = 5s;
    policies::ticket_state state_;
    policies::ticket_state folded_;
    std::vector<record> records_;
    std::vector<std::string> sent_;
    policies::sequence sending_ = 0;
    policies::outcome last_;
};

}  // namespace rolloutd::tests
