#include "daemon/cli/rolloutctl.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/daemon/programs.h"

namespace rolloutd::daemon::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST_F(programs, help_and_version_of_rolloutctl_are_no_errors_and_wrong_usage_is_64) {
    EXPECT_THAT(ctl({"--help"}).out, HasSubstr("Examples:"));
    EXPECT_EQ(ctl({"--version"}).code, 0);
    EXPECT_EQ(ctl({}).code, 64);
    EXPECT_EQ(ctl({"dance"}).code, 64);
    EXPECT_EQ(ctl({"status", "-o", "xml"}).code, 64);
    EXPECT_EQ(ctl({"history", "--since", "yesterday", "--config", config}).code, 64);
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

// What a daemon wrote on its stage, put where the program looks for it.
void write_state(stage& on, const temporary_folder& folder) {
    for (const auto& [path, file] : on.files.files)
        folder.write("state/" + path, file->bytes);
}

TEST_F(programs, a_journal_is_verified_and_told) {
    stage on;
    on.cloud.tickets["SCT1"] = a_rollout(2);
    on.start(a_setup({"SCT1"}, guarding_policies(), on.folder / "s"));
    on.run_for(10s);
    on.stop();
    write_state(on, folder);
    EXPECT_THAT(ctl({"verify", "--config", config}).out, HasSubstr("ok: "));
    EXPECT_EQ(ctl({"verify", folder / "state"}).code, 0);
    EXPECT_EQ(ctl({"verify", folder / "state/journal"}).code, 0);
    EXPECT_THAT(ctl({"verify", "-o", "json", folder / "state"}).out, HasSubstr("\"ok\":true"));
    const ran told = ctl({"history", "--config", config, "--kind", "decision,intent"});
    EXPECT_EQ(told.code, 0);
    EXPECT_THAT(told.out, AllOf(HasSubstr("too-many-failures"), HasSubstr("intent"),
                                ::testing::Not(HasSubstr("observe"))));
    const ran nothing =
        ctl({"history", "--config", config, "--ticket", "SCT2", "--since", "1h", "-o", "json"});
    EXPECT_EQ(nothing.code, 0);
    EXPECT_EQ(nothing.out, "");
}

TEST_F(programs, a_flipped_byte_is_found_and_its_record_is_named) {
    stage on;
    on.cloud.tickets["SCT1"] = a_rollout(0);
    on.start(a_setup({"SCT1"}, guarding_policies(), on.folder / "s"));
    on.run_for(10s);
    on.stop();
    std::string& bytes = on.files.files.at("journal/000000000001.jsonl")->bytes;
    const std::size_t third = bytes.find("\n", bytes.find("\n") + 1) + 40;
    bytes[third] = static_cast<char>(bytes[third] ^ 1);
    write_state(on, folder);
    const ran done = ctl({"verify", folder / "state"});
    EXPECT_EQ(done.code, 1);
    EXPECT_THAT(done.err, HasSubstr("000000000001.jsonl:3"));
    EXPECT_EQ(ctl({"verify", "-o", "json", folder / "state"}).code, 1);
}

}  // namespace
}  // namespace rolloutd::daemon::testing
