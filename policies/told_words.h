#pragma once
// Words that explanations use over and over. Pure. Used by explain.cpp and margin.cpp.

#include <string>

#include "policies/event.h"

namespace rolloutd::policies {

// "skip batch" of skip_batch.
std::string action_said(action what);

// "the ticket is held [hold]: held by ana: …". For somebody who has not read the manual, with the
// word of the record in brackets. `detail` may be empty.
std::string withheld_by(suppression why, const std::string& detail);

// "10:15:42Z", in UTC, the next full second; with its date when it is 12 hours or more from `now`.
std::string moment_said(timestamp at, timestamp now);

}  // namespace rolloutd::policies
