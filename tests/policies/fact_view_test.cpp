// DESIGN §7: what the facts say that count time and hosts.

#include "policies/fact_view.h"

#include <gtest/gtest.h>

#include "tests/support/rollout_story.h"

namespace rolloutd::tests {

using namespace policies;

namespace {

constexpr int id_slot = static_cast<int>(instance_fact::slowness);

// One batch of ten; `finished` of them are, the rest run.
a_ticket finishing(int finished, int size = 10) {
    return a_ticket().batch(size).batch(2).with_details().in_batch(
        1, {{"FINISHED", finished}, {"PROCESSING", size}});
}

cel::value ticket_fact_of(const fact_view& view, ticket_fact which) {
    return view.ticket().as_object().field(static_cast<int>(which));
}

std::chrono::nanoseconds length_of(const rollout_story& story, ticket_fact which) {
    const fact_view view{story.state(), story.now(), false};
    return ticket_fact_of(view, which).as_duration();
}

}  // namespace

TEST(fact_view, running_for_advances_only_while_processing_is_seen) {
    rollout_story story{{a_policy()}};
    story.watch(finishing(1), 3);  // 10 s
    EXPECT_EQ(length_of(story, ticket_fact::running_for), 10s);
    story.watch(finishing(1).paused(), 4);
    EXPECT_EQ(length_of(story, ticket_fact::running_for), 10s);
    EXPECT_EQ(length_of(story, ticket_fact::paused_for), 15s);
    story.watch(finishing(1), 3);
    EXPECT_EQ(length_of(story, ticket_fact::running_for), 20s);
    EXPECT_EQ(length_of(story, ticket_fact::paused_for), 0s);
    story.after(1h).see(finishing(1));
    EXPECT_EQ(length_of(story, ticket_fact::running_for), 20s) << "nobody saw that hour";
}

TEST(fact_view, unchanged_for_starts_anew_with_each_change_of_the_counts) {
    rollout_story story{{a_policy()}};
    story.watch(finishing(1), 5);
    EXPECT_EQ(length_of(story, ticket_fact::unchanged_for), 20s);
    story.watch(finishing(2), 2);
    EXPECT_EQ(length_of(story, ticket_fact::unchanged_for), 5s);
}

TEST(fact_view, a_batch_is_not_late_before_its_turn) {
    rollout_story story{{a_policy()}};
    story.watch(finishing(1), 20);
    story.watch(finishing(10).current(2), 3);
    const fact_view view{story.state(), story.now(), false};
    const cel::value batch = view.of({.kind = subject_kind::batch, .number = 2});
    const auto field = [&](batch_fact which) {
        return batch.as_object().field(static_cast<int>(which));
    };
    EXPECT_TRUE(field(batch_fact::current).as_boolean());
    EXPECT_EQ(field(batch_fact::unchanged_for).as_duration(), 10s);
    EXPECT_EQ(field(batch_fact::running_for).as_duration(), 10s);
}

TEST(fact_view, stuck_is_longer_than_the_timeout_and_two_minutes) {
    rollout_story story{{a_policy()}};
    for (int i = 0; i <= 28; ++i)
        story.watch(finishing(4), 1, 15s);  // 7 min
    EXPECT_EQ(fact_view(story.state(), story.now(), false).stuck(std::nullopt).as_integer(), 0);
    story.watch(finishing(4), 1, 15s);
    EXPECT_EQ(fact_view(story.state(), story.now(), false).stuck(std::nullopt).as_integer(), 6);
    EXPECT_EQ(fact_view(story.state(), story.now(), false).stuck(2).as_integer(), 0);
}

TEST(fact_view, slowness_compares_with_the_median_of_what_finished) {
    rollout_story story{{a_policy()}};
    story.watch(finishing(0), 1);
    for (int i = 0; i < 2; ++i)
        story.watch(finishing(0), 1, 10s);
    story.watch(finishing(4), 1, 10s);
    for (int i = 0; i < 3; ++i)
        story.watch(finishing(4), 1, 10s);  // 60 s
    const auto slowness = [&] {
        const fact_view view{story.state(), story.now(), false};
        return view.of({.kind = subject_kind::instance, .number = 1010}).as_object().field(id_slot);
    };
    EXPECT_EQ(slowness().as_error().code, "too_few");
    story.watch(finishing(5), 1, 10s);
    // 30, 30, 30, 30 and 70 seconds: the median is 30.
    EXPECT_NEAR(slowness().as_real(), 70.0 / 30.0, 1e-9);
}

TEST(fact_view, slowness_says_nothing_before_a_minute) {
    rollout_story story{{a_policy()}};
    story.watch(finishing(0), 1);
    story.watch(finishing(5), 2);
    const fact_view view{story.state(), story.now(), false};
    EXPECT_EQ(view.of({.kind = subject_kind::instance, .number = 1010})
                  .as_object()
                  .field(id_slot)
                  .as_error()
                  .code,
              "too_early");
}

TEST(fact_view, without_sight_only_four_facts_are_known) {
    rollout_story story{{a_policy()}};
    story.watch(finishing(1), 1);
    story.after(42s);
    const fact_view view{story.state(), story.now(), true};
    EXPECT_EQ(ticket_fact_of(view, ticket_fact::unseen_for).as_duration(), 42s);
    EXPECT_EQ(ticket_fact_of(view, ticket_fact::name).as_string(), "deploy-web-7");
    EXPECT_EQ(ticket_fact_of(view, ticket_fact::id).as_string(), story.state().id);
    EXPECT_EQ(ticket_fact_of(view, ticket_fact::labels).size(), 0u);
    for (int slot = 0; slot < static_cast<int>(ticket_type().fields().size()); ++slot) {
        const std::string& name = ticket_type().fields()[static_cast<std::size_t>(slot)].name;
        if (name == "id" || name == "name" || name == "labels" || name == "unseen_for") continue;
        const cel::value fact = view.ticket().as_object().field(slot);
        ASSERT_TRUE(fact.is_error()) << name;
        EXPECT_EQ(fact.as_error().code, "not_seen") << name;
    }
    EXPECT_TRUE(view.batches().is_error());
    EXPECT_TRUE(view.instances().is_error());
    EXPECT_TRUE(view.count().as_object().field(0).is_error());
}

TEST(fact_view, unseen_for_goes_on_over_a_restart) {
    rollout_story story{{a_policy()}};
    story.watch(finishing(1), 1);
    const timestamp seen = story.now();
    story.after(1min).restart(seen + 20s);
    EXPECT_EQ(fact_view(story.state(), story.now(), true).unseen_for(), 40s);
}

TEST(fact_view, what_was_given_up_is_not_stuck_as_well) {
    rollout_story story{{a_policy()}};
    for (int i = 0; i <= 29; ++i)
        story.watch(finishing(4), 1, 15s);
    ticket_state state = story.state();
    state.given_up = {1005, 1006};
    const fact_view view{state, story.now(), false};
    EXPECT_EQ(view.stuck(std::nullopt).as_integer(), 4);
    EXPECT_EQ(view.given_up(1), 2);
    EXPECT_EQ(view.given_up(2), 0);
}

}  // namespace rolloutd::tests
