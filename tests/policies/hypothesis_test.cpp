#include "policies/hypothesis.h"

#include <gtest/gtest.h>

#include "policies/tally.h"
#include "tests/support/rollout_story.h"

namespace rolloutd::tests {
namespace {

using policies::count_of;
using policies::hypothesis;
using policies::status_word;

a_ticket at_work() {
    a_ticket ticket;
    ticket.batch(10).batch(10);
    return ticket.processing().current(1).with_details().in_batch(
        1, {{"FINISHED", 4}, {"PROCESSING", 6}});
}

TEST(hypothesis, those_at_work_fail_or_finish_first) {
    rollout_story story({a_policy()});
    story.see(at_work());
    hypothesis next{story.state(), story.now()};
    EXPECT_EQ(next.open(), 16);
    const auto counts = count_of(next.after(2, 3).last->stats);
    EXPECT_EQ(counts[status_word::abnormal], 2);
    EXPECT_EQ(counts[status_word::finished], 7);
    EXPECT_EQ(counts[status_word::processing], 1);
    EXPECT_EQ(counts[status_word::ready], 10);
    EXPECT_EQ(count_of(next.after(10, 6).last->stats)[status_word::ready], 0);
}

TEST(hypothesis, the_details_of_the_batch_agree_and_the_ticket_itself_stays) {
    rollout_story story({a_policy()});
    story.see(at_work());
    const policies::reading before = *story.state().last;
    hypothesis next{story.state(), story.now()};
    next.after(6, 0);
    const auto& state = next.after(1, 1);
    const auto counts = count_of(*policies::find_detail(*state.last, 1));
    EXPECT_EQ(counts[status_word::abnormal], 1) << "nothing is left of what was supposed before";
    EXPECT_EQ(counts[status_word::finished], 5);
    EXPECT_EQ(*story.state().last, before);
}

}  // namespace
}  // namespace rolloutd::tests
