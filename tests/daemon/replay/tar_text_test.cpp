#include "daemon/replay/tar_text.h"

#include <gtest/gtest.h>

namespace rolloutd::daemon {
namespace {

const policies::timestamp then = *policies::parse_timestamp("2026-11-21T10:15:30.123Z");

TEST(tar_text, fills_each_file_up_to_whole_blocks_and_ends_with_two_empty_ones) {
    tar_text archive(then);
    archive.add("a", std::string(513, 'x'));
    archive.add("b", "");
    const std::string made = archive.take();
    EXPECT_EQ(made.size(), 512U * (1 + 2 + 1 + 2));
    EXPECT_EQ(made.substr(512U * 3, 2), std::string("b\0", 2));
    EXPECT_EQ(made.substr(made.size() - 1024), std::string(1024, '\0'));
}

TEST(tar_text, tells_size_and_time_in_octal) {
    tar_text archive(then);
    archive.add("a", "12345678");
    const std::string made = archive.take();
    EXPECT_EQ(made.substr(124, 11), "00000000010");
    EXPECT_EQ(std::stoll(made.substr(136, 11), nullptr, 8), 1795256130);
}

TEST(tar_text, keeps_long_names_apart_by_their_folders) {
    const std::string folder = std::string(60, 'f') + "/policies";
    const std::string name = std::string(90, 'n') + "a.yaml";
    tar_text archive(then);
    archive.add(folder + "/" + name, "");
    const std::string made = archive.take();
    EXPECT_EQ(made.substr(0, name.size() + 1), name + '\0');
    EXPECT_EQ(made.substr(345, folder.size() + 1), folder + '\0');
}

TEST(tar_text, is_the_same_again_for_the_same_files) {
    tar_text one(then);
    tar_text other(then);
    one.add("a", "text");
    other.add("a", "text");
    EXPECT_EQ(one.take(), other.take());
}

}  // namespace
}  // namespace rolloutd::daemon
