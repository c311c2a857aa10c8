// The command lines by which people act: what they demand before the daemon is troubled.

#include "daemon/cli/act_commands.h"

#include <gmock/gmock.h>

#include "tests/daemon/programs.h"

namespace rolloutd::daemon::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

const std::vector<std::vector<std::string>> all_acts = {{"freeze"},
                                                        {"thaw"},
                                                        {"breaker", "close"},
                                                        {"hold", "SCT1"},
                                                        {"release", "SCT1"},
                                                        {"approve", "7"},
                                                        {"deny", "7"},
                                                        {"pause", "SCT1"},
                                                        {"continue", "SCT1"},
                                                        {"cancel", "SCT1"},
                                                        {"skip-batch", "SCT1"},
                                                        {"cancel-instance", "SCT1", "88"},
                                                        {"add", "SCT1"},
                                                        {"remove", "SCT1"}};

TEST_F(programs, each_act_has_help_with_examples_and_exit_codes) {
    for (const std::vector<std::string>& act : all_acts) {
        std::vector<std::string> words{act[0]};
        if (act[0] == "breaker") words.push_back("close");
        words.push_back("--help");
        const ran done = ctl(words);
        EXPECT_EQ(done.code, 0);
        EXPECT_THAT(done.out, AllOf(HasSubstr("Examples:"), HasSubstr("Exit codes:"),
                                    HasSubstr("--reason TEXT REQUIRED")))
            << act[0];
    }
}

TEST_F(programs, no_act_goes_without_a_good_reason) {
    for (std::vector<std::string> act : all_acts) {
        act.insert(act.end(), {"--config", config});
        EXPECT_EQ(ctl(act).code, 64) << act[0];
        for (const std::string reason : {"", " ", "a\x1b[2Jb", "two\nlines"}) {
            std::vector<std::string> words = act;
            words.insert(words.end(), {"--reason", reason});
            EXPECT_EQ(ctl(words).code, 64) << act[0];
        }
        act.insert(act.end(), {"--reason", std::string(1 << 20, 'x')});
        EXPECT_EQ(ctl(act).code, 64) << act[0];
    }
}

TEST_F(programs, without_a_daemon_each_act_ends_with_69) {
    for (std::vector<std::string> act : all_acts) {
        act.insert(act.end(), {"--config", config, "--reason", "INC-1"});
        const ran done = ctl(act);
        EXPECT_EQ(done.code, 69) << act[0];
        EXPECT_THAT(done.err, HasSubstr("not reachable")) << act[0];
    }
}

TEST_F(programs, a_freeze_finds_the_daemon_whatever_somebody_wrote_into_its_configuration) {
    folder.write("rolloutd.yaml", std::string(good_config) + "mdoe: enforce\n");
    const ran broken = ctl({"freeze", "--config", config, "--reason", "INC-1"});
    EXPECT_EQ(broken.code, 69) << "it was asked, and is not there";
    EXPECT_THAT(broken.err,
                AllOf(HasSubstr("mdoe"), HasSubstr("asking at " + (folder / "rolloutd.sock"))));
    const ran unread = ctl({"freeze", "--config", folder / "none", "--reason", "INC-1"});
    EXPECT_EQ(unread.code, 1);
    EXPECT_THAT(unread.err, HasSubstr("--socket"));
    const ran named = ctl({"freeze", "--config", folder / "none", "--socket", folder / "other.sock",
                           "--reason", "INC-1"});
    EXPECT_EQ(named.code, 69);
    EXPECT_THAT(named.err, HasSubstr("other.sock"));
}

TEST_F(programs, what_cannot_be_meant_is_a_mistake_of_usage) {
    const auto code = [this](std::vector<std::string> words) {
        words.insert(words.end(), {"--config", config, "--reason", "INC-1"});
        return ctl(words).code;
    };
    EXPECT_EQ(code({"hold"}), 64);
    EXPECT_EQ(code({"hold", "../x"}), 64);
    EXPECT_EQ(code({"hold", "SCT 1"}), 64);
    EXPECT_EQ(code({"hold", std::string(27, 'x')}), 64);
    EXPECT_EQ(code({"approve", "x"}), 64);
    EXPECT_EQ(code({"approve", "0"}), 64);
    EXPECT_EQ(code({"skip-batch", "SCT1", "--batch", "21"}), 64);
    EXPECT_EQ(code({"cancel-instance", "SCT1"}), 64);
    EXPECT_EQ(code({"cancel-instance", "SCT1", "-3"}), 64);
    EXPECT_EQ(code({"add", "SCT1", "--label", "prod"}), 64);
    EXPECT_EQ(code({"add", "SCT1", "--label", "=prod"}), 64);
    EXPECT_EQ(code({"explain", ""}), 64);
}

}  // namespace
}  // namespace rolloutd::daemon::testing
