#include "daemon/cli/test_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "daemon/files.h"
#include "tests/daemon/programs.h"

namespace rolloutd::daemon::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;

constexpr const char* good_test = R"(version: 1
policies: [policies.d/web.yaml]
ticket: {batches: [10]}
mode: enforce
tests:
  - name: pauses at the second failure
    timeline:
      - {at: 0s, batch 1: {abnormal: 1, processing: 9}}
      - {at: 20s, batch 1: {abnormal: 2, processing: 8}}
    expect: [{rule: many, do: pause, at: 20s}]
)";

constexpr const char* bad_test = R"(version: 1
policies: [policies.d/web.yaml]
ticket: {batches: [10]}
mode: enforce
tests:
  - name: pauses late
    timeline: [{at: 0s, batch 1: {abnormal: 2, processing: 8}}]
    expect: [{rule: many, do: pause, between: [30s, 35s]}]
)";

TEST_F(programs, tests_that_pass_are_told_a_line_each) {
    folder.write("web.test.yaml", good_test);
    const ran done = ctl({"test", folder / "web.test.yaml"});
    EXPECT_EQ(done.code, 0) << done.out;
    EXPECT_THAT(done.out, AllOf(HasSubstr("ok      pauses at the second failure (1m20s simulated)"),
                                HasSubstr("1 passed, 0 failed\n")));
    EXPECT_EQ(done.err, "");
}

TEST_F(programs, a_test_that_fails_shows_what_was_expected_beside_what_happened) {
    folder.write("web.test.yaml", good_test);
    folder.write("late.test.yaml", bad_test);
    const ran done = ctl({"test", folder / "web.test.yaml", folder / "late.test.yaml"});
    EXPECT_EQ(done.code, 1);
    EXPECT_THAT(done.out,
                AllOf(HasSubstr("FAILED  pauses late"),
                      HasSubstr("late.test.yaml:8:14: many: pause is expected between 30s and 35s, "
                                "but it happened at 0s"),
                      HasSubstr("- 30s..35s  pause"), HasSubstr("+ 0s        pause"),
                      HasSubstr("verdicts of many"), HasSubstr("count.abnormal = 2"),
                      HasSubstr("1 passed, 1 failed\n"), Not(HasSubstr("\x1b["))));
}

TEST_F(programs, a_file_with_mistakes_fails_with_all_of_them_and_the_others_run) {
    folder.write("web.test.yaml", good_test);
    folder.write("wrong.test.yaml", "version: 1\npolicies: [none.yaml]\ntests: [{nam: a}]\n");
    const ran done = ctl({"test", folder / "wrong.test.yaml", folder / "web.test.yaml"});
    EXPECT_EQ(done.code, 1);
    EXPECT_THAT(done.out,
                AllOf(HasSubstr("wrong.test.yaml:2:12: error: 'none.yaml' cannot be read"),
                      HasSubstr("^~~~~~~~~"), HasSubstr("did you mean 'name'?"),
                      HasSubstr("1 passed, 1 failed")));
    const ran absent = ctl({"test", folder / "nothing.test.yaml"});
    EXPECT_EQ(absent.code, 1);
    EXPECT_THAT(absent.out, HasSubstr("0 passed, 1 failed"));
    EXPECT_EQ(ctl({"test", folder / "policies.d"}).code, 1) << "a folder is no file";
}

TEST_F(programs, what_is_no_text_or_too_large_is_refused) {
    folder.write("bytes.test.yaml", std::string("\xff\xfe\0\x01", 4));
    EXPECT_EQ(ctl({"test", folder / "bytes.test.yaml"}).code, 1);
    folder.write("large.test.yaml", std::string(std::size_t{2} << 20, '#'));
    EXPECT_THAT(ctl({"test", folder / "large.test.yaml"}).out, HasSubstr("larger than"));
}

