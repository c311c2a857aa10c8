#include "policies/trial/junit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rolloutd::policies::trial {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

trial_result a_result(std::string name, std::vector<trial_failure> failures = {}) {
    trial_result made;
    made.name = std::move(name);
    made.span = std::chrono::milliseconds{90'500};
    made.failures = std::move(failures);
    return made;
}

TEST(junit, one_suite_a_file_and_one_case_a_test) {
    const std::string xml = to_junit(
        {{.name = "web.test.yaml",
          .problems = {},
          .tests = {a_result("good"),
                    a_result("bad", {{.where = {.line = 7, .column = 1}, .text = "no pause"}})}}});
    EXPECT_THAT(xml, HasSubstr("<testsuite name=\"web.test.yaml\" tests=\"2\" failures=\"1\" "
                               "errors=\"0\">"));
    EXPECT_THAT(xml, HasSubstr("name=\"good\" time=\"90.500\"/>"));
    EXPECT_THAT(xml, HasSubstr("<failure message=\"no pause\">web.test.yaml:7</failure>"));
}

TEST(junit, a_file_that_cannot_be_run_is_an_error) {
    const std::string xml =
        to_junit({{.name = "a.test.yaml", .problems = "a.test.yaml:1: bad\n", .tests = {}}});
    EXPECT_THAT(xml, HasSubstr("tests=\"1\" failures=\"0\" errors=\"1\""));
    EXPECT_THAT(xml, HasSubstr("a.test.yaml:1: bad"));
}

TEST(junit, nothing_breaks_out_of_the_xml) {
    const std::string xml =
        to_junit({{.name = "a", .problems = {}, .tests = {a_result("</testcase>\"<&>\x01\n")}}});
    EXPECT_THAT(xml, HasSubstr("name=\"&lt;/testcase&gt;&quot;&lt;&amp;&gt; &#10;\""));
    EXPECT_THAT(xml, Not(HasSubstr("\x01")));
}

}  // namespace
}  // namespace rolloutd::policies::trial
