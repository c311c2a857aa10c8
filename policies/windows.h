#pragma once
// Whether the local time lies in a policy's windows (DESIGN §6 Windows). Pure; the zones are handed
// in.

#include <optional>
#include <string>

#include "policies/cel/environment.h"
#include "policies/policy.h"

namespace rolloutd::policies {

inline constexpr int minutes_of_day = 24 * 60;

// Inside the window's hours. A local time that daylight saving skips or repeats counts as inside.
// Nothing when the zone is not known.
std::optional<bool> is_inside(const window& what, timestamp now, const cel::zone_source* zones);

// Why the policy's windows withhold the action now, or nothing. A zone that is not known withholds:
// its deny windows count as matching, its allow windows as closed. Pause and notify are never
// withheld.
std::optional<std::string> withheld_by_window(const policy& owner, action what, timestamp now,
                                              const cel::zone_source* zones);

// When the last stretch in which the windows withheld the action came to its end, if that was less
// than `reach` (at most some hours) before `now`; nothing when they withhold it now.
std::optional<timestamp> withheld_until(const policy& owner, action what, timestamp now,
                                        duration reach, const cel::zone_source* zones);

// The next full minute when any window is about the action: windows open and close at no other
// time.
std::optional<timestamp> next_window_edge(const policy& owner, action what, timestamp now);

}  // namespace rolloutd::policies
