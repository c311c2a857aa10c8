#include "policies/lint/cost.h"

#include "tests/policies/lint/lint_support.h"

namespace rolloutd::policies::lint {
namespace {

TEST(lint_cost, counts_are_free_and_batches_cost_a_call_each) {
    const auto all = cost_of(loaded({with_rules(
        "  - {name: cheap, when: count.abnormal > 1, do: pause}\n"
        "  - {name: dear, when: bad > 1, do: pause}\n"
        "  - {name: chatty, when: 'instances.exists(i, i.message == \"x\")', do: notify}\n",
        "  bad: count.abnormal + count.stuck\n")}));
    ASSERT_EQ(all.size(), 1U);
    ASSERT_EQ(all[0].rules.size(), 4U);
    EXPECT_TRUE(all[0].rules[1].facts.empty());
    ASSERT_EQ(all[0].rules[2].facts.size(), 1U);
    EXPECT_EQ(all[0].rules[2].facts[0].fact, "count.stuck");
    EXPECT_EQ(all[0].rules[2].facts[0].reads, "batch details");
    EXPECT_EQ(all[0].rules[3].facts.size(), 2U);
    EXPECT_EQ(calls_per_poll(all, 0), 2);
    EXPECT_EQ(calls_per_poll(all, 3), 5);
}

TEST(lint_cost, without_such_a_fact_a_poll_is_two_calls) {
    EXPECT_EQ(calls_per_poll(cost_of(loaded({pause_when("count.abnormal > 1")})), 3), 2);
    EXPECT_EQ(calls_per_poll({}, 3), 2);
}

}  // namespace
}  // namespace rolloutd::policies::lint
