#pragma once
// Actions that wait for a person's word (DESIGN §6 Proposals): one per rule, subject and episode.
// Concludes proposed events. A proposal is no contender: it outranks nothing and blocks nothing.

#include "policies/draft.h"
#include "policies/engine.h"
#include "policies/judgement.h"

namespace rolloutd::policies {

// The rule's open proposal for its present step, or none. It lives as long as the draft's state
// does not change.
const proposal* find_proposal(const ticket_state& state, const rule_key& key);

// A person has approved it; its operation may be under way.
bool has_approval(const ticket_state& state, const rule_key& key);

// A person has approved it, and it is still to be carried out.
bool is_approved(const ticket_state& state, const rule_key& key);

// Opens a proposal for an action whose decision was just recorded, unless one waits already.
void open_proposal(const due_action& what, draft& so_far, const context& around);

// At a reading: withdraws those whose condition no longer holds. `blind` steps know only rules of
// the ticket itself.
void withdraw_proposals(draft& so_far, const std::vector<assessment>& all, bool blind);

// At any time: ends those that nobody answered.
void expire_proposals(draft& so_far, const context& around);

// When the first of them expires.
std::optional<timestamp> proposals_due(const ticket_state& state);

}  // namespace rolloutd::policies
