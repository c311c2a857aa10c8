#pragma once
// What people are told, concluded from what is recorded and from how the daemon stands: turns
// events and conditions into notices, and remembers which of those last, so that their end can be
// told as well. Pure: no clock, no socket. Owned by the herald; decides nothing about tickets.

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "daemon/journal/bodies.h"
#include "daemon/notices/notice.h"
#include "policies/event.h"
#include "policies/policy.h"
#include "policies/ticket_state.h"

namespace rolloutd::daemon {

// Something about the daemon itself that lasts. `event` is one word of its own, as
// "journal_not_writable", and no two conditions share one.
struct condition {
    std::string event;
    notice_level level = notice_level::warning;
    std::string text;  // why, and what to do
    sequence seq = 0;  // of the record that says so; 0 when there is none
};

// The mode in which a policy of that name is; of "", and of one that is gone, the daemon's.
using mode_source = std::function<std::string(const std::string& policy)>;

// A condition of the daemon's own has ended when it was absent for so long: one that comes and goes
// is told once.
inline constexpr policies::duration absent_for = std::chrono::seconds{30};

// Of those that last, so many are remembered; the rest is told like what happens once.
inline constexpr std::size_t most_ongoing = 1000;

class notice_ledger {
public:
    // `journal` is the journal's id, which makes the ids of notices differ between installations.
    explicit notice_ledger(std::string journal) : journal_(std::move(journal)) {}

    // What an event that was recorded at `where` gives people to know; mostly nothing.
    std::vector<notice> hear(const ticket_id& ticket, const policies::event& what,
                             const policies::stamp& where, const mode_source& mode_of);

    // What the state of a ticket, as recovered at `now`, says to have begun before this start:
    // remembered without being told again.
    void resume(const policies::ticket_state& state, const policies::policy_set& by, timestamp now,
                const mode_source& mode_of);

    // Other policies: what was told of rules that are gone has ended.
    std::vector<notice> keep_rules_of(const policies::policy_set& by, timestamp now);

    // How the daemon stands at `now`, all of it: what is new has begun, what has been missing for
    // absent_for has ended, and what goes on has the text of now.
    std::vector<notice> stand(const std::vector<condition>& all, timestamp now,
                              const std::string& mode);

    // What lasts, by its key.
    const std::map<std::string, notice>& ongoing() const { return ongoing_; }

private:
    struct about;
    notice made(const about& what, const policies::stamp& where, const std::string& mode) const;
    notice made_of(const ticket_id& ticket, const policies::notified& what,
                   const policies::stamp& where, const std::string& mode) const;
    notice made_of(const ticket_id& ticket, const policies::proposed& what,
                   const policies::stamp& where, const std::string& mode) const;
    void begin(notice what, std::vector<notice>& into);
    void end(const std::string& key, const policies::stamp& where, std::vector<notice>& into);
    void end_all_of(const ticket_id& ticket, const policies::stamp& where,
                    std::vector<notice>& into);
    std::vector<notice> heard(const ticket_id& ticket, const policies::notified& what,
                              const policies::stamp& where, const std::string& mode);
    std::vector<notice> heard(const ticket_id& ticket, const policies::proposed& what,
                              const policies::stamp& where, const std::string& mode);

    std::string journal_;
    std::map<std::string, notice> ongoing_;
    std::map<std::string, timestamp> absent_;  // conditions that are missing, since when
};

// What a policy, rule and subject of a ticket are called in sentences: "web/r of SCT1, batch 2".
std::string named_subject(const ticket_id& ticket, const std::string& policy,
                          const std::string& rule, const policies::subject& who);

}  // namespace rolloutd::daemon
