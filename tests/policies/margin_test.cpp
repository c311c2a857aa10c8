#include "policies/margin.h"

#include <gmock/gmock.h>

#include "tests/support/rollout_story.h"

namespace rolloutd::tests {
namespace {

using policies::margin;
using policies::verdict;
using ::testing::ElementsAre;

a_ticket some_of(int finished, int abnormal, int processing) {
    a_ticket ticket;
    ticket.batch(finished + abnormal + processing);
    return ticket.processing().current(1).with_details().in_batch(
        1, {{"FINISHED", finished}, {"ABNORMAL", abnormal}, {"PROCESSING", processing}});
}

a_policy share() {
    return a_policy()
        .variable("judged", "count.finished + count.abnormal")
        .variable("failed", "percent(count.abnormal, judged)")
        .rule(a_rule("share").needs("judged >= 5").when("failed > 10.0").do_pause());
}

margin of(a_policy what, const a_ticket& seen, verdict is = verdict::no, int questions = 1500) {
    rollout_story story({std::move(what)});
    story.see(seen);
    const policies::context around{story.rules(), story.fleet(), story.now()};
    const policies::policy& owner = story.rules().policies->policies[0];
    policies::margin_budget left{questions};
    return margin_of(owner, owner.rules[0], {}, is, story.state(), around, left);
}

TEST(margin, tells_how_many_failures_of_how_many_would_fire_it) {
    const margin found = of(share(), some_of(17, 1, 20));
    EXPECT_EQ(found.failures, 1);
    EXPECT_EQ(found.among, 1) << "2 of 19, but not of 20";
    const margin wide = of(share(), some_of(16, 2, 20));
    EXPECT_EQ(wide.failures, 1);
    EXPECT_EQ(wide.among, 11) << "3 of 29 are more than a tenth, 3 of 30 are not";
}

TEST(margin, minds_what_the_rule_needs) {
    const margin found = of(share(), some_of(1, 1, 10), verdict::undetermined);
    EXPECT_EQ(found.failures, 3) << "five have to be judged";
    EXPECT_EQ(found.finishes, 3) << "and then one of five is a fifth";
}

TEST(margin, a_true_rule_may_become_false_by_what_finishes) {
    const margin found = of(share(), some_of(8, 1, 10), verdict::yes);
    EXPECT_EQ(found.finishes, 1) << "one of ten is not more than a tenth";
    EXPECT_EQ(found.failures, 0);
    EXPECT_EQ(of(share(), some_of(4, 5, 3), verdict::yes).finishes, 0);
}

TEST(margin, tells_when_time_alone_makes_it_true) {
    const a_policy slow =
        a_policy().rule(a_rule("slow").when("ticket.unchanged_for > duration(\"10m\")").do_pause());
    const margin found = of(slow, some_of(1, 0, 3));
    ASSERT_TRUE(found.at);
    EXPECT_EQ(found.failures, 0);
    EXPECT_EQ(sentences_of(found, verdict::no).size(), 1U);
}

TEST(margin, asks_no_more_than_it_may) {
    EXPECT_EQ(of(share(), some_of(17, 1, 200), verdict::no, 5), margin{});
    EXPECT_TRUE(sentences_of(margin{}, verdict::no).empty());
}

TEST(margin, is_said_in_sentences_with_integers) {
    EXPECT_THAT(sentences_of({.failures = 2, .among = 6, .open = 20}, verdict::no),
                ElementsAre("2 more failures of the next 6 would make it true"));
    EXPECT_THAT(sentences_of({.failures = 1, .among = 6, .open = 6}, verdict::no),
                ElementsAre("1 more failure of the 6 that are still open would make it true"));
    EXPECT_THAT(sentences_of({.failures = 2, .among = 2, .open = 6}, verdict::no),
                ElementsAre("2 more failures would make it true"));
    EXPECT_THAT(sentences_of({.finishes = 1, .open = 6}, verdict::yes),
                ElementsAre("1 more that finishes would make it false"));
    EXPECT_THAT(sentences_of({.open = 6}, verdict::no),
                ElementsAre("none of the 6 that are still open can make it true by failing or "
                            "finishing"));
}

TEST(margin, nothing_is_supposed_of_a_ticket_that_is_paused_or_unseen) {
    a_ticket paused = some_of(1, 1, 10);
    EXPECT_EQ(of(share(), paused.paused()).failures, 0);
}

}  // namespace
}  // namespace rolloutd::tests
