#pragma once
// What is to be said of a ticket as a whole before its rules are explained. Pure. An inner part of
// explain.cpp.

#include <string>
#include <vector>

#include "policies/settings.h"
#include "policies/ticket_state.h"

namespace rolloutd::policies {

// Blind, held, frozen, paused by a person, operations under way; each a sentence. `now` is the
// present.
std::vector<std::string> notes_of(const ticket_state& state, const fleet_view& fleet,
                                  timestamp now);

}  // namespace rolloutd::policies
