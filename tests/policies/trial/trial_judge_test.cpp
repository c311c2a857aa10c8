#include "policies/trial/trial_judge.h"

#include "trial_support.h"

namespace rolloutd::policies::trial::test {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// A ticket that fails at once, so that "failing" pauses after ten seconds.
std::vector<std::string> failing(const std::string& expect, const std::string& more = {}) {
    const trial_result result =
        result_of(more +
                  "    until: 2m\n    timeline: [{at: 0s, batch 1: {finished: 8, abnormal: 2}}]\n"
                  "    expect: [" +
                  expect + "]\n");
    std::vector<std::string> texts;
    for (const trial_failure& each : result.failures)
        texts.push_back(each.text);
    return texts;
}

TEST(trial_judge, what_happens_as_expected_passes) {
    EXPECT_THAT(failing("{rule: failing, do: pause}"), IsEmpty());
    EXPECT_THAT(failing("{rule: failing, do: pause, at: 10s, times: 1}"), IsEmpty());
    EXPECT_THAT(failing("{rule: failing, do: pause, between: [0s, 10s]}"), IsEmpty());
    EXPECT_THAT(failing("{rule: failing, do: pause, between: [10s, 2m]}"), IsEmpty());
    EXPECT_THAT(failing("{rule: failing, do: pause}, {rule: failing, effect: confirmed, at: 15s}"),
                IsEmpty());
    EXPECT_THAT(failing("{rule: failing, do: pause}, {never: cancel}, {rule: bake, do: none}"),
                IsEmpty());
}

TEST(trial_judge, what_happens_at_another_time_is_told_with_both_times) {
    EXPECT_THAT(failing("{rule: failing, do: pause, between: [30s, 35s], times: 1}"),
                ElementsAre("failing: pause is expected between 30s and 35s, once, but it happened "
                            "at 10s"));
    EXPECT_THAT(failing("{rule: failing, do: pause, at: 9s}"),
                ElementsAre("failing: pause is expected at 9s, but it happened at 10s"));
}

TEST(trial_judge, what_never_happens_says_what_did_instead) {
    EXPECT_THAT(failing("{rule: bake, do: continue}, {rule: failing, do: pause}"),
                ElementsAre("bake: continue is expected at any time, but the rule was never true"));
    EXPECT_THAT(failing("{rule: failing, do: pause}", "    mode: observe\n"),
                ElementsAre(HasSubstr("but at 10s it came to observe pause"),
                            HasSubstr("observe pause at 10s is not expected")));
    EXPECT_THAT(failing("{rule: failing, observe: pause, times: 1}", "    mode: observe\n"),
                IsEmpty());
    EXPECT_THAT(failing("{rule: failing, propose: pause}", "    mode: propose\n"), IsEmpty());
    EXPECT_THAT(failing("{rule: failing, do: pause}", "    mode: propose\n"), SizeIs(2));
}

TEST(trial_judge, a_rule_that_is_true_too_shortly_is_told_apart_from_one_that_never_is) {
    const trial_result result = result_of(R"(    until: 1m
    timeline:
      - {at: 0s, batch 1: {finished: 4, abnormal: 1}}
      - {at: 5s, batch 1: {finished: 9, abnormal: 1}}
    expect: [{rule: failing, do: pause}]
)");
    ASSERT_THAT(result.failures, SizeIs(1));
    EXPECT_THAT(result.failures[0].text, HasSubstr("it was true and did nothing"));
}

TEST(trial_judge, an_operation_that_nobody_expects_fails_unless_the_test_is_not_exact) {
    EXPECT_THAT(failing(""), ElementsAre("failing: pause at 10s is not expected"));
    EXPECT_THAT(failing("", "    exactly: false\n"), IsEmpty());
    EXPECT_THAT(failing("{rule: failing, verdict: 'true', at: 10s}"), SizeIs(1));
}

TEST(trial_judge, nothing_and_never_fail_once_for_each_time) {
    EXPECT_THAT(failing("{never: pause}"),
                ElementsAre("failing: pause at 10s, but never pause is expected at any time"));
    EXPECT_THAT(failing("{rule: failing, do: none}"), SizeIs(1));
    EXPECT_THAT(failing("{never: pause, between: [11s, 2m]}, {rule: failing, do: pause}"),
                IsEmpty());
    EXPECT_THAT(failing("{never: pause}", "    mode: propose\n"), SizeIs(1))
        << "asking for it is not nothing";
}

TEST(trial_judge, the_number_of_times_counts) {
    EXPECT_THAT(failing("{rule: failing, do: pause, times: 2}"),
                ElementsAre("failing: pause is expected at any time, 2 times, but it happened "
                            "once"));
}

TEST(trial_judge, a_notice_is_no_operation_but_can_be_expected) {
    const std::string lines = R"(    until: 1m
    timeline: [{at: 0s, params: {alarm: red}}]
)";
    EXPECT_TRUE(result_of(lines + "    expect: []\n").passed());
    EXPECT_TRUE(result_of(lines + "    expect: [{rule: ladder, do: notify, at: 0s}]\n").passed());
    EXPECT_FALSE(result_of(lines + "    expect: [{rule: ladder, do: notify, at: 5s}]\n").passed());
    EXPECT_FALSE(result_of(lines + "    expect: [{never: notify}]\n").passed());
}

