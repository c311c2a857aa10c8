#pragma once
// What a replay found, for people and for programs. Owns no stream.

#include <string>

#include "daemon/replay/replayer.h"

namespace rolloutd::daemon {

// A line of what was compared, one for each thing that could not be judged, and the differences
// with record, file, and both texts.
std::string render_replay(const replay_report& what);

// {"equal":…,"records":…,…,"differences":[…]} and a LF.
std::string replay_to_json(const replay_report& what);

}  // namespace rolloutd::daemon
