#include "policies/trial/trial_words.h"

#include <gtest/gtest.h>

namespace rolloutd::policies::trial {
namespace {

using namespace std::chrono_literals;

TEST(trial_words, a_rule_is_told_with_its_subject) {
    EXPECT_EQ(rule_text("hung-host", {.kind = subject_kind::instance, .number = 3}),
              "hung-host i-3");
    EXPECT_EQ(rule_text("stuck", {.kind = subject_kind::batch, .number = 2}), "stuck batch 2");
    EXPECT_EQ(rule_text("failing", {}), "failing");
}

TEST(trial_words, what_was_decided_is_told_with_why_it_was_not_done) {
    EXPECT_EQ(act_text(action::pause, decision_outcome::act, suppression::none), "pause");
    EXPECT_EQ(act_text(action::pause, decision_outcome::propose, suppression::breaker),
              "propose pause");
    EXPECT_EQ(act_text(action::skip_batch, decision_outcome::suppressed, suppression::window),
              "skip_batch suppressed (window)");
}

TEST(trial_words, a_time_is_a_moment_a_stretch_or_any) {
    expectation what;
    EXPECT_EQ(when_text(what), "at any time");
    what.timed = true;
    what.when = {.from = 10s, .to = 10s};
    EXPECT_EQ(when_text(what), "at 10s");
    what.when.to = 90s;
    EXPECT_EQ(when_text(what), "between 10s and 1m30s");
}

TEST(trial_words, a_verdict_is_told_with_its_reason_and_a_policy_that_does_not_match_has_none) {
    verdict_point point;
    EXPECT_EQ(verdict_text(point), "unmatched");
    point.says = verdict::undetermined;
    point.reason = "needs";
    EXPECT_EQ(verdict_text(point), "undetermined(needs)");
}

TEST(trial_words, evidence_is_written_as_conditions_write_it) {
    EXPECT_EQ(evidence_text(true), "true");
    EXPECT_EQ(evidence_text(std::int64_t{7}), "7");
    EXPECT_EQ(evidence_text(12.5), "12.5");
    EXPECT_EQ(evidence_text(std::string("web")), "web");
}

}  // namespace
}  // namespace rolloutd::policies::trial
