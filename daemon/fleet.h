#pragma once
// Which tickets are watched: starts one watcher for each, ends it when the ticket is over or no
// longer wanted, and remembers for a while those that it let go. Knows nothing of what is in a
// ticket. Owned by the app; read by the status pages.

#include <boost/asio/awaitable.hpp>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "api/task_group.h"
#include "daemon/watcher.h"

namespace rolloutd::daemon {

// A ticket that is to be watched, and who says so: "config", "discover" or "operator".
struct watch_entry {
    policies::ticket_id id;
    std::map<std::string, std::string> labels;
    std::string source = "config";
};

// All that are to be watched; those that were discovered before stay, if `discovering`.
struct watch_list {
    std::vector<watch_entry> named;
    bool discovering = false;
};

using ticket_states = std::map<policies::ticket_id, policies::ticket_state>;

struct fleet_changes {
    std::vector<policies::ticket_id> added;
    std::vector<policies::ticket_id> removed;
};

// A ticket that is no longer watched, to be shown for a while.
struct past_ticket {
    policies::ticket_state state;
    std::string why;  // "over", "removed"
    policies::timestamp at;
};

class fleet {
public:
    fleet(boost::asio::any_io_executor loop, watch_parts around);
    ~fleet();

    // Begins with what recovery found: tickets of the journal that are still wanted go on where
    // they were, the rest are let go. First readings are spread over the interval.
    void start(const watch_list& wanted, ticket_states recovered);

    // Takes over other settings and another list, without a gap for tickets that are in both.
    fleet_changes reload(const watch_list& wanted, std::shared_ptr<const policies::settings> rules,
                         const poll_plan& poll);

    // Watches one more from now on, unless it is watched, or was seen to be over.
    void discover(const policies::ticket_id& id);

    // Watches one more because a person asks for it; it stays watched when the configuration does
    // not name it. False when it is watched already, or nothing new is begun.
    bool add(const policies::person& who, const watch_entry& what);

    // Lets a ticket go because a person asks for it, once what was sent for it is settled.
    // Discovery does not bring it back in this run. False when it is not watched.
    bool remove(const policies::person& who, const policies::ticket_id& id);

    // Who watches the ticket; null when nobody does, or not for long.
    watcher* find(const policies::ticket_id& id) const;
    // Whose ticket waits for an answer to the proposal; null when there is no such proposal.
    watcher* find_proposer(policies::sequence proposal) const;

    // Called with each ticket that is let go.
    void set_farewell(std::function<void(const policies::ticket_id&)> what) {
        farewell_ = std::move(what);
    }

    // Who holds a ticket that is watched again, from the time before it was let go; null for
    // nobody.
    void set_holders(std::function<const policies::person*(const policies::ticket_id&)> who) {
        holders_ = std::move(who);
    }

    // Something has happened to a ticket, as somebody else has seen: it is read soon.
    void hear(const policies::ticket_id& id) { turns_.hear(id); }

    const turns& order() const { return turns_; }

    // Ends every watcher: at once, or when the operation that it has sent is settled.
    boost::asio::awaitable<void> stop();

    // Until when all tickets that are not blind have been read without a gap; nullopt while one of
    // them has not been read since the start.
    std::optional<policies::timestamp> seen_until() const;

    // Lets every watcher see how much time has passed. About once a second.
    void notice_silence();

    // What a snapshot of the journal holds, a ticket at a time: the state of the first one that is
    // watched, or was recovered and not yet sorted out, whose id is `from` or comes after it. Null
    // when there is none.
    const policies::ticket_state* state_from(const policies::ticket_id& from) const;

    const std::map<policies::ticket_id, std::unique_ptr<watcher>>& watchers() const {
        return watchers_;
    }
    const std::deque<past_ticket>& past() const { return past_; }
    // What is known of the fleet as a whole at this moment.
    policies::fleet_view view() const { return around_.records.fleet({}, around_.time.now()); }
    const watch_parts& parts() const { return around_; }

private:
    void add(const watch_entry& what, policies::ticket_state state);
    static void rename(watcher& who, const watch_entry& as);
    policies::ticket_state take_recovered(const policies::ticket_id& id);
    void forget_past(const policies::ticket_id& id);
    bool is_over(const policies::ticket_id& id) const;
    boost::asio::awaitable<void> watch(watcher* who);
    void end(watcher& who);
    void let_go(policies::ticket_state state, std::string why);

    watch_parts around_;
    turns turns_;
    api::task_group group_;
    std::map<policies::ticket_id, std::unique_ptr<watcher>> watchers_;
    std::deque<past_ticket> past_;             // oldest first
    ticket_states recovered_;                  // not yet sorted into the two above
    std::set<policies::ticket_id> dismissed_;  // by people: discovery leaves them alone
    std::function<void(const policies::ticket_id&)> farewell_;
    std::function<const policies::person*(const policies::ticket_id&)> holders_;
    bool stopping_ = false;
};

}  // namespace rolloutd::daemon
