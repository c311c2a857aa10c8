#include "policies/supposable.h"

#include <gtest/gtest.h>

#include "tests/support/rollout_story.h"

namespace rolloutd::tests {
namespace {

using policies::subject;
using policies::subject_kind;
using policies::supposable;

a_ticket under_way() {
    a_ticket ticket;
    ticket.batch(10).batch(10);
    return ticket.processing().current(1).with_details().in_batch(
        1, {{"FINISHED", 4}, {"PROCESSING", 6}});
}

supposable supposed(const a_policy& what, const subject& who = {},
                    const a_ticket& seen = under_way(), policies::duration length = 0s) {
    rollout_story story({what});
    story.see(seen);
    if (length > 0s) story.watch(seen, static_cast<int>(length / 5s));
    const policies::fact_view view{story.state(), story.now(), false};
    const policies::policy& owner = story.rules().policies->policies[0];
    return may_suppose(owner, owner.rules[0], who, view);
}

supposable supposed_when(const std::string& condition) {
    return supposed(a_policy().rule(a_rule("r").when(condition).do_pause()));
}

supposable of_batch(int index, const std::string& condition) {
    return supposed(a_policy().rule(a_rule("r").each_batch().when(condition).do_skip()),
                    {.kind = subject_kind::batch, .number = index});
}

TEST(supposable, whoever_counts_the_ticket_alone_may_suppose_all_that_are_open) {
    EXPECT_EQ(supposed_when("count.abnormal > 3"), (supposable{16, true}));
    EXPECT_EQ(supposed_when("percent(count.abnormal, count.total) > ticket.failure_allowed"),
              (supposable{16, true}));
}

TEST(supposable, it_matters_which_host_fails_to_whoever_names_one) {
    EXPECT_EQ(
        supposed_when("instances.exists(i, i.host == \"a\" && i.status == \"ABNORMAL\")").most, 0);
    EXPECT_EQ(supposed_when("batches.exists(b, b.count.abnormal > 2)").most, 0);
    EXPECT_EQ(supposed(a_policy()
                           .variable("bad", "instances.exists(i, i.status == \"ABNORMAL\")")
                           .rule(a_rule("r").when("bad").do_pause()))
                  .most,
              0)
        << "through a variable too";
}

TEST(supposable, what_changes_with_the_last_host_of_the_batch_ends_there) {
    EXPECT_EQ(supposed_when("ticket.current_batch == 1 && count.abnormal > 1"),
              (supposable{5, false}));
}

TEST(supposable, of_a_batch_only_what_is_open_in_it_and_only_while_it_is_its_turn) {
    EXPECT_EQ(of_batch(1, "batch.count.abnormal > 1"), (supposable{6, true}));
    EXPECT_EQ(of_batch(1, "batch.current && batch.count.abnormal > 1"), (supposable{5, false}));
    EXPECT_EQ(of_batch(2, "batch.count.abnormal > 1").most, 0);
}

TEST(supposable, while_instances_are_stuck_the_next_failure_may_be_one_of_them) {
    const a_policy counting =
        a_policy().rule(a_rule("r").when("count.abnormal + count.stuck > 3").do_pause());
    EXPECT_EQ(supposed(counting).most, 16);
    EXPECT_EQ(supposed(counting, {}, under_way(), 10min).most, 0);
}

TEST(supposable, nothing_of_a_ticket_that_is_not_at_work) {
    const a_policy counting = a_policy().rule(a_rule("r").when("count.abnormal > 3").do_pause());
    EXPECT_EQ(supposed(counting, {}, under_way().paused()).most, 0);
}

}  // namespace
}  // namespace rolloutd::tests
