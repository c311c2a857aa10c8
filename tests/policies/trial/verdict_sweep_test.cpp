#include "policies/trial/verdict_sweep.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rolloutd::policies::trial {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

verdict_point says(duration at, std::optional<verdict> what) {
    return {.at = at, .says = what, .reason = {}, .evidence = {}};
}

class sweep_over_batches : public ::testing::Test {
protected:
    void SetUp() override {
        of.policy = "p";
        of.rule = "r";
        of.when = {.from = 10s, .to = 40s};
        run.verdicts[key(0)] = {says(0s, verdict::no), says(30s, verdict::undetermined)};
        run.verdicts[key(1)] = {says(20s, verdict::yes), says(25s, verdict::no)};
        run.verdicts[key(2)] = {says(5s, verdict::yes), says(12s, verdict::no),
                                says(12s, verdict::yes), says(15s, verdict::no)};
        run.verdicts[{.policy = "p", .rule = "other", .who = {}}] = {says(11s, verdict::yes)};
    }
    static rule_key key(int batch) {
        return {.policy = "p", .rule = "r", .who = {.kind = subject_kind::batch, .number = batch}};
    }
    trial_run run;
    expectation of;
};

TEST_F(sweep_over_batches, any_that_is_true_makes_it_true_and_blindness_undetermined) {
    verdict_sweep sweep{run, of};
    EXPECT_THAT(sweep.times(), ElementsAre(10s, 12s, 15s, 20s, 25s, 30s));
    EXPECT_EQ(sweep.move_to(10s).says, verdict::yes);
    EXPECT_EQ(sweep.move_to(12s).says, verdict::yes) << "the later of two in one moment";
    EXPECT_EQ(sweep.move_to(15s).says, verdict::no);
    EXPECT_EQ(sweep.move_to(20s).says, verdict::yes);
    EXPECT_EQ(sweep.move_to(25s).says, verdict::no);
    EXPECT_EQ(sweep.move_to(30s).says, verdict::undetermined);
}

TEST_F(sweep_over_batches, one_subject_is_looked_at_alone) {
    of.who = subject{.kind = subject_kind::batch, .number = 1};
    verdict_sweep sweep{run, of};
    EXPECT_EQ(sweep.move_to(10s).says, verdict::no);
    EXPECT_EQ(sweep.move_to(22s).says, verdict::yes);
    EXPECT_EQ(sweep.move_to(35s).says, verdict::undetermined);
}

TEST_F(sweep_over_batches, what_was_never_judged_is_false_and_unmatched_is_said) {
    run.verdicts.clear();
    EXPECT_EQ((verdict_sweep{run, of}.move_to(10s).says), verdict::no);
    run.verdicts[key(0)] = {says(0s, std::nullopt)};
    EXPECT_EQ((verdict_sweep{run, of}.move_to(10s).says), std::nullopt);
}

}  // namespace
}  // namespace rolloutd::policies::trial
