#pragma once
// From the text of a `*.test.yaml` file to tests that can be run: strict, and every problem of the
// file and of the policies that it names at once. Pure: the caller reads the files. Called by
// `rolloutctl test`.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "policies/cel/environment.h"
#include "policies/trial/trial.h"

namespace rolloutd::policies::trial {

// A policy file, or why there is none ("No such file or directory").
struct policy_text {
    std::optional<source_file> file;
    std::string problem;
};

// Given a path as it stands in the test file; a relative one is relative to the test file's folder.
using policy_reader = std::function<policy_text(const std::string& path)>;

struct load_result {
    trial_file file;                   // usable only when the issues hold no error
    std::vector<issue> issues;         // sorted; of policies only their errors
    std::vector<source_file> sources;  // the test file and the policies, to show the issues in
};

// `zones` may be null: then windows and times in zones other than UTC cannot be tested.
load_result load_trials(source_file test, const policy_reader& read,
                        std::shared_ptr<const cel::zone_source> zones);

}  // namespace rolloutd::policies::trial
