#pragma once
// Runs the programs' command lines inside the test, over a folder of files that work.

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/daemon/stage.h"

namespace rolloutd::daemon::testing {

struct ran {
    int code = 0;
    std::string out;
    std::string err;
};

// `words` begin with the program's name.
ran run_program(int (*program)(int, char**), std::vector<std::string> words);

ran ctl(std::vector<std::string> words);
ran daemon_with(std::vector<std::string> words);

// A set of one policy that pauses upon the first failure. It has a text: records carry that.
std::shared_ptr<const policies::policy_set> pausing_policies();

extern const char* const good_config;

// rolloutd.yaml, one policy and a token.
struct programs : ::testing::Test {
    temporary_folder folder;
    std::string config = folder / "rolloutd.yaml";
    programs();
};

}  // namespace rolloutd::daemon::testing
