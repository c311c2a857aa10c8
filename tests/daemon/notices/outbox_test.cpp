#include "daemon/notices/outbox.h"

#include <gtest/gtest.h>

namespace rolloutd::daemon {
namespace {

using namespace std::chrono_literals;

constexpr moment noon{12h};

notice named(const std::string& id) {
    notice made;
    made.id = id;
    return made;
}

std::string ids(const std::vector<notice>& all) {
    std::string text;
    for (const notice& each : all)
        text += (text.empty() ? "" : " ") + each.id;
    return text;
}

TEST(outbox, gives_what_waits_in_order_and_each_message_once) {
    outbox box;
    EXPECT_FALSE(box.due());
    for (const char* id : {"a", "b", "a", "c"})
        box.add(named(id), noon);
    EXPECT_EQ(box.waiting(), 3U);
    EXPECT_LE(*box.due(), noon);
    EXPECT_EQ(ids(box.next(noon, 2)), "a b");
    box.answered(reception::taken, noon, 0);
    EXPECT_EQ(ids(box.next(noon, 2)), "c");
    box.answered(reception::taken, noon, 0);
    EXPECT_FALSE(box.due());
    EXPECT_EQ(box.lost(), 0U);
}

TEST(outbox, leaves_a_target_alone_longer_and_longer_that_fails) {
    outbox box;
    box.add(named("a"), noon);
    moment now = noon;
    std::vector<duration> pauses;
    for (int tries = 0; tries < 8; ++tries) {
        ASSERT_EQ(ids(box.next(now, 1)), "a");
        box.answered(reception::failed, now, 0.999999);
        EXPECT_TRUE(box.next(*box.due() - 1ms, 1).empty());
        pauses.push_back(std::chrono::round<duration>(*box.due() - now));
        now = *box.due();
    }
    EXPECT_NEAR(static_cast<double>(pauses.front().count()), 1000, 2);
    EXPECT_NEAR(static_cast<double>(pauses[2].count()), 4000, 2);
    EXPECT_NEAR(static_cast<double>(pauses.back().count()), 60'000, 2);
    ASSERT_EQ(ids(box.next(now, 1)), "a");
    box.answered(reception::taken, now, 0);
    box.add(named("b"), now);
    EXPECT_LE(*box.due(), now) << "all is well again";
}

TEST(outbox, spreads_the_pauses) {
    outbox box;
    box.add(named("a"), noon);
    box.next(noon, 1);
    box.answered(reception::failed, noon, 0);
    EXPECT_EQ(*box.due() - noon, 500ms);
}

TEST(outbox, heeds_how_long_a_target_asks_to_be_left_alone_within_reason) {
    outbox box;
    box.add(named("a"), noon);
    box.next(noon, 1);
    box.answered(reception::failed, noon, 0, 30s);
    EXPECT_EQ(*box.due(), noon + 30s);
    box.next(noon + 30s, 1);
    box.answered(reception::failed, noon + 30s, 0, 24h);
    EXPECT_EQ(*box.due(), noon + 30s + 10min);
    box.hurry();
    EXPECT_EQ(ids(box.next(noon + 31s, 1)), "a");
}

TEST(outbox, drops_the_oldest_for_want_of_room_but_not_what_is_under_way) {
    outbox box({.most = 3});
    for (const char* id : {"a", "b", "c"})
        box.add(named(id), noon);
    EXPECT_EQ(ids(box.next(noon, 1)), "a");
    box.add(named("d"), noon);
    EXPECT_EQ(box.dropped(), 1U);
    EXPECT_EQ(box.lost(), 1U);
    box.answered(reception::taken, noon, 0);
    EXPECT_EQ(box.lost(), 1U) << "that message could not tell of it";
    EXPECT_EQ(ids(box.next(noon, 9)), "c d");
    box.answered(reception::taken, noon, 0);
    EXPECT_EQ(box.lost(), 0U);
    EXPECT_EQ(box.dropped(), 1U);
}

TEST(outbox, full_of_what_is_under_way_it_takes_nothing_more) {
    outbox box({.most = 2});
    box.add(named("a"), noon);
    box.add(named("b"), noon);
    box.next(noon, 2);
    box.add(named("c"), noon);
    EXPECT_EQ(box.waiting(), 2U);
    EXPECT_EQ(box.dropped(), 1U);
    EXPECT_EQ(box.lost(), 1U);
}

TEST(outbox, gives_up_what_is_too_old) {
    outbox box;
    box.add(named("a"), noon);
    box.add(named("b"), noon + 30min);
    box.next(noon, 1);
    box.answered(reception::failed, noon, 0);
    EXPECT_EQ(ids(box.next(noon + 1h + 1ms, 9)), "b");
    EXPECT_EQ(box.expired(), 1U);
    EXPECT_EQ(box.lost(), 1U);
}

TEST(outbox, what_is_refused_is_not_sent_again_and_counts_as_lost) {
    outbox box;
    box.add(named("a"), noon);
    box.add(named("b"), noon);
    box.next(noon, 1);
    box.answered(reception::refused, noon, 0);
    EXPECT_EQ(box.lost(), 1U);
    EXPECT_EQ(ids(box.next(noon, 9)), "b");
}

TEST(outbox, hands_down_what_waits_and_what_is_under_way) {
    outbox box({.most = 2});
    for (const char* id : {"a", "b", "c"})
        box.add(named(id), noon);
    box.next(noon, 1);
    outbox heir = box.handed_down();
    EXPECT_EQ(box.waiting(), 0U);
    box.answered(reception::taken, noon, 0);
    EXPECT_EQ(box.lost(), 0U);
    EXPECT_EQ(ids(heir.next(noon, 9)), "b c");
    EXPECT_EQ(heir.lost(), 1U);
}

TEST(outbox, rests_after_a_failure_of_what_did_not_wait_too) {
    outbox box;
    box.answered(reception::failed, noon, 0, 30s);
    EXPECT_EQ(box.rests_until(), noon + 30s);
    box.answered(reception::taken, noon + 30s, 0);
    EXPECT_FALSE(box.rests_until());
    EXPECT_EQ(box.lost(), 0U);
}

}  // namespace
}  // namespace rolloutd::daemon
