#pragma once
// `rolloutctl test`: runs policy unit tests (docs/policy-tests.md) and shows what came of them.

#include <string>
#include <vector>

#include "daemon/cli/commands.h"

namespace rolloutd::daemon::cli {

struct test_options {
    std::vector<std::string> files;
    std::string junit;  // a file for the results as XML; "" for none
    bool coverage = false;
};

// 0 when all tests passed, 1 when one did not or a file could not be read or written.
int run_test(const common_options& how, const test_options& what);

}  // namespace rolloutd::daemon::cli
