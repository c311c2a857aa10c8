#pragma once
// The people at rolloutctl in a simulated day: they freeze and thaw, hold and release, order
// operations of their own, answer proposals and close the breaker. Whoever gets no answer, or is
// told that nothing came of it, asks again, as people do. Speaks to the daemon through its
// operators' pages alone; what it may do after that the referee judges.

#include <list>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/sim/coc_end.h"
#include "tests/sim/errands.h"
#include "tests/sim/referee.h"
#include "tests/sim/rollouts.h"
#include "tests/sim/world.h"

namespace rolloutd::sim {

class crew {
public:
    struct parts {
        coc_end& cloud;
        referee& judge;
        const std::vector<rollout>& rollouts;
    };

    // The parts must outlive it.
    crew(const parts& around, std::vector<errand> errands, dice chance);

    // Each durable line of the journal: who opens a proposal is answered. Now and then somebody
    // holds a ticket, or freezes everything, in the very moment in which a rule is about to act.
    void hear(const std::string& line, world& where);

    // Does what is due now.
    void look(world& where);
    // When it wants to look again on its own account; timestamp::max() when it does not.
    timestamp next_due(timestamp now) const;

    // What it had asked will not be answered.
    void process_died();

    // Every stop was ended, and that was acknowledged.
    bool is_done() const;

    // It has stopped rules on this ticket, or is about to.
    bool stops(const std::string& ticket) const;

private:
    struct stop {
        errand what;
        bool asked = false;  // and not answered
        bool on = false;     // answered with yes
        bool over = false;
    };
    // A person's own operations on one ticket.
    struct order {
        timestamp seen{};     // since when it was PROCESSING, or PAUSED by this order
        timestamp tried{};    // asked for last
        bool taken = false;   // the daemon has said yes
        bool paused = false;  // the ticket has come to that
    };
    struct question {
        std::string ticket;
        timestamp at;
    };

    void interfere(const std::string& ticket, world& where);
    void go_on(stop& each, world& where);
    void give_orders(const rollout& which, world& where);
    void steer(const std::string& id, const std::string& status, order& mine, world& where);
    void command(const std::string& what, const std::string& ticket, world& where);
    void answer_proposals(world& where);
    void say(const std::string& path, const std::string& command, const std::string& ticket,
             world& where);
    void settle(const std::string& path, const std::string& command, const std::string& ticket,
                bool well);

    parts around_;
    dice chance_;
    timestamp leaves_at_{};  // nobody stops anything on a sudden from then on
    std::list<stop> stops_;
    std::map<std::string, order> orders_;
    std::map<std::uint64_t, question> questions_;  // by the proposal's id
    bool tripped_ = false;                         // the breaker may be open
    std::set<std::string> asking_;                 // paths that are not answered yet
};

}  // namespace rolloutd::sim
