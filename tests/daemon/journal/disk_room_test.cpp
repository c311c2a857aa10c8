// A full disk is noticed before a write fails on it.

#include "daemon/journal/disk_room.h"

#include <gmock/gmock.h>

#include "tests/daemon/journal/world.h"

namespace rolloutd::daemon {
namespace {

using namespace rolloutd::daemon::testing;
using ::testing::HasSubstr;
using namespace std::chrono_literals;

// As the daemon does it, once a second.
void seconds_pass(world& in, int many) {
    for (int n = 0; n < many; ++n) {
        in.now += 1s;
        in.log->tick();
        in.settle();
    }
}

TEST(disk_room, a_journal_that_writes_nothing_notices_a_full_disk_and_room_that_returns) {
    world in;
    in.start();
    seconds_pass(in, 3);
    ASSERT_TRUE(in.log->writable());
    in.files.free_bytes = disk_room::least_bytes - 1;
    seconds_pass(in, 3);
    EXPECT_FALSE(in.log->writable());
    EXPECT_THAT(in.log->failure(), HasSubstr("the disk is full: 63 KiB are left"));
    in.files.free_bytes = disk_room::well_again_bytes - 1;
    seconds_pass(in, 3);
    EXPECT_FALSE(in.log->writable()) << "at the edge it would come and go";
    in.files.free_bytes = disk_room::well_again_bytes;
    seconds_pass(in, 3);
    EXPECT_TRUE(in.log->writable());
    EXPECT_EQ(in.log->failure(), "");
}

TEST(disk_room, what_is_recorded_meanwhile_is_written_as_long_as_the_disk_takes_it) {
    world in;
    in.start();
    in.files.free_bytes = 0;
    seconds_pass(in, 3);
    const policies::stamp where = in.record("SCT1", an_observation(1, 1));
    in.settle();
    EXPECT_EQ(in.log->durable_seq(), where.seq);
    expect_whole(in);
}

TEST(disk_room, a_disk_that_cannot_be_asked_is_not_trusted) {
    world in;
    in.start();
    in.files.fail_always("room");
    seconds_pass(in, 3);
    EXPECT_FALSE(in.log->writable());
    in.files.heal();
    seconds_pass(in, 3);
    EXPECT_TRUE(in.log->writable());
}

// One question at a time: a disk that hangs does not pile them up.
TEST(disk_room, asks_every_two_seconds_and_not_before_it_is_answered) {
    world in;
    boost::asio::io_context helper{1};
    const auto room =
        std::make_shared<disk_room>(in.files, in.io.get_executor(), helper.get_executor());
    for (int n = 0; n < 10; ++n) {
        in.now += 1s;
        room->look(in.now);
    }
    EXPECT_EQ(helper.run(), 1U);
    in.settle();
    EXPECT_EQ(in.files.count("room"), 1);
    helper.restart();
    for (int n = 0; n < 10; ++n) {
        in.now += 1s;
        room->look(in.now);
        helper.poll();
        helper.restart();
        in.settle();
    }
    EXPECT_EQ(in.files.count("room"), 6);
}

// Else it would not be asked for as long as the clock was ahead.
TEST(disk_room, asks_at_once_when_the_clock_was_set_back) {
    world in;
    const auto room =
        std::make_shared<disk_room>(in.files, in.io.get_executor(), in.io.get_executor());
    room->look(in.now);
    in.settle();
    room->look(in.now - 24h);
    in.settle();
    EXPECT_EQ(in.files.count("room"), 2);
}

}  // namespace
}  // namespace rolloutd::daemon
