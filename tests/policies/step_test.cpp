// One whole step, and the way back from records to inputs.

#include <gtest/gtest.h>

#include "tests/support/rollout_story.h"

namespace rolloutd::tests {

using namespace policies;

TEST(step, the_permit_carries_the_number_of_its_intent) {
    rollout_story story{{a_policy().rule(a_rule("x").when("count.abnormal > 0").do_pause())}};
    const outcome& last = story.see(a_ticket().batch(4).in_batch(1, {{"ABNORMAL", 1}}));
    ASSERT_TRUE(last.send);
    EXPECT_EQ(kind_of(story.records().at(last.send_intent - 1).what), "intent");
    EXPECT_EQ(story.state().permitted, last.send_intent);
    story.answer(answer_kind::accepted);
    EXPECT_EQ(story.state().permitted, 0u);
}

TEST(step, counts_two_fresh_readings_after_each_change_of_the_rules) {
    rollout_story story{{a_policy()}};
    story.watch(a_ticket().batch(4), 5);
    EXPECT_EQ(story.state().fresh_readings, 2);
    story.reload({a_policy()});
    story.watch(a_ticket().batch(4), 1);
    EXPECT_EQ(story.state().fresh_readings, 1);
}

TEST(step, an_input_can_be_told_from_the_first_record_of_its_step) {
    const reading what = a_ticket().batch(2).batch(2).with_details();
    const observed look{.what = what,
                        .last_fresh = std::nullopt,
                        .continuous = false,
                        .planned = 7s,
                        .read = {2},
                        .doubtful = {},
                        .new_baseline = false};
    const auto seen_again = std::get<seen>(*replayed_input(look));
    EXPECT_EQ(seen_again.planned, 7s);
    ASSERT_EQ(std::get<reading>(seen_again.what).details.size(), 1u);
    EXPECT_EQ(std::get<reading>(seen_again.what).details[0].index, 2);

    const blinded dark{.last_fresh = {}, .origin = "network", .code = "reset", .detail = {}};
    const auto failed = std::get<seen>(*replayed_input(dark));
    EXPECT_EQ(std::get<failed_reading>(failed.what).code, "reset");
    const blinded late{.last_fresh = {}, .origin = "schedule", .code = "not_read", .detail = {}};
    EXPECT_TRUE(std::holds_alternative<wake>(*replayed_input(late)));

    EXPECT_EQ(std::get<withheld>(
                  *replayed_input(effected{
                      .intent = 3, .effect = effect_kind::withdrawn, .detail = "withheld: hold"}))
                  .why,
              "hold");
    EXPECT_FALSE(replayed_input(decided{}));
}

TEST(step, replay_knows_when_a_ticket_was_seen_before) {
    ticket_state state;
    observed look;
    look.last_fresh = timestamp{5s};
    look.new_baseline = true;
    prepare_replay(state, look);
    EXPECT_EQ(state.fresh_until, timestamp{5s});
    EXPECT_EQ(state.candidate_readings, 2);
}

}  // namespace rolloutd::tests
