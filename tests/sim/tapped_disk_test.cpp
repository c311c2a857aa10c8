#include "tests/sim/tapped_disk.h"

#include <gtest/gtest.h>

#include "tests/daemon/journal/memory_disk.h"

namespace rolloutd::sim {
namespace {

struct tap : ::testing::Test {
    daemon::testing::memory_disk beneath;
    std::vector<std::string> heard;
    tapped_disk files{beneath, [this](const std::string& line) { heard.push_back(line); }};
    using lines = std::vector<std::string>;
};

TEST_F(tap, a_line_is_told_when_it_is_durable_and_only_once) {
    auto file = files.create("journal/000000000001.jsonl");
    ASSERT_TRUE(file);
    ASSERT_TRUE((*file)->append("one\ntwo\nthr"));
    EXPECT_TRUE(heard.empty());
    ASSERT_TRUE((*file)->sync());
    EXPECT_EQ(heard, (lines{"one", "two"}));
    ASSERT_TRUE((*file)->append("ee\n"));
    ASSERT_TRUE((*file)->sync());
    EXPECT_EQ(heard, (lines{"one", "two", "three"}));
    EXPECT_EQ(beneath.files.at("journal/000000000001.jsonl")->durable, "one\ntwo\nthree\n");
}

TEST_F(tap, what_is_cut_or_not_synced_is_not_told) {
    auto file = files.create("journal/000000000001.jsonl");
    ASSERT_TRUE((*file)->append("one\n"));
    ASSERT_TRUE((*file)->sync());
    ASSERT_TRUE((*file)->append("two\n"));
    beneath.fail("sync");
    EXPECT_FALSE((*file)->sync());
    ASSERT_TRUE((*file)->truncate(4));
    ASSERT_TRUE((*file)->append("three\n"));
    ASSERT_TRUE((*file)->sync());
    EXPECT_EQ(heard, (lines{"one", "three"}));
}

TEST_F(tap, snapshots_are_not_the_journal) {
    ASSERT_TRUE(daemon::write_whole(files, "snapshots/1", "line\n"));
    EXPECT_TRUE(heard.empty());
}

}  // namespace
}  // namespace rolloutd::sim
