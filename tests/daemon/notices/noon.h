#pragma once
// A time that tests begin at.

#include "policies/time.h"

namespace rolloutd::daemon {

inline const policies::timestamp noon = *policies::parse_timestamp("2026-11-21T12:00:00.000Z");

}  // namespace rolloutd::daemon
