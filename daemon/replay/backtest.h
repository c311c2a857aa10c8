#pragma once
// Other policies over the recorded time: which tickets they would have paused, sooner or later, and
// what that would have saved or cost (DESIGN §4, docs/replay.md). Pure: records come in, in their
// order, and a report comes out; of each watched ticket one state is held, of the journal nothing.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "daemon/journal/fold.h"
#include "daemon/replay/recorded_settings.h"
#include "daemon/replay/what_if.h"

namespace rolloutd::daemon {

struct backtest_options {
    std::shared_ptr<const policies::cel::zone_source> zones;
    std::shared_ptr<const policies::policy_set> policies;
    std::string ticket;                     // "" for all
    std::optional<timestamp> since;         // tell of what was and would have been from then on
    std::optional<policies::mode> ceiling;  // of the daemon; the recorded one where it is not given
};

// A ticket that the tried policies would have treated otherwise.
struct tried_ticket {
    ticket_id id;
    std::string name;
    timestamp differs_at;
    std::optional<tried_act> old_pause;
    std::optional<tried_act> new_pause;
    std::optional<tried_act> old_wish;  // a pause that was only proposed or noted
    std::optional<tried_act> new_wish;
    std::vector<tried_act> only_new;
    std::vector<tried_act> only_old;
    int untouched = 0;    // were READY at the new pause and started later
    duration needless{};  // an estimate: how long it would have been held for nothing
    std::string status;   // the last one recorded
};

struct backtest_report {
    std::uint64_t records = 0;
    std::uint64_t steps = 0;
    std::uint64_t tickets = 0;  // that were watched; with `since`, from then on
    std::uint64_t tried = 0;    // of these, that could be judged
    std::uint64_t differing = 0;
    int paused_by_both = 0;
    int paused_sooner = 0;
    int paused_later = 0;
    int paused_only_new = 0;
    int paused_only_old = 0;
    int wished_new = 0;  // not paused, but a pause was proposed or noted
    int wished_old = 0;
    duration sooner_by{};  // together
    duration later_by{};
    std::uint64_t untouched = 0;
    int needless_holds = 0;
    duration needless{};
    std::map<std::string, std::string> left_out;  // policies that rest on what was not recorded
    std::map<std::string, std::uint64_t> undetermined;  // tickets, by what was not recorded
    std::vector<tried_ticket> otherwise;                // the first thousand, as they ended
};

class backtest {
public:
    explicit backtest(backtest_options how);

    void begin_with(recovered before);
    void take(const record& what);
    // The same without a body: an event that was read otherwise.
    void take(const envelope& head, const policies::event& what);
    void finish();
    const backtest_report& report() const { return report_; }

private:
    bool is_tried(const ticket_id& id) const { return how_.ticket.empty() || how_.ticket == id; }
    void take_daemons(const record& what);
    void look_on(const ticket_id& id, what_if& who, timestamp until);
    void look_before_switch(timestamp at);
    what_if::world world_of(const settings_in_force& now);
    void close_step();
    void conclude(const ticket_id& id, what_if& who);
    void count_pauses(const what_if& who);
    what_if& known(const ticket_id& id);

    backtest_options how_;
    recorded_settings settings_;
    fleet_state fleet_;
    policies::fleet_view view_;
    std::map<ticket_id, what_if> tickets_;
    std::set<ticket_id> unknown_;   // rest on what was not recorded
    std::set<ticket_id> unjudged_;  // all policies were left out
    ticket_id step_ticket_;
    timestamp step_at_;
    what_if* stepping_ = nullptr;
    sequence next_number_ = sequence{1} << 48;  // beyond those of the record
    backtest_report report_;
};

}  // namespace rolloutd::daemon
