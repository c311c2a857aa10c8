#pragma once
// What happens in a test, and what was expected, in the words in which people are told. Pure.

#include <string>

#include "policies/trial/trial_runner.h"

namespace rolloutd::policies::trial {

// "hung-host i-3".
std::string rule_text(const std::string& rule, const subject& who);

// "pause", "propose pause", "pause suppressed (window)".
std::string act_text(action what, decision_outcome outcome, suppression why);

// "at any time", "at 10s", "between 10s and 20s".
std::string when_text(const expectation& what);

// "true", "false", "undetermined(needs)", "unmatched".
std::string verdict_text(const verdict_point& what);

// "12.5", "web", "true".
std::string evidence_text(const evidence_value& what);

}  // namespace rolloutd::policies::trial
