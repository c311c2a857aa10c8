#pragma once
// A daemon's journal without a daemon: the engine is stepped as watchers step it, and every event
// goes to a real journal on a disk in memory. Then the record is replayed, or changed by hand.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "daemon/replay/journal_source.h"
#include "daemon/replay/replayer.h"
#include "policies/policy_loader.h"
#include "tests/daemon/journal/world.h"
#include "tests/support/a_ticket.h"

namespace rolloutd::daemon::testing {

using namespace std::chrono_literals;

// Pauses when more fail than the ticket's success_rate allows, ten seconds long.
extern const char* const guard_policy;

class recorded_story {
public:
    explicit recorded_story(const std::string& policy = guard_policy,
                            policies::mode ceiling = policies::mode::enforce);
    explicit recorded_story(std::vector<policies::source_file> policies);

    // The process ends and another begins.
    void restart();
    void reload(const std::string& policy);

    void watch(const ticket_id& id = "SCT1");
    void let_go(const ticket_id& id = "SCT1");
    recorded_story& after(policies::duration length);
    const policies::outcome& see(policies::reading what, const ticket_id& id = "SCT1");
    const policies::outcome& take(const policies::input& what, const ticket_id& id = "SCT1");
    // Of the operation that was handed out last.
    void answer(policies::answer_kind kind = policies::answer_kind::accepted);

    // What lies on the disk, replayed.
    replay_report replay(replay_options how = {});

    // Every line of the file changed as `edit` says, and the chain made anew.
    void rewrite(const std::function<std::string(std::string)>& edit,
                 const std::string& segment = "000000000001.jsonl");

    world in;
    policies::settings rules;

private:
    void begin();
    void load(std::vector<policies::source_file> files);

    policies::outcome last_;
    ticket_id sent_by_;
    policies::sequence sent_ = 0;
};

// A ticket of 10 instances in one batch, so many of which have failed; the others run.
policies::reading failing(int abnormal, int finished = 5);

}  // namespace rolloutd::daemon::testing