TEST(trial_judge, verdicts_are_those_of_the_last_reading) {
    EXPECT_THAT(failing("{rule: failing, do: pause}, {at: 12s, rule: failing, verdict: 'true'}"),
                IsEmpty());
    EXPECT_THAT(failing("{rule: failing, do: pause}, {at: 12s, rule: failing, verdict: 'false'}"),
                ElementsAre("failing: verdict false is expected at 12s, but it is true"));
    EXPECT_THAT(failing("{rule: failing, do: pause}, "
                        "{at: 12s, rule: failing, verdict: undetermined(needs)}"),
                SizeIs(1));
    EXPECT_THAT(failing("{rule: failing, do: pause}, {at: 12s, rule: failing, verdict: unmatched}"),
                SizeIs(1));
}

TEST(trial_judge, a_verdict_over_a_span_holds_at_every_reading_of_it) {
    const auto with = [](const std::string& expect) {
        return result_of(R"(    until: 1m
    timeline:
      - {at: 0s, batch 1: {finished: 9}}
      - {at: 30s, unseen: true}
      - {at: 40s, unseen: false}
    expect: [)" + expect +
                         "]\n");
    };
    EXPECT_TRUE(with("{between: [0s, 25s], rule: failing, verdict: 'false'}").passed());
    EXPECT_TRUE(with("{between: [30s, 39s], rule: failing, verdict: undetermined}").passed());
    const trial_result late = with("{between: [20s, 1m], rule: failing, verdict: 'false'}");
    ASSERT_THAT(late.failures, SizeIs(1));
    EXPECT_THAT(late.failures[0].text, HasSubstr("at 30s it is undetermined(not_seen)"));
    EXPECT_FALSE(with("{between: [30s, 41s], rule: failing, verdict: undetermined}").passed());
}

TEST(trial_judge, without_a_subject_a_verdict_is_that_of_any) {
    const auto with = [](const std::string& expect) {
        return result_of(R"(    ticket: {timeout: 1h, batches: [4, 4]}
    until: 12m
    timeline: [{at: 0s, batch 1: processing}]
    exactly: false
    expect: [)" + expect +
                         "]\n")
            .passed();
    };
    EXPECT_TRUE(with("{at: 10m5s, rule: stuck, verdict: 'true'}"));
    EXPECT_TRUE(with("{at: 10m5s, rule: stuck, batch: 1, verdict: 'true'}"));
    EXPECT_TRUE(with("{at: 10m5s, rule: stuck, batch: 2, verdict: 'false'}"));
    EXPECT_FALSE(with("{at: 10m5s, rule: stuck, batch: 2, verdict: 'true'}"));
    EXPECT_TRUE(with("{at: 5m, rule: stuck, verdict: 'false'}"));
}

