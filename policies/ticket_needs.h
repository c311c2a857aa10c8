#pragma once
// What has to be read of one ticket: only what the policies that match it name (DESIGN §7). Pure;
// asked by the reader of a ticket before it makes calls, and by the engine when a ticket is over.

#include "policies/policy.h"
#include "policies/settings.h"
#include "policies/ticket_state.h"

namespace rolloutd::policies {

// `fresh` is what was just read of the ticket itself, `state` what is known from before. A policy
// counts unless its `match` is false both for the one and for the other; one whose `match` cannot
// be told counts. What `match` itself names is read whatever comes out.
required_reads reads_of_ticket(const ticket_info& fresh, const ticket_state& state,
                               const settings& rules, timestamp now);

}  // namespace rolloutd::policies
