#pragma once
// Results of policy tests in the XML that build servers read. Pure.

#include <string>
#include <vector>

#include "policies/trial/trial_judge.h"

namespace rolloutd::policies::trial {

struct file_results {
    std::string name;
    std::string problems;  // why the file could not be run, as shown to people; "" when it was
    std::vector<trial_result> tests;
};

// One <testsuite> a file; a file that could not be read is one with a single error. Simulated
// seconds stand as `time`.
std::string to_junit(const std::vector<file_results>& all);

}  // namespace rolloutd::policies::trial
