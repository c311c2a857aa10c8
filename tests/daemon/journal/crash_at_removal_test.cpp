// Closed files are looked after on a disk that refuses or is full, and by processes that die amid
// it: nothing is lost that was to be kept, and nothing that was to go does harm.

#include <gmock/gmock.h>

#include "daemon/journal/line_reader.h"
#include "tests/daemon/journal/days.h"

namespace rolloutd::daemon {
namespace {

using namespace rolloutd::daemon::testing;

class a_death_amid_a_removal : public ::testing::TestWithParam<std::string> {};

TEST_P(a_death_amid_a_removal, is_no_damage) {
    bool removed = false;
    for (int nth = 1; nth < 60; ++nth) {
        for (const std::size_t kept : {std::size_t{0}, std::size_t{60}}) {
            world in;
            in.options.keeping = {true, std::chrono::hours(48), 0};
            begin_with_two_that_belong_together(in);
            in.files.fail_from(GetParam(), nth);
            live(in, 4);
            const bool met = in.files.failed();
            in.crash(kept);
            in.start();
            EXPECT_FALSE(in.log->damage()) << nth << to_text(*in.log->damage());
            EXPECT_EQ(deep_verdict(in.files), "good") << nth << " " << kept;
            removed = removed || in.segments().front() != "000000000001.jsonl.zst";
            live(in, 4);
            EXPECT_EQ(deep_verdict(in.files), "good") << nth << " " << kept;
            EXPECT_EQ(in.log->disorder(), "");
            if (met) continue;
            EXPECT_TRUE(removed);
            return;
        }
    }
    ADD_FAILURE() << "the story has an end";
}

INSTANTIATE_TEST_SUITE_P(each, a_death_amid_a_removal,
                         ::testing::Values("remove", "sync_folder", "rename"));

class a_disk_that_fails_once : public ::testing::TestWithParam<std::string> {};

TEST_P(a_disk_that_fails_once, costs_time_but_nothing_else) {
    for (int nth = 1; nth < 40; nth += 3) {
        world in;
        in.options.keeping = {true, std::chrono::hours(72), 0};
        in.start();
        live(in, 2);
        in.files.fail(GetParam(), nth);
        live(in, 3);
        in.files.heal();
        for (int n = 0; n < 3; ++n) {
            in.now += std::chrono::hours(2);
            in.log->tick();
            in.settle();
        }
        live(in, 1);
        EXPECT_EQ(deep_verdict(in.files), "good") << GetParam() << nth;
        EXPECT_EQ(in.log->disorder(), "");
        expect_recovers(in);
        // What is younger than three days is there, and hardly more.
        const auto oldest = first_record(in.files, "journal/" + in.segments().front());
        ASSERT_TRUE(oldest);
        EXPECT_LT(oldest->head.at, in.now - std::chrono::hours(72)) << GetParam() << nth;
        EXPECT_GT(oldest->head.at, in.now - std::chrono::hours(72 + 49)) << GetParam() << nth;
    }
}

INSTANTIATE_TEST_SUITE_P(each, a_disk_that_fails_once,
                         ::testing::Values("append", "sync", "create", "rename", "sync_folder",
                                           "remove", "read", "open"));

TEST(a_disk_that_is_full, is_not_filled_further_and_what_is_too_much_goes) {
    world in;
    in.start();
    live(in, 9);
    in.options.keeping = {true, {}, 20'000};
    in.open().value();
    in.files.fail_always("append");
    in.log->start({});
    in.settle();
    in.record("SCT1", an_observation(1, 1));
    for (int n = 0; n < 3; ++n)
        an_hour_later(in);
    EXPECT_FALSE(in.log->writable());
    const std::size_t left = in.segments().size();
    EXPECT_LT(left, 9U);
    EXPECT_FALSE(in.files.files.contains("snapshots/closed.tmp"));
    in.files.heal();
    an_hour_later(in);
    EXPECT_TRUE(in.log->writable());
    in.log->tick();
    in.settle();
    EXPECT_EQ(in.log->disorder(), "");
    EXPECT_TRUE(is_compressed(in.segments().front())) << "as soon as there is room";
    EXPECT_EQ(deep_verdict(in.files), "good");
}

}  // namespace
}  // namespace rolloutd::daemon
