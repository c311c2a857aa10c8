#pragma once
// What people ask for through rolloutctl (DESIGN §6 People): taken or refused, recorded either way.
// Their operations pass everything but the law of one operation in flight and the table of what is
// legal. Concludes held, released, operated and intended events.

#include <optional>
#include <string>

#include "policies/draft.h"
#include "policies/engine.h"

namespace rolloutd::policies {

// An operation that is taken becomes an intent, to be sent after one more reading.
void take_act(const operator_act& what, draft& so_far, const context& around, outcome& result);

// The act that was recorded, for replay.
operator_act act_of(const held& recorded);
operator_act act_of(const released& recorded);
operator_act act_of(const operated& recorded);

}  // namespace rolloutd::policies
