#pragma once
// The results of policy tests for people and for programs. Owns no stream.

#include <string>
#include <vector>

#include "daemon/cli/terminal.h"
#include "policies/trial/coverage.h"
#include "policies/trial/junit.h"

namespace rolloutd::daemon::cli {

struct test_results {
    std::vector<policies::trial::file_results> files;
    std::vector<policies::issue> issues;  // of all files
    std::vector<policies::trial::rule_coverage> coverage;

    int passed() const;
    int failed() const;  // tests, and files that could not be run
};

// One line a test, the difference below one that failed, "N passed, M failed" at the end.
std::string render_tests(const test_results& what, bool coverage, const palette& colours);

std::string tests_to_json(const test_results& what, bool coverage);

}  // namespace rolloutd::daemon::cli
