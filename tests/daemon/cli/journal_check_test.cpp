#include "daemon/cli/journal_check.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <unistd.h>

#include <filesystem>

#include "tests/daemon/programs.h"

namespace rolloutd::daemon::testing {
namespace {

TEST(journal_check, takes_a_daemon_for_alive_while_somebody_holds_the_lock) {
    temporary_folder folder;
    folder.write("state/lock", "");
    std::filesystem::create_directory(folder / "state/journal");
    const std::string lock = folder / "state/lock";
    EXPECT_FALSE(cli::whole_check(folder / "state").live);
    const int file = ::open(lock.c_str(), O_RDONLY | O_CLOEXEC);
    ASSERT_GE(file, 0);
    ASSERT_EQ(::flock(file, LOCK_EX | LOCK_NB), 0);
    EXPECT_TRUE(cli::whole_check(folder / "state").live);
    EXPECT_TRUE(cli::whole_check(folder / "state/journal").live);
    ::close(file);
}

TEST(journal_check, knows_a_journal_folder_and_makes_no_file) {
    temporary_folder folder;
    std::filesystem::create_directories(folder / "state/journal");
    const verify_options state = cli::whole_check(folder / "state");
    EXPECT_EQ(state.folder, "journal");
    EXPECT_TRUE(state.snapshots);
    EXPECT_TRUE(state.deep);
    const verify_options alone = cli::whole_check(folder / "state/journal");
    EXPECT_EQ(alone.folder, ".");
    EXPECT_FALSE(alone.snapshots);
    EXPECT_FALSE(std::filesystem::exists(folder / "state/lock"));
}

TEST(journal_check, tells_programs_of_a_torn_tail) {
    verified what;
    what.torn = true;
    what.records = 3;
    const auto told = cli::to_json(what);
    EXPECT_TRUE(told.at("torn").as_bool());
    EXPECT_EQ(told.at("records").to_number<int>(), 3);
}

}  // namespace
}  // namespace rolloutd::daemon::testing
