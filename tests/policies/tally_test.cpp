// Counting and looking up in a reading.

#include "policies/tally.h"

#include <gtest/gtest.h>

#include "tests/support/a_ticket.h"

namespace rolloutd::tests {

using namespace policies;

TEST(tally, counts_what_statistics_leave_out_as_unknown) {
    statistics stats{.total = 10, .rows = {{.status = "FINISHED", .count = 4, .batches = {1}}}};
    EXPECT_EQ(count_of(stats)[status_word::unknown], 6);
    EXPECT_EQ(count_of(stats).settled(), 4);
    stats.rows.push_back({.status = "PAUSED", .count = 1, .batches = {1}});
    EXPECT_EQ(count_of(stats)[status_word::unknown], 6) << "no instance is PAUSED";
    stats.total = 3;
    EXPECT_LT(count_of(stats)[status_word::unknown], 0);
}

TEST(tally, a_detail_that_lacks_instances_counts_them_as_unknown) {
    const batch_detail detail{.index = 1, .size = 3, .instances = {}};
    EXPECT_EQ(count_of(detail)[status_word::unknown], 3);
}

TEST(tally, finds_batches_details_and_instances) {
    const reading what = a_ticket().batch(2).batch(2).with_details();
    EXPECT_EQ(find_batch(what, 2)->index, 2);
    EXPECT_EQ(find_batch(what, 3), nullptr);
    EXPECT_EQ(find_detail(what, 1)->index, 1);
    EXPECT_EQ(find_instance(what, 2001)->host, "host-2001");
    EXPECT_EQ(find_instance(what, 3001), nullptr);
}

TEST(tally, the_order_of_rows_and_empty_rows_say_nothing) {
    statistics a{.total = 3,
                 .rows = {{.status = "READY", .count = 1, .batches = {2}},
                          {.status = "FINISHED", .count = 2, .batches = {1, 2}}}};
    statistics b{.total = 3,
                 .rows = {{.status = "FINISHED", .count = 2, .batches = {2, 1}},
                          {.status = "READY", .count = 1, .batches = {2}},
                          {.status = "ABNORMAL", .count = 0, .batches = {}}}};
    EXPECT_TRUE(same_counts(a, b));
    b.rows[0].count = 1;
    EXPECT_FALSE(same_counts(a, b));
    EXPECT_FALSE(same_rows_of(a, b, 1));
}

TEST(tally, a_status_that_is_not_known_is_not_settled) {
    const reading what = a_ticket().batch(2).in_batch(1, {{"FINISHED", 1}, {"ODD", 1}});
    EXPECT_TRUE(has_unsettled(what, 1));
    EXPECT_FALSE(has_unsettled(what, 2));
    EXPECT_EQ(batches_in(what.stats, status_word::finished), std::set<int>{1});
}

}  // namespace rolloutd::tests
