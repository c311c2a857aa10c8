#include "daemon/start.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/daemon/programs.h"

namespace rolloutd::daemon::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST_F(programs, help_and_version_of_the_daemon_are_no_errors_and_wrong_usage_is_64) {
    EXPECT_THAT(daemon_with({"--help"}).out, HasSubstr("Examples:"));
    EXPECT_EQ(daemon_with({"--help"}).code, 0);
    EXPECT_THAT(daemon_with({"--version"}).out, HasSubstr(ROLLOUTD_VERSION));
    EXPECT_EQ(daemon_with({"--no-such-option"}).code, 64);
}

TEST_F(programs, a_good_configuration_passes_the_check) {
    const ran done = daemon_with({"--config", config, "--check"});
    EXPECT_EQ(done.code, 0) << done.err;
    EXPECT_EQ(done.out, "ok: 1 policies with 1 rules, 1 tickets, mode observe\n");
}

TEST_F(programs, every_problem_of_every_file_is_told_with_its_place) {
    folder.write("rolloutd.yaml", std::string(good_config) + "pol: {every: 5s}\n");
    folder.write("policies.d/web.yaml",
                 "version: 1\npolicy: web\nmatch: 'true'\nrules:\n"
                 "  - {name: a, when: !x, do: pause}\n"
                 "  - {name: b, when: count.abnormal, do: pause}\n");
    folder.write("policies.d/other.yaml", "version: 1\npolicy: other\nmatch: \"true\"\nrules: 3\n");
    for (const bool check : {true, false}) {
        std::vector<std::string> words{"--config", config};
        if (check) words.push_back("--check");
        const ran done = daemon_with(words);
        EXPECT_EQ(done.code, 78);
        EXPECT_THAT(done.err, AllOf(HasSubstr("rolloutd.yaml:9:1"), HasSubstr("web.yaml:5:"),
                                    HasSubstr("web.yaml:6:"), HasSubstr("other.yaml:4:"),
                                    HasSubstr("^"), HasSubstr("hint:")));
    }
}

TEST_F(programs, a_configuration_that_is_not_there_is_78) {
    const ran done = daemon_with({"--config", folder / "nowhere.yaml"});
    EXPECT_EQ(done.code, 78);
    EXPECT_THAT(done.err, HasSubstr("nowhere.yaml"));
}

}  // namespace
}  // namespace rolloutd::daemon::testing
