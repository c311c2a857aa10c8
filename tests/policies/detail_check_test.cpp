// DESIGN §6: details that contradict statistics, and which batches are read.

#include <gtest/gtest.h>

#include "policies/engine.h"
#include "tests/support/rollout_story.h"

namespace rolloutd::tests {

using namespace policies;

namespace {

a_ticket first_running() {
    return a_ticket().batch(4).batch(4).batch(4).with_details().in_batch(
        1, {{"FINISHED", 2}, {"PROCESSING", 2}});
}

settings with_details(bool wanted = true) {
    settings rules;
    auto set = std::make_shared<policy_set>();
    set->reads.details = wanted;
    rules.policies = set;
    return rules;
}

std::vector<int> to_read(const reading& what, const ticket_state& state, const settings& rules) {
    return batches_to_read(what.info, what.batches, what.stats, state, rules);
}

}  // namespace

TEST(details, are_read_only_when_a_policy_names_them) {
    EXPECT_TRUE(to_read(first_running(), {}, with_details(false)).empty());
    EXPECT_EQ(to_read(first_running(), {}, with_details()), (std::vector<int>{1, 2, 3}));
}

TEST(details, of_quiet_batches_are_not_read_again) {
    ticket_state state;
    state.last = first_running();
    EXPECT_EQ(to_read(first_running(), state, with_details()), std::vector<int>{1});
    const auto second =
        first_running().in_batch(1, {{"FINISHED", 4}}).in_batch(2, {{"PROCESSING", 1}}).current(2);
    EXPECT_EQ(to_read(second, state, with_details()), (std::vector<int>{1, 2}));
    state.last = second;
    const auto third = a_ticket(second).in_batch(2, {{"FINISHED", 1}, {"PROCESSING", 1}});
    EXPECT_EQ(to_read(third, state, with_details()), std::vector<int>{2})
        << "batch 1 is over, however the row grows";
}

TEST(details, in_doubt_are_read_again) {
    ticket_state state;
    state.last = first_running();
    state.doubtful = {3};
    EXPECT_EQ(to_read(first_running(), state, with_details()), (std::vector<int>{1, 3}));
}

TEST(details, that_agree_or_are_ahead_are_not_doubtful) {
    EXPECT_TRUE(doubtful_batches(first_running(), {}).empty());
    reading ahead = first_running();
    ahead.details[0].instances[2].status = "FINISHED";
    EXPECT_TRUE(doubtful_batches(ahead, {}).empty());
}

TEST(details, that_are_behind_or_incomplete_are_doubtful_alone) {
    reading behind = first_running();
    behind.details[0].instances[1].status = "PROCESSING";
    EXPECT_EQ(doubtful_batches(behind, {}), std::vector<int>{1});
    reading missing = first_running();
    missing.details[1].instances.pop_back();
    EXPECT_EQ(doubtful_batches(missing, {}), std::vector<int>{2});
    reading open = first_running().in_batch(2, {{"FINISHED", 4}});
    open.details[1].instances[0].status = "PROCESSING";
    EXPECT_EQ(doubtful_batches(open, {}), std::vector<int>{2});
}

TEST(details, in_doubt_make_their_batch_undetermined_and_no_other) {
    rollout_story story{
        {a_policy().rule(a_rule("x").each_batch().when("batch.count.total == 4").do_notify())}};
    reading behind = first_running();
    behind.details[1].instances.pop_back();
    story.watch(behind, 1);
    ASSERT_EQ(story.last().views.size(), 3u);
    EXPECT_EQ(story.last().views[0].now, verdict::yes);
    EXPECT_EQ(story.last().views[1].now, verdict::undetermined);
    EXPECT_EQ(story.last().views[1].reason, "doubtful");
    EXPECT_EQ(story.last().views[2].now, verdict::yes);
    story.watch(first_running(), 1);
    EXPECT_EQ(story.last().views[1].now, verdict::yes);
}

TEST(details, that_changed_and_were_not_read_are_doubtful) {
    rollout_story story{{a_policy()}};
    story.watch(first_running(), 1);
    reading moved = first_running().in_batch(1, {{"FINISHED", 3}, {"PROCESSING", 1}});
    moved.details.clear();
    story.watch(moved, 1);
    EXPECT_EQ(story.state().doubtful, std::set<int>{1});
}

}  // namespace rolloutd::tests
