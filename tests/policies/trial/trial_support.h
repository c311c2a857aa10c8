#pragma once
// Loads and runs test files that stand in the test's own text, with policies that do as well.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "policies/trial/coverage.h"
#include "policies/trial/trial_judge.h"
#include "policies/trial/trial_loader.h"
#include "policies/trial/trial_words.h"

namespace rolloutd::policies::trial::test {

using namespace std::chrono_literals;

// What the policy file "p.yaml" of these tests says: pauses after ten seconds of failures, skips
// stuck batches, cancels hung hosts, continues after a bake, and climbs a ladder.
extern const char* const usual_policy;

// Zones of one made-up place: "Test/East", eight hours ahead.
std::shared_ptr<const cel::zone_source> made_up_zones();

// Reads "p.yaml" and whatever else is given here.
load_result load(const std::string& text, std::map<std::string, std::string> more = {});

// The whole file around the tests' lines, which begin at line 4.
std::string file_of(const std::string& tests);

// A file with one test, whose lines are given: the ticket is {batches: [10, 10]}.
trial_file one_test(const std::string& lines);

// Loaded, run and judged.
trial_result result_of(const std::string& lines);
trial_run run_of(const std::string& lines);

// What such a test is told to have failed in.
std::vector<std::string> failures(const std::string& lines);

// A file of one test with these expectations, which begin at line 5.
load_result expecting(const std::string& lines);

// "7:11 bad-value", in the file's order.
std::vector<std::string> codes(const load_result& what);

}  // namespace rolloutd::policies::trial::test
