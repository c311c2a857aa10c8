#pragma once
// The smallest world in which an operation can go wrong in every way: one ticket of two or three
// batches, the engine with its records, a cloud, the wire between them, one person, a clock in
// coarse steps, and a process that may die anywhere and folds what was durable. A world is a value;
// successors() gives every world that may come next. What law a step breaks stands in `broken`.

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "policies/engine.h"
#include "tests/policies/state_key.h"
#include "tests/support/a_policy.h"

namespace rolloutd::tests {

// Time in the small world. Everything that the engine counts in is as short as it can be.
namespace small {
using namespace std::chrono_literals;
inline constexpr policies::duration poll = 5s;
inline constexpr policies::duration deadline = 10s;  // of effects
inline constexpr policies::duration cooldown = 20s;
// Beyond every deadline but the longest wait for a pause, and beyond that.
inline constexpr policies::duration long_while = 25s;
inline constexpr policies::duration very_long_while = 140s;
// A request that nobody waits for arrives within the deadline of its effect or not at all.
inline constexpr policies::duration latest = deadline;
inline constexpr policies::duration memory = 200s;  // longer than anything is remembered
}  // namespace small

// What the world is made of, and how much may still go wrong in it.
struct small_plan {
    policies::action what = policies::action::pause;  // the operation that is looked at
    int faults = 2;                                   // answers lost or bad, readings that fail
    int crashes = 1;                                  // of the daemon
    int people = 1;                                   // acts of the person
    int stretches = 1;                                // long times in which nobody looks
    int moves = 2;                                    // of the cloud: instances that settle
};

struct small_cloud {
    std::string status = "PROCESSING";
    int current = 1;
    std::map<policies::instance_id, std::string> instances;
    bool paused_by_person = false;  // the present pause, in truth
    bool pause_is_ours = false;
};

// One operation that the daemon wanted, whatever became of it.
struct try_ledger {
    int tries = 0;           // written since the last end of them
    int effective = 0;       // in the whole episode
    bool doubtful = false;   // the answer to a continue was lost
    bool overruled = false;  // a person undid what it had done
    std::optional<policies::timestamp> failed_at;
};

// A request that is under way although nobody waits for its answer.
struct late_request {
    policies::operation what;
    std::string of;  // the key of its ledger
    policies::timestamp until;
};

struct small_world {
    small_plan left;
    policies::timestamp now;
    policies::sequence records = 0;
    int generation = 1;
    policies::ticket_state state;
    small_cloud cloud;
    std::optional<policies::intended> permit;
    policies::sequence permit_intent = 0;
    std::vector<late_request> late;
    std::map<std::string, try_ledger> ledgers;
    std::string broken;
    bool over = false;

    state_key::value key() const;
};

struct next_world {
    std::string how;
    small_world what;
};

class small_rules {
public:
    explicit small_rules(const small_plan& plan);

    small_world begin() const;
    std::vector<next_world> successors(const small_world& from) const;

    // Everything goes well from here on; what is wrong in the end, or "".
    std::string wrong_after_peace(small_world from) const;

private:
    using worlds = std::vector<next_world>;

    policies::outcome step(small_world& in, const policies::input& what, const std::string& how,
                           worlds* crashes) const;
    policies::reading look_at(const small_cloud& cloud) const;
    void read(const small_world& from, policies::duration after, worlds& next) const;
    void fail_to_read(const small_world& from, worlds& next) const;
    void let_cloud_move(const small_world& from, worlds& next) const;
    void let_person_act(const small_world& from, worlds& next) const;
    void let_late_arrive(const small_world& from, worlds& next) const;
    void crash(const small_world& from, worlds& next) const;
    void send(const small_world& from, worlds& next) const;
    void answer_with(small_world sent, policies::answer_kind kind, const std::string& how,
                     worlds& next) const;

    static void keep_ledger(small_world& in, const policies::ticket_state& state,
                            const policies::event& what);
    void check_send(small_world& in, const policies::outcome& result) const;
    void check_write(small_world& in) const;
    // Whether the cloud carries it out; what it did is counted.
    bool carry_out(small_world& in, const policies::operation& what, const std::string& of) const;
    void restart(small_world& in) const;
    void settle_one(small_cloud& cloud, const std::string& as) const;
    void begin_next(small_cloud& cloud) const;
    // Where the current batch is over: to the next one, a rest, or the end.
    void go_on(small_cloud& cloud) const;

    policies::settings settings_;
    small_plan plan_;
};

// "web/failing ticket 1.0": policy, rule, subject, episode and step.
std::string ledger_of(const policies::intended& what);

}  // namespace rolloutd::tests
