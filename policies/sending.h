#pragma once
// From a decision to the wire and back (DESIGN §6 Sending, Answers): second looks before operations
// are sent, further tries, and what an answer means. Concludes intents, effects and notices; hands
// out permits through the outcome.

#include "policies/draft.h"
#include "policies/engine.h"
#include "policies/judgement.h"

namespace rolloutd::policies {

// How the effects begin, or read, that follow from what no reading shows; replay tells them by it.
inline constexpr std::string_view withheld_mark = "withheld: ";
inline constexpr std::string_view expired_detail = "no fresh reading confirmed it in time";

// Nothing of it has gone out: it waits for a reading, or to be tried again.
bool is_unsent(const flight& what, const ticket_state& state);

// Takes back the operations that have not been sent, so that a stronger one can go first.
void withdraw_unsent(draft& so_far, const std::string& why);

// Records an intent for the action. A pause may be sent at once, all else after one more reading.
void intend(const due_action& what, int attempt, draft& so_far, outcome& result);

// At a fresh reading: sends what was intended before it and still stands, tries again what is to be
// tried again. `seen_twice`: it is not the first one since a start or a reload.
void progress_flights(draft& so_far, const bench& on, bool seen_twice, outcome& result);

// Without a fresh reading: takes back what has waited for one for too long.
void expire_unsent(draft& so_far, const context& around);

// Folds an answer in. Nothing happens when no operation waits for it.
void take_answer(const answer& what, draft& so_far, outcome& result);
void take_withheld(const withheld& what, draft& so_far);

}  // namespace rolloutd::policies