TEST(trial_judge, facts_are_compared_at_the_time) {
    EXPECT_THAT(failing("{rule: failing, do: pause}, {at: 5s, fact: count.abnormal, is: 2}"),
                IsEmpty());
    EXPECT_THAT(failing("{rule: failing, do: pause}, {at: 5s, fact: count.abnormal, is: 3}"),
                ElementsAre("count.abnormal = 3 is expected at 5s, but it is 2"));
    EXPECT_THAT(failing("{rule: failing, do: pause}, {between: [0s, 1m], fact: ticket.status, "
                        "is: PROCESSING}"),
                ElementsAre(HasSubstr("but at 15s it is PAUSED")));
    EXPECT_THAT(failing("{rule: failing, do: pause}, {at: 5s, fact: '1 / (bad - 2)', "
                        "is: undetermined}"),
                IsEmpty());
}

TEST(trial_judge, a_failed_test_shows_both_sides_over_time_and_the_verdicts) {
    const trial_result result = result_of(
        "    until: 1m\n    timeline: [{at: 0s, batch 1: {finished: 8, abnormal: 2}}]\n"
        "    expect: [{rule: failing, do: pause, between: [30s, 35s]}]\n");
    ASSERT_THAT(result.diff, SizeIs(3));
    EXPECT_EQ(result.diff[0].sign, '+');
    EXPECT_EQ(result.diff[0].at, 10s);
    EXPECT_EQ(result.diff[0].what, "pause");
    EXPECT_EQ(result.diff[1].what, "pause confirmed");
    EXPECT_EQ(result.diff[1].sign, ' ');
    EXPECT_EQ(result.diff[2].sign, '-');
    EXPECT_EQ(result.diff[2].to, 35s);
    EXPECT_GT(result.diff[2].line, 0);
    ASSERT_THAT(result.histories, SizeIs(1));
    const auto& points = result.histories.begin()->second;
    EXPECT_EQ(verdict_text(points.at(0)), "true");
    EXPECT_THAT(points.at(0).evidence, ::testing::Not(IsEmpty()));
}

TEST(trial_judge, a_rule_of_a_policy_that_never_matched_is_told_to_be_one) {
    const trial_result result = result_of(
        "    ticket: {name: other, batches: [10]}\n"
        "    timeline: [{at: 0s, batch 1: {finished: 4, abnormal: 6}}]\n"
        "    expect: [{rule: failing, do: pause}]\n");
    ASSERT_THAT(result.failures, SizeIs(1));
    EXPECT_THAT(result.failures[0].text,
                ::testing::HasSubstr("but the policy's `match` never held for this ticket"));
}

TEST(trial_judge, a_test_that_passes_keeps_no_difference) {
    const trial_result result = result_of(
        "    until: 1m\n    timeline: [{at: 0s, batch 1: {finished: 8, abnormal: 2}}]\n"
        "    expect: [{rule: failing, do: pause}]\n");
    EXPECT_TRUE(result.passed());
    EXPECT_THAT(result.diff, IsEmpty());
    EXPECT_THAT(result.histories, IsEmpty());
}

TEST(trial_judge, subjects_and_reasons_are_told_apart) {
    const auto with = [](const std::string& expect) {
        const trial_result result = result_of(R"(    ticket: {timeout: 1h, batches: [4, 4, 4]}
    until: 25m
    timeline: [{at: 0s, batch 1: processing}]
    settings: {limits: {cancelled_percent: 100%, spread: 0s}}
    exactly: false
    expect: [)" + expect + "]\n");
        return result.passed();
    };
    EXPECT_TRUE(with("{rule: stuck, do: skip_batch, batch: 1}"));
    EXPECT_FALSE(with("{rule: stuck, do: skip_batch, batch: 2}"));
    EXPECT_TRUE(with("{rule: stuck, suppressed: limit, batch: 2}"));
    EXPECT_TRUE(with("{rule: stuck, suppressed: limit, do: skip_batch}"));
    EXPECT_FALSE(with("{rule: stuck, suppressed: cooldown}"));
    EXPECT_FALSE(with("{rule: stuck, suppressed: limit, batch: 1}"));
}

TEST(trial_judge, a_fact_of_a_ticket_that_was_over_before_is_a_failure) {
    const trial_result result = result_of(R"(    until: 10m
    timeline: [{at: 0s, batch 1-2: finished, status: finished}]
    expect: [{at: 9m, fact: count.finished, is: 20}]
)");
    ASSERT_THAT(result.failures, SizeIs(1));
    EXPECT_THAT(result.failures[0].text, HasSubstr("the ticket was over before"));
}

}  // namespace
}  // namespace rolloutd::policies::trial::test
