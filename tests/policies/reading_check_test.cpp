// DESIGN §6: A whole reading.

#include "policies/reading_check.h"

#include <gtest/gtest.h>

#include "tests/support/rollout_story.h"

namespace rolloutd::tests {

using namespace policies;

namespace {

std::string flaw_code(const reading& what, const ticket_state& state = {}) {
    const auto found = find_flaw(what, state, settings{});
    return found ? found->code : "";
}

a_ticket half_done() {
    return a_ticket().batch(4).batch(4).with_details().in_batch(
        1, {{"FINISHED", 2}, {"PROCESSING", 2}});
}

}  // namespace

TEST(whole_reading, status_and_statistics_lie_within_the_cloud_timeout) {
    reading what = half_done();
    what.skew = 10s;
    EXPECT_EQ(flaw_code(what), "");
    what.skew = 10001ms;
    EXPECT_EQ(flaw_code(what), "skew");
    what.skew = -10001ms;
    EXPECT_EQ(flaw_code(what), "skew");
}

TEST(whole_reading, the_total_is_positive_and_the_sum_over_the_batches) {
    EXPECT_EQ(flaw_code(reading{}), "total");
    reading what = half_done();
    what.batches[1].size = 5;
    EXPECT_EQ(flaw_code(what), "batches");
}

TEST(whole_reading, no_remainder_is_negative_and_an_omitted_status_is_unknown) {
    reading what = half_done();
    what.stats.rows[0].count += 1;
    EXPECT_EQ(flaw_code(what), "remainder");
    what.stats.rows[0].count = -1;
    EXPECT_EQ(flaw_code(what), "remainder");
    reading omitted = half_done();
    omitted.stats.rows.pop_back();
    EXPECT_EQ(flaw_code(omitted), "");
}

TEST(whole_reading, a_settled_instance_stays_settled) {
    ticket_state state;
    state.last = half_done();
    state.baseline_total = 8;
    EXPECT_EQ(
        flaw_code(a_ticket(half_done()).in_batch(1, {{"FINISHED", 1}, {"PROCESSING", 3}}), state),
        "unsettled");
    EXPECT_EQ(
        flaw_code(a_ticket(half_done()).instance(1001, "PROCESSING").instance(1003, "FINISHED"),
                  state),
        "unsettled");
    EXPECT_EQ(flaw_code(a_ticket(half_done()).instance(1001, "ABNORMAL"), state), "");
}

TEST(whole_reading, a_changed_total_is_accepted_at_the_third_reading_that_shows_it) {
    rollout_story story{{a_policy()}};
    story.watch(half_done(), 2);
    const auto grown = a_ticket(half_done()).batch(4);
    story.watch(grown, 2);
    EXPECT_TRUE(story.state().blind);
    EXPECT_EQ(story.state().baseline_total, 8);
    story.watch(grown, 1);
    EXPECT_FALSE(story.state().blind);
    EXPECT_EQ(story.state().baseline_total, 12);
    EXPECT_TRUE(story.all<observed>().back().new_baseline);
}

TEST(whole_reading, readings_that_disagree_are_no_baseline) {
    rollout_story story{{a_policy()}};
    story.watch(half_done(), 1);
    for (int i = 0; i < 6; ++i) {
        story.watch(a_ticket(half_done()).batch(i % 2 == 0 ? 4 : 5), 1);
        EXPECT_TRUE(story.state().blind);
    }
}

TEST(whole_reading, what_was_known_of_other_batches_is_kept) {
    rollout_story story{{a_policy()}};
    story.watch(half_done(), 1);
    reading only_first = half_done().in_batch(1, {{"FINISHED", 3}, {"PROCESSING", 1}});
    only_first.details.pop_back();
    story.watch(only_first, 1);
    EXPECT_EQ(story.state().last->details.size(), 2u);
    EXPECT_EQ(story.all<observed>().back().read, std::vector<int>{1});
}

}  // namespace rolloutd::tests
