#pragma once
// What a backtest found, for people and for programs. Owns no stream.

#include <string>

#include "daemon/replay/backtest.h"

namespace rolloutd::daemon {

// The sums, then a paragraph for each ticket that would have been treated otherwise.
std::string render_backtest(const backtest_report& what);

// {"differs":…,"tickets":…,…,"otherwise":[…]} and a LF. Lengths of time are in seconds.
std::string backtest_to_json(const backtest_report& what);

}  // namespace rolloutd::daemon