TEST_F(programs, results_are_there_for_programs_too) {
    folder.write("web.test.yaml", good_test);
    folder.write("late.test.yaml", bad_test);
    const ran done = ctl({"test", "-o", "json", "--junit", folder / "results.xml", "--coverage",
                          folder / "web.test.yaml", folder / "late.test.yaml"});
    EXPECT_EQ(done.code, 1);
    EXPECT_THAT(done.out, AllOf(HasSubstr("\"passed\":1"), HasSubstr("\"failed\":1"),
                                HasSubstr("\"sign\":\"-\""), HasSubstr("\"from_ms\":30000"),
                                HasSubstr("\"coverage\":[{"), HasSubstr("\"fired\":true")));
    const file_text xml = read_file(folder / "results.xml");
    ASSERT_TRUE(xml.text);
    EXPECT_THAT(*xml.text, AllOf(HasSubstr("<testsuites>"), HasSubstr("<failure message=")));
    const ran nowhere =
        ctl({"test", "--junit", folder / "no/such/folder.xml", folder / "web.test.yaml"});
    EXPECT_EQ(nowhere.code, 1);
    EXPECT_THAT(nowhere.err, HasSubstr("cannot be written: No such file or directory"));
}

TEST_F(programs, coverage_is_a_hint_unless_it_is_asked_for) {
    folder.write("policies.d/web.yaml",
                 "version: 1\npolicy: web\nmatch: true\nrules:\n  - name: many\n"
                 "    when: ticket.batches < 20 && count.abnormal >= 2\n    do: pause\n");
    folder.write("web.test.yaml", good_test);
    EXPECT_THAT(ctl({"test", folder / "web.test.yaml"}).out,
                HasSubstr("coverage: 0 rules never fired, 1 condition never varied (see "
                          "--coverage)"));
    EXPECT_THAT(ctl({"test", "--coverage", folder / "web.test.yaml"}).out,
                HasSubstr("was only true: ticket.batches < 20"));
}

TEST_F(programs, wrong_usage_of_test_is_64_and_its_help_has_an_example) {
    EXPECT_EQ(ctl({"test"}).code, 64);
    EXPECT_EQ(ctl({"test", "--jnuit", "x", "a"}).code, 64);
    const ran help = ctl({"test", "--help"});
    EXPECT_EQ(help.code, 0);
    EXPECT_THAT(help.out, AllOf(HasSubstr("rolloutctl test --coverage"), HasSubstr("--junit")));
}

// The texts between each ```yaml and the ``` after it.
std::vector<std::string> examples_of(const std::string& page) {
    std::vector<std::string> all;
    const std::string opening = "```yaml\n";
    for (std::size_t at = page.find(opening); at != std::string::npos;) {
        const std::size_t begin = at + opening.size();
        const std::size_t end = page.find("\n```", begin);
        all.push_back(page.substr(begin, end - begin + 1));
        at = page.find(opening, end);
    }
    return all;
}

TEST_F(programs, the_documents_examples_work) {
    const file_text page = read_file(ROLLOUTD_DOCS "/policy-tests.md");
    ASSERT_TRUE(page.text) << page.problem;
    folder.write("web-fleet.yaml", R"(version: 1
policy: web-fleet
match: ticket.name.startsWith("deploy-web")
mode: enforce
rules:
  - name: too-many-failures
    needs: count.finished + count.abnormal >= 5
    when: percent(count.abnormal, count.finished + count.abnormal) > ticket.failure_allowed
    for: 10s
    do: pause
)");
    const std::vector<std::string> examples = examples_of(*page.text);
    EXPECT_EQ(examples.size(), 2U);
    for (const std::string& each : examples) {
        folder.write("web-fleet.test.yaml", each);
        const ran done = ctl({"test", folder / "web-fleet.test.yaml"});
        EXPECT_EQ(done.code, 0) << done.out << done.err;
        EXPECT_THAT(done.out, HasSubstr(" passed, 0 failed"));
    }
}

}  // namespace
}  // namespace rolloutd::daemon::testing
