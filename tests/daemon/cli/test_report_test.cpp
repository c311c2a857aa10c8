#include "daemon/cli/test_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rolloutd::daemon::cli {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
namespace trial = policies::trial;

trial::trial_result failed_with(std::size_t lines) {
    trial::trial_result made;
    made.name = "a\x1b[31mname";
    made.span = 90s;
    made.failures.push_back({.where = {.line = 3, .column = 5}, .text = "no pause\nat all"});
    for (std::size_t i = 0; i < lines; ++i) {
        made.diff.push_back({.sign = '+',
                             .at = std::chrono::seconds{i},
                             .to = std::chrono::seconds{i},
                             .what = "pause",
                             .rule = "r",
                             .note = "",
                             .line = 0});
    }
    return made;
}

test_results with(trial::trial_result test) {
    test_results made;
    made.files.push_back({.name = "x.test.yaml", .problems = {}, .tests = {std::move(test)}});
    return made;
}

TEST(test_report, what_came_from_files_cannot_steer_the_terminal) {
    const std::string text = render_tests(with(failed_with(1)), false, palette(false));
    EXPECT_THAT(text, AllOf(Not(HasSubstr("\x1b")), HasSubstr("0 passed, 1 failed")));
}

TEST(test_report, a_long_difference_is_cut_and_says_so) {
    const std::string text = render_tests(with(failed_with(100)), false, palette(false));
    EXPECT_THAT(text, AllOf(HasSubstr("+ 59s"), Not(HasSubstr("+ 1m ")), HasSubstr("and 40 more")));
}

TEST(test_report, colours_are_there_only_when_they_are_wanted) {
    EXPECT_THAT(render_tests(with(failed_with(1)), false, palette(true)), HasSubstr("\x1b[31m"));
}

TEST(test_report, verdicts_of_subjects_are_shown_and_that_the_rule_was_judged_is_not) {
    trial::trial_result test = failed_with(0);
    const auto key = [](int batch) {
        return policies::rule_key{.policy = "p",
                                  .rule = "stuck",
                                  .who = {.kind = policies::subject_kind::batch, .number = batch}};
    };
    test.histories[key(0)] = {
        {.at = 0s, .says = policies::verdict::no, .reason = {}, .evidence = {}}};
    test.histories[key(2)] = {
        {.at = 5s,
         .says = policies::verdict::undetermined,
         .reason = "needs",
         .evidence = {{.name = "judged", .value = std::int64_t{3}, .arguments = {}}}}};
    const std::string text = render_tests(with(test), false, palette(false));
    EXPECT_THAT(text, AllOf(HasSubstr("verdicts of stuck batch 2\n"),
                            HasSubstr("undetermined(needs)  judged = 3\n"),
                            Not(HasSubstr("verdicts of stuck\n"))));
}

TEST(test_report, coverage_says_what_is_missing_or_that_nothing_is) {
    test_results results = with({});
    trial::rule_coverage rule;
    rule.policy = "p";
    rule.rule = "ladder";
    rule.where = {.file = "p.yaml", .line = 4};
    rule.fired = true;
    rule.steps = {policies::action::notify, policies::action::cancel};
    rule.taken = {0, 1};
    rule.conditions = {{.text = "a > 1", .seen_true = true, .seen_false = true}};
    results.coverage = {rule};
    EXPECT_THAT(
        render_tests(results, true, palette(false)),
        AllOf(HasSubstr("p.yaml:4: p/ladder: complete"), HasSubstr("coverage: every rule fired")));
    results.coverage[0].taken = {0};
    results.coverage[0].conditions[0].seen_true = false;
    EXPECT_THAT(
        render_tests(results, true, palette(false)),
        AllOf(HasSubstr("step 2 (cancel) was never taken"), HasSubstr("was only false: a > 1"),
              HasSubstr("0 rules never fired, 1 condition never varied, 1 step never "
                        "taken")));
    EXPECT_THAT(tests_to_json(results, true), HasSubstr("\"missed_steps\":[2]"));
}

}  // namespace
}  // namespace rolloutd::daemon::cli
