#include "policies/given_up.h"

#include <gtest/gtest.h>

#include "tests/support/rollout_story.h"

namespace rolloutd::tests {

using namespace policies;

namespace {

operation cancelling(instance_id id) {
    return {.what = action::cancel_instance, .batch = 1, .instance = id};
}

// One rule cancels every instance that runs; 20 of them, 10 run.
rollout_story cancelling_story() {
    rollout_story story{{a_policy().rule(a_rule("host")
                                             .each_instance()
                                             .when("instance.status == \"PROCESSING\"")
                                             .do_cancel_instance())}};
    story.rules().limits.cancelled_percent_tenths = 1000;
    story.watch(a_ticket().batch(10).batch(10).with_details().in_batch(1, {{"PROCESSING", 10}}), 3);
    return story;
}

}  // namespace

TEST(given_up, a_share_allows_that_many_rounded_down_and_at_least_one) {
    const rollout_story story = cancelling_story();
    EXPECT_EQ(allowed_of(0, story.state()), 1);
    EXPECT_EQ(allowed_of(99, story.state()), 1);  // 1.98 of 20
    EXPECT_EQ(allowed_of(100, story.state()), 2);
    EXPECT_EQ(allowed_of(149, story.state()), 2);  // 2.98
    EXPECT_EQ(allowed_of(1000, story.state()), 20);
}

TEST(given_up, counts_what_is_on_its_way_and_no_instance_twice) {
    const rollout_story story = cancelling_story();
    ASSERT_EQ(story.state().flights.size(), 1u);
    const operation sent = story.state().flights.front().what.what;
    EXPECT_EQ(given_up_before(sent, story.state()), 0);
    EXPECT_EQ(given_up_with(sent, story.state()), 1);
    EXPECT_EQ(given_up_before(cancelling(1009), story.state()), 1);
    EXPECT_EQ(given_up_with(cancelling(1009), story.state()), 2);
}

TEST(given_up, a_skip_gives_up_all_that_is_unsettled_in_its_batch) {
    const rollout_story story = cancelling_story();
    const operation skip{.what = action::skip_batch, .batch = 1};
    EXPECT_EQ(given_up_before(skip, story.state()), 1);
    EXPECT_EQ(given_up_with(skip, story.state()), 10);
}

}  // namespace rolloutd::tests
