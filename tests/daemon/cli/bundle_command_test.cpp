#include "daemon/cli/bundle_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "tests/daemon/programs.h"

namespace rolloutd::daemon::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

std::string read(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

struct bundled : programs {
    void live() {
        stage on;
        on.cloud.tickets["SCT1"] = a_rollout(2);
        setup made = a_setup({"SCT1"}, {}, on.folder / "s");
        made.rules.policies = pausing_policies();
        on.start(std::move(made));
        on.run_for(60s);
        on.stop();
        for (const auto& [path, file] : on.files.files)
            folder.write("state/" + path, file->bytes);
    }
};

TEST_F(bundled, a_bundle_is_unpacked_by_tar_and_replayed) {
    live();
    const std::string archive = folder / "incident.tar";
    const ran done = ctl({"bundle", "SCT1", "--config", config, "--output", archive});
    ASSERT_EQ(done.code, 0) << done.err;
    EXPECT_THAT(done.out, HasSubstr("see its README"));
    const std::string unpack = "tar -xf '" + archive + "' -C '" + (folder / ".") + "'";
    ASSERT_EQ(std::system(unpack.c_str()), 0);
    EXPECT_THAT(read(folder / "SCT1/README"), HasSubstr("rolloutctl replay SCT1"));
    EXPECT_THAT(read(folder / "SCT1/verification.json"), HasSubstr("\"ok\":true"));
    EXPECT_THAT(read(folder / "SCT1/history.txt"), HasSubstr("too-many-failures"));
    const ran again = ctl({"replay", folder / "SCT1"});
    EXPECT_EQ(again.code, 0) << again.out << again.err;
    EXPECT_THAT(again.out, HasSubstr("ok: "));
}

// No daemon is alive that could be in the middle of a line.
TEST_F(bundled, the_verification_is_what_verify_says) {
    live();
    const std::string torn = "{\"v\":1,";
    folder.write("state/journal/000000000001.jsonl",
                 read(folder / "state/journal/000000000001.jsonl") + torn);
    ASSERT_EQ(ctl({"verify", folder / "state"}).code, 1);
    const std::string archive = folder / "torn.tar";
    ASSERT_EQ(ctl({"bundle", "SCT1", "--state", folder / "state", "--output", archive}).code, 0);
    EXPECT_THAT(read(archive), HasSubstr("\"ok\":false"));
}

TEST_F(bundled, nobodys_file_is_written_over) {
    live();
    folder.write("there.tar", "mine");
    const ran done =
        ctl({"bundle", "SCT1", "--state", folder / "state", "--output", folder / "there.tar"});
    EXPECT_EQ(done.code, 1);
    EXPECT_THAT(done.err, HasSubstr("cannot be written"));
    EXPECT_EQ(read(folder / "there.tar"), "mine");
}

TEST_F(bundled, a_ticket_that_the_journal_does_not_know_is_1_and_no_ticket_is_64) {
    live();
    const ran done = ctl({"bundle", "SCT9", "--state", folder / "state"});
    EXPECT_EQ(done.code, 1);
    EXPECT_THAT(done.err, HasSubstr("does not know SCT9"));
    EXPECT_EQ(ctl({"bundle", "../x", "--state", folder / "state"}).code, 64);
    EXPECT_EQ(ctl({"bundle"}).code, 64);
}

}  // namespace
}  // namespace rolloutd::daemon::testing
