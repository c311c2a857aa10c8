#pragma once
// What a test expected against what happened: passed or not, and the two side by side over time.
// Pure.

#include <string>
#include <vector>

#include "policies/trial/trial_runner.h"

namespace rolloutd::policies::trial {

// One line of the comparison.
struct diff_line {
    char sign =
        ' ';  // '-' expected and missing, '+' not expected, ' ' as expected or of no concern
    duration at{};
    duration to{};     // of '-' with a span; else equal to `at`
    std::string what;  // "pause", "would pause", "window withholds continue", "verdict true"
    std::string rule;  // with its subject: "hung-host i-3"
    std::string note;  // "expected between 30s and 35s", "happened at 40s"
    int line = 0;      // of the expectation in the test file; 0 for what happened
};

struct trial_failure {
    position where;
    std::string text;  // one sentence
};

struct trial_result {
    std::string name;
    position where;
    duration span{};
    int readings = 0;
    std::vector<trial_failure> failures;  // empty: passed
    std::vector<diff_line> diff;          // by time; only of a failed test
    // Of the rules that the failures are about.
    std::map<rule_key, std::vector<verdict_point>> histories;
    bool passed() const { return failures.empty(); }
};

trial_result judge_trial(const trial_test& test, const trial_run& run);

}  // namespace rolloutd::policies::trial
