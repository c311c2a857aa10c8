#include "daemon/files.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/daemon/stage.h"

namespace rolloutd::daemon {
namespace {

TEST(files, policies_are_the_yaml_files_of_the_folder_itself_in_order) {
    const testing::temporary_folder folder;
    for (const char* const name :
         {"b.yaml", "a.yaml", "a.test.yaml", "notes.txt", ".x.yaml", "deeper/c.yaml"}) {
        folder.write(name, "");
    }
    const folder_files found = policy_files(folder.path);
    EXPECT_EQ(found.problem, "");
    EXPECT_EQ(found.paths, (std::vector{folder / "a.yaml", folder / "b.yaml"}));
}

TEST(files, a_folder_that_is_not_there_is_a_problem_not_an_empty_one) {
    EXPECT_NE(policy_files("/nowhere/at/all").problem, "");
}

TEST(files, what_is_too_large_or_no_file_is_refused) {
    const testing::temporary_folder folder;
    folder.write("large", std::string(3000, 'x'));
    EXPECT_EQ(read_file(folder / "large", 4096).text->size(), 3000U);
    EXPECT_FALSE(read_file(folder / "large", 2048).text);
    EXPECT_EQ(read_file(folder.path).problem, "is a directory");
    ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
    EXPECT_EQ(read_file(folder / "pipe").problem, "is not a regular file") << "and does not hang";
}

}  // namespace
}  // namespace rolloutd::daemon
