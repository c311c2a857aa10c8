#pragma once
// How much of a ticket its rules have given up, and how much a share allows (DESIGN §6 Limits):
// what `limit.percent` and `limits.cancelled_percent` are counted by. Pure.

#include "policies/operation.h"
#include "policies/ticket_state.h"

namespace rolloutd::policies {

// How many instances of the ticket rules have given up or are about to, this operation included:
// cancelled by us, or left unsettled by our skips. Operations that people asked for do not count.
int given_up_with(const operation& what, const ticket_state& state);

// The same without this operation.
int given_up_before(const operation& what, const ticket_state& state);

// That many of the ticket's instances may be given up by a share in tenths of 1%: rounded down, at
// least 1.
int allowed_of(int share_tenths, const ticket_state& state);

}  // namespace rolloutd::policies
