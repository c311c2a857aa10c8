#pragma once
// What conditions may have rested on and the journal keeps as a hash alone: instances' messages,
// and parameters whose names `journal.redact` covers (docs/replay.md). Tells which policies that
// concerns, and what else may come out otherwise because they do. Pure. Called by the replayer and
// the backtest.

#include <map>
#include <string>
#include <string_view>

#include "policies/engine.h"

namespace rolloutd::daemon {

// Whether a parameter of the ticket is recorded as a hash.
bool has_hashed_parameters(const policies::reading& what);

// By the policies' names: what they name and the record does not hold.
using unrecorded_facts = std::map<std::string, std::string, std::less<>>;

// `last` is what was read of the ticket; may be null.
unrecorded_facts resting_on_hashes(const policies::policy_set& all, const policies::reading* last);

// The policy that concluded it, or "".
std::string_view policy_of(const policies::event& what);

// Whether the decision, or the one of its rule before it, was withheld for the sake of another
// rule: then it may come out otherwise when that one does.
bool hangs_on_others(const policies::event& what, const policies::ticket_state& before);

}  // namespace rolloutd::daemon
