#pragma once
// The three-valued verdicts of a step: match, needs, when, for and episodes (DESIGN §6 Verdicts,
// `for`, Episodes). Concludes verdict_changed events and nothing else.

#include <vector>

#include "policies/draft.h"
#include "policies/engine.h"
#include "policies/fact_view.h"

namespace rolloutd::policies {

// A rule as it stands for one subject in this step.
struct assessment {
    const policy* owner = nullptr;
    const rule* what = nullptr;
    std::size_t policy_order = 0;
    std::size_t rule_order = 0;
    subject who;
    int batch = 0;  // the subject's batch; 0 for the ticket
    verdict now = verdict::no;
    std::string reason;
    duration held{};
    bool holds = false;  // true for as long as `for` asks
    std::vector<evidence_item> evidence;

    rule_key key() const { return {owner->name, what->name, who}; }
    std::string full_name() const { return owner->name + "/" + what->name; }
};

// Whether what the conditions rest on is told with the verdicts. It takes about as long as finding
// those, and of most readings nobody asks for it.
enum class telling { verdicts, evidence };

// Evaluates every rule of every policy that matches, records what changed, and returns the ticket
// rules and all others that are not plainly false. In a blind step only ticket rules are evaluated,
// and one that stays undetermined keeps its stored verdict.
// `last_fresh` is the fresh reading before this step.
std::vector<assessment> assess(draft& so_far, const fact_view& view, const context& around,
                               std::optional<timestamp> last_fresh,
                               telling told = telling::evidence);

// When the `for` of a rule that is true will be fulfilled.
std::optional<timestamp> holds_at(const assessment& what, timestamp now);

}  // namespace rolloutd::policies
