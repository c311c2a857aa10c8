#pragma once
// The record against the engine: feeds each recorded input to policies::step() again and compares
// every event that comes of it with the one that was recorded (DESIGN §3 laws 2 and 8, §9). Pure:
// records come in, in their order, and a report comes out; no files, no clock. docs/replay.md says
// what can be reproduced and what cannot. Called by `rolloutctl replay`, by the simulation after
// each day, and by tests.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/journal/fold.h"
#include "daemon/replay/recorded_settings.h"
#include "policies/engine.h"

namespace rolloutd::daemon {

// Where a record stands, for people.
struct record_place {
    std::string file;
    std::uint64_t line = 0;
};

struct replay_options {
    std::shared_ptr<const policies::cel::zone_source> zones;
    std::string ticket;              // compare this one alone; "" for all
    std::optional<timestamp> since;  // compare what was recorded from then on
    bool go_on = false;              // look for further differences behind the first
};

// What the record says and what the engine concludes instead. One of the two texts is empty when
// there is nothing on its side.
struct replay_difference {
    sequence seq = 0;  // of the record that differs, or of the one behind which one is missing
    record_place place;
    timestamp at;
    ticket_id ticket;
    std::string kind;
    std::string recorded;
    std::string produced;
};

struct replay_report {
    std::uint64_t records = 0;   // that were read
    std::uint64_t steps = 0;     // that were taken again
    std::uint64_t compared = 0;  // records of tickets that were concluded again, and equal
    std::map<std::string, std::uint64_t> kinds;  // of those
    // Steps that could not be judged, by what the record does not hold.
    std::map<std::string, std::uint64_t> undetermined;
    std::uint64_t cut_short = 0;  // steps that a crash ended before all of them was durable
    std::set<ticket_id> tickets;
    std::set<std::string> versions;              // of the engines that wrote
    std::vector<replay_difference> differences;  // at most a hundred
};

class replayer {
public:
    explicit replayer(replay_options how);

    // What was known before the first record, where that is not the journal's own first.
    void begin_with(recovered before);

    // The next record, whole (record_reader). False when a difference has been found and no more
    // are looked for.
    bool take(record what, const record_place& where);
    // The fleet as the ticket's next step saw it, where the records of others are not at hand.
    void see_fleet(const policies::fleet_view& view) { next_view_ = view; }
    // After the last record.
    bool finish();

    const replay_report& report() const { return report_; }

private:
    struct replayed_ticket {
        policies::ticket_state state;
        // What is not recorded of it, because it may be lost at any time, has to be found out.
        bool unsure = false;
        int judged_by = 0;  // generation of the settings that judged its last reading
        // Only one reading was judged since a reload: it may as well have been the last of before.
        bool first_since_reload = false;
    };
    struct entry {
        record what;
        record_place where;
        std::optional<policies::event> event;  // nothing for the daemon's own
        std::optional<policies::fleet_view> fleet;
    };
    struct attempt;
    struct surroundings;
    struct search;

    bool belongs_to_step(const record& what) const;
    void end_step(bool at_end);
    void step_through(bool torn);
    std::size_t take_input(std::size_t from, bool torn);
    search find_way(const replayed_ticket& who, const std::vector<surroundings>& ways,
                    std::size_t from) const;
    attempt try_step(const policies::ticket_state& base, const surroundings& around,
                     std::size_t from) const;
    std::size_t next_event(std::size_t at, const surroundings& around, bool passed_over) const;
    bool is_whole(const attempt& tried) const;
    std::string unrecorded_fact(const replayed_ticket& who, std::vector<surroundings> ways,
                                std::size_t from, std::optional<attempt>& best) const;
    std::vector<policies::ticket_state> guesses(const replayed_ticket& who,
                                                const policies::settings& rules) const;
    void adopt(replayed_ticket& who, std::size_t from, std::size_t to);
    void fold_daemons(const record& what);
    void fold_entry(const entry& what);
    bool is_about_watching(const entry& first) const;
    bool is_compared(const entry& first) const;
    void report_difference(const attempt& found, std::size_t from);
    void count_equal(std::size_t from, std::size_t to);
    policies::fleet_view fleet_for(const entry& first) const;

    replay_options how_;
    recorded_settings settings_;
    fleet_state fleet_;
    std::map<ticket_id, replayed_ticket> tickets_;
    std::optional<policies::fleet_view> next_view_;
    std::vector<entry> step_;  // the records of one step, and what stood between them
    bool mid_journal_ = false;
    bool stopped_ = false;
    replay_report report_;
};

}  // namespace rolloutd::daemon
