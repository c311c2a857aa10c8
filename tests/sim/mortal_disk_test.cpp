#include "tests/sim/mortal_disk.h"

#include <gtest/gtest.h>

#include "tests/daemon/journal/memory_disk.h"

namespace rolloutd::sim {
namespace {

TEST(mortal_disk, hands_everything_on_while_its_process_lives) {
    daemon::testing::memory_disk beneath;
    mortal_disk disk(beneath);
    auto file = disk.create("journal/1");
    ASSERT_TRUE(file);
    EXPECT_TRUE((*file)->append("all"));
    EXPECT_TRUE((*file)->sync());
    EXPECT_EQ(*disk.read("journal/1", 0, 3), "all");
    EXPECT_EQ(beneath.files.at("journal/1")->durable, "all");
}

TEST(mortal_disk, takes_nothing_from_the_dead) {
    daemon::testing::memory_disk beneath;
    mortal_disk disk(beneath);
    auto file = disk.create("journal/1");
    ASSERT_TRUE(file);
    ASSERT_TRUE((*file)->append("half"));
    disk.die();
    EXPECT_FALSE((*file)->append(" and more"));
    EXPECT_FALSE((*file)->sync());
    EXPECT_FALSE((*file)->truncate(0));
    EXPECT_FALSE(disk.create("journal/2"));
    EXPECT_FALSE(disk.rename("journal/1", "journal/3"));
    EXPECT_FALSE(disk.remove("journal/1"));
    EXPECT_EQ(beneath.files.at("journal/1")->bytes, "half");
    EXPECT_EQ(beneath.files.at("journal/1")->durable, "");
}

TEST(mortal_disk, holds_no_lock_against_the_next_process) {
    daemon::testing::memory_disk beneath;
    mortal_disk one(beneath);
    const auto held = one.lock("lock");
    ASSERT_TRUE(held);
    one.die();
    mortal_disk other(beneath);
    EXPECT_TRUE(other.lock("lock"));
}

}  // namespace
}  // namespace rolloutd::sim
