#pragma once
// Who is read next, with more tickets than the cloud may be asked about at once. Pure: time and
// what readings showed are handed in, and the same history gives the same order. It counts no
// requests: how fast it is asked is the rate limiter's business (api/limiter).
//
// For the fleet (daemon/turns):
//   add()/remove()  with the watchers; a reload calls set_pace().
//   next(now)       whenever the limiter has room for a reading: the ticket whose watcher is to be
//                   poked. Nobody: sleep until earliest(), or until something below is called.
//   seen()          after the step on a fresh reading, with foresee(...) of it. What it returns is
//                   the `planned` of that ticket's next policies::seen.
//   missed()        after one that failed.
//   hear()          when the list endpoint shows another status than the last reading did.
//   review()        after a reload.
//
// The order of those that may be read at `now`:
//   1. whoever would else be unseen for more than 2 x slowest, the oldest first;
//   2. whoever is awaited, the earliest first: a `for` ends, an effect is due, a rule comes true by
//      time alone; first readings, and those after a reload, take turns with the most urgent of 3;
//   3. by how much delay a reading is expected to save: the age of the last reading, weighed with
//      the chance that a rule has come true since, which grows with its nearness and with the pace
//      at which instances have failed and finished.
// A quiet ticket is read in its slot, once per `slowest`; others in their slot of `every` at the
// soonest; those that may fire any moment after `fastest`. Slots follow from the ids alone, evenly
// spread, and so are the same after a restart.

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "policies/chance.h"
#include "policies/foresight.h"
#include "policies/lookup.h"
#include "policies/worth_curve.h"

namespace rolloutd::policies {

// `poll` of rolloutd.yaml, and the budget: readings per second, which is requests per second over
// the requests of one reading, less what operations must be able to have. All above zero.
struct reading_pace {
    duration every = std::chrono::seconds{5};
    duration fastest = std::chrono::seconds{1};
    duration slowest = std::chrono::seconds{60};
    double per_second = 10;
};

enum class turn_reason { starving, awaited, likely };
std::string_view to_text(turn_reason what);

struct turn {
    ticket_id id;
    turn_reason why = turn_reason::likely;
    duration age{};  // since it was read last, or added
};

class reading_order {
public:
    explicit reading_order(const reading_pace& pace);

    void set_pace(const reading_pace& pace);

    // The ticket is to be read from now on. One that is there already stays as it is.
    void add(const ticket_id& id, timestamp now);
    void remove(const ticket_id& id);
    std::size_t size() const { return entries_.size(); }

    // Who is read now; the ticket is not named again before seen() or missed().
    std::optional<turn> next(timestamp now);

    // When next() will have somebody, if nothing happens meanwhile; in the past if it has now.
    // Nothing when all are being read, or there is none.
    std::optional<timestamp> earliest();

    // How long until the next reading, as things are: from the ticket's pace, from what turns cost
    // at present, and from how many others wait for theirs.
    duration seen(const ticket_id& id, const foresight& what, timestamp now);

    // The reading failed: the ticket has had its turn, and may have another in its slot of `every`
    // or when it is `asked`, not before `wait` is over. Returns how long until then.
    duration missed(const ticket_id& id, timestamp now, duration wait = {},
                    std::optional<timestamp> asked = {});

    // Something has happened to the ticket: it is awaited now.
    void hear(const ticket_id& id, timestamp now);

    // What the tickets are judged by has changed: each is awaited in its slot within `every`.
    void review(timestamp now);

    // When the last turn was over of the one who waits longest; nothing when nobody waits.
    std::optional<timestamp> oldest() const;

private:
    // What a reading may find, and what that was worked out from.
    struct outlook {
        worth_curve worth;
        bool any_moment = false;  // a rule may well come true within `every`
        pace_of_change failing;
        pace_of_change finishing;
    };
    struct entry {
        std::uint64_t lot = 0;  // from the id: who comes before whom among equals
        double place = 0;       // 0 <= place < 1, of its slot within any interval
        timestamp read;         // when its last reading ended, failed too, or when it was added
        bool ever = false;      // it has been read
        bool out = false;       // it is being read
        foresight known;
        pace_of_change failing;  // the recent past above all
        pace_of_change finishing;
        outlook ahead;
        timestamp not_before;
        timestamp barred;  // until when the server asked not to be asked
        std::optional<timestamp> awaited;
        std::optional<timestamp> heard;  // came while it was being read: awaited from then on
        bool soon = false;               // one of its rules may come true any moment
        bool patient = false;            // awaited for a first look or a review, with many others
        timestamp starts;  // from when it may be named; as it is listed in `by_start_`
    };
    using entries = std::map<ticket_id, entry>;
    // Entries by a time, those of one time by their ids.
    struct at_time {
        timestamp at;
        entries::iterator who;
        bool operator<(const at_time& other) const {
            return at != other.at ? at < other.at : who->first < other.who->first;
        }
    };

    // One that may be named, and how much speaks for it; the lot decides between equals.
    struct candidate {
        double weight = 0;
        entries::iterator who;
        bool operator<(const candidate& other) const {
            return weight != other.weight ? weight < other.weight
                                          : who->second.lot > other.who->second.lot;
        }
    };
    // A heap: who comes first is in front.
    using line = std::vector<candidate>;

    entries::iterator find(const ticket_id& id);
    void place_all();
    void rank(timestamp now);
    entries::iterator first_of(line& among);
    std::optional<turn> best(timestamp now);
    bool anybody_starves(timestamp now) const;
    duration whole_round() const;
    duration longest_unseen() const;
    duration planned(timestamp at, timestamp now) const;
    turn take(entries::iterator who, turn_reason why, timestamp now);
    void back(entries::iterator who, timestamp now);
    static void await(entry& who, timestamp at);
    void list(entries::iterator who);
    void unlist(entries::iterator who);
    timestamp slot_after(const entry& who, timestamp from, duration interval) const;
    timestamp soonest(entry& who) const;
    static void learn(pace_of_change& pace, double count, double length);
    static double chance_within(const entry& who, double ahead);
    void look_ahead(entry& who) const;
    static bool stands(const entry& who);

    reading_pace pace_;
    entries entries_;
    lookup<entries::iterator> where_;  // each is in `entries_`
    // Those that are not being read, by the end of their last reading, and by when they may be
    // named: of ten thousand tickets few may be at any moment.
    std::set<at_time> by_age_;
    std::set<at_time> by_start_;
    // Those that could be named at `ranked_at_`, by what they could be named for. Where thousands
    // wait, weighing them anew for each turn would cost more than a reading.
    line awaited_;
    line patient_;
    line soon_;
    line likely_;
    std::optional<timestamp> ranked_at_;  // absent when somebody has joined them since
    bool placed_ = true;
    bool patient_next_ = false;  // of those that are patient and those that may fire soon
    double price_ = 0;           // what the turns of the third kind were worth lately
    int queue_ = 0;              // how many could have been named at the last choice, and were not
};

}  // namespace rolloutd::policies
