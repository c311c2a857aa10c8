#pragma once
// How a concluded event would stand in the journal, to be compared with what stands there; and
// where one step ends there and another begins. Pure.

#include <string>
#include <string_view>

#include "daemon/journal/fold.h"
#include "daemon/journal/record.h"
#include "policies/event.h"

namespace rolloutd::daemon {

// Whether records of this kind can only be the first of a step.
bool opens_step(std::string_view kind);

// Whether the journal puts such records between two of one step: a new file begins with a
// checkpoint and the policies in force, and a decision may open the breaker.
bool may_stand_within(std::string_view kind);

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
