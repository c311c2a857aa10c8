#pragma once
// How a concluded event would stand in the journal, to be compared with what stands there. Pure.

#include <string>

#include "daemon/journal/fold.h"
#include "daemon/journal/record.h"
#include "policies/event.h"

namespace rolloutd::daemon {

// The body that the journal would give it, as JSON text: of an intent with request, journal and
// epoch.
std::string body_text(const ticket_id& ticket, const policies::event& what,
                      const fleet_state& fleet);

// The body of a record as it stands there.
std::string body_text(const record& what);

// Whether the record says just this, byte for byte. A reading, which stands there as a change of
// the one before, is compared member by member.
bool says(const record& recorded, const policies::event& parsed, const ticket_id& ticket,
          const policies::event& produced, const fleet_state& fleet);

}  // namespace rolloutd::daemon
