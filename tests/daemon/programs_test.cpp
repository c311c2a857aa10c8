// The command lines of both programs: exit codes, and what is said.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/cli/rolloutctl.h"
#include "daemon/start.h"
#include "tests/daemon/stage.h"

namespace rolloutd::daemon::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

struct ran {
    int code = 0;
    std::string out;
    std::string err;
};

ran run(int (*program)(int, char**), std::vector<std::string> words) {
    std::vector<char*> line;
    for (std::string& each : words)
        line.push_back(each.data());
    line.push_back(nullptr);
    ::testing::internal::CaptureStdout();
    ::testing::internal::CaptureStderr();
    ran result;
    result.code = program(static_cast<int>(words.size()), line.data());
    std::fflush(stdout);
    result.out = ::testing::internal::GetCapturedStdout();
    result.err = ::testing::internal::GetCapturedStderr();
    return result;
}

ran ctl(std::vector<std::string> words) {
    words.insert(words.begin(), "rolloutctl");
    return run(cli::run_rolloutctl, std::move(words));
}

ran daemon_with(std::vector<std::string> words) {
    words.insert(words.begin(), "rolloutd");
    return run(run_rolloutd, std::move(words));
}

constexpr const char* good_policy = R"(version: 1
policy: web
match: "true"
rules:
  - name: many
    needs: count.total > 0
    when: count.abnormal >= 2
    do: pause
)";

constexpr const char* good_config = R"(version: 1
cloud:
  endpoint: http://127.0.0.1:1
  auth: {token_file: token}
policies: policies.d
tickets: {watch: [SCT1]}
state: state
api: {socket: rolloutd.sock, listen: "127.0.0.1:0"}
)";

struct programs : ::testing::Test {
    temporary_folder folder;
    std::string config = folder / "rolloutd.yaml";
    programs() {
        folder.write("rolloutd.yaml", good_config);
        folder.write("policies.d/web.yaml", good_policy);
        folder.write("token", "a-token\n");
    }
};

TEST_F(programs, help_and_version_are_no_errors_and_wrong_usage_is_64) {
    EXPECT_THAT(daemon_with({"--help"}).out, HasSubstr("Examples:"));
    EXPECT_EQ(daemon_with({"--help"}).code, 0);
    EXPECT_THAT(daemon_with({"--version"}).out, HasSubstr(ROLLOUTD_VERSION));
    EXPECT_EQ(daemon_with({"--no-such-option"}).code, 64);
    EXPECT_THAT(ctl({"--help"}).out, HasSubstr("Examples:"));
    EXPECT_EQ(ctl({"--version"}).code, 0);
    EXPECT_EQ(ctl({}).code, 64);
    EXPECT_EQ(ctl({"dance"}).code, 64);
    EXPECT_EQ(ctl({"status", "-o", "xml"}).code, 64);
    EXPECT_EQ(ctl({"history", "--since", "yesterday", "--config", config}).code, 64);
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

TEST_F(programs, check_takes_files_and_folders) {
    EXPECT_EQ(ctl({"check", folder / "policies.d"}).code, 0);
    EXPECT_EQ(ctl({"check", folder / "policies.d/web.yaml"}).code, 0);
    EXPECT_EQ(ctl({"check", folder / "none.yaml"}).code, 1);
    folder.write("policies.d/bad.yaml", "version: 1\npolicy: bad\nmatch: 1\nrules: []\n");
    const ran done = ctl({"check", "-o", "json", folder / "policies.d"});
    EXPECT_EQ(done.code, 1);
    EXPECT_THAT(done.out, AllOf(HasSubstr("\"files\":2"), HasSubstr("\"line\":3")));
}

TEST_F(programs, a_daemon_that_is_not_there_is_69) {
    const ran done = ctl({"status", "--config", config});
    EXPECT_EQ(done.code, 69);
    EXPECT_THAT(done.err, HasSubstr("not reachable"));
    EXPECT_EQ(ctl({"watch", "--times", "1", "--config", config}).code, 69);
    EXPECT_EQ(ctl({"status", "../x", "--config", config}).code, 64);
}

TEST_F(programs, verify_and_history_need_a_journal) {
    EXPECT_EQ(ctl({"verify", folder / "nothing"}).code, 1);
    EXPECT_EQ(ctl({"verify", "--config", folder / "nowhere.yaml"}).code, 1);
}

}  // namespace
}  // namespace rolloutd::daemon::testing
