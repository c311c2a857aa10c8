#include "policies/margin.h"

#include <gmock/gmock.h>

#include "tests/support/rollout_story.h"
#include "tests/support/scenes.h"

namespace rolloutd::tests {
namespace {

using policies::margin;
using policies::verdict;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

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
    return margin_of({owner, owner.rules[0], {}, is}, story.state(), around, left);
}

std::vector<std::string> said(const margin& what, verdict is = verdict::no) {
    return sentences_of(what, is, noon);
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
    EXPECT_EQ(said(found).size(), 1U);
}

TEST(margin, asks_no_more_than_it_may) {
    EXPECT_EQ(of(share(), some_of(17, 1, 200), verdict::no, 5), margin{.cut = true});
    EXPECT_TRUE(said(margin{}).empty());
}

TEST(margin, is_said_in_sentences_with_integers) {
    EXPECT_THAT(said({.failures = 2, .among = 6, .open = 20, .all = true}),
                ElementsAre("2 more failures of the next 6 would make it true"));
    EXPECT_THAT(said({.failures = 1, .among = 6, .open = 6, .all = true}),
                ElementsAre("1 more failure of the 6 that are still open would make it true"));
    EXPECT_THAT(said({.failures = 2, .among = 2, .open = 6, .all = true}),
                ElementsAre("2 more failures would make it true"));
    EXPECT_THAT(said({.finishes = 1, .open = 6, .all = true}, verdict::yes),
                ElementsAre("1 more that finishes would make it false"));
    EXPECT_THAT(said({.failures = 1, .among = 6, .open = 6, .all = true, .of_batch = true}),
                ElementsAre("1 more failure of the 6 that are still open in it would make it "
                            "true"));
    EXPECT_THAT(said({.failures = 1, .among = 6, .open = 6}),
                ElementsAre("1 more failure of the next 6 would make it true"));
    EXPECT_THAT(said({.open = 6, .all = true, .each_tried = true}),
                ElementsAre("neither failures alone nor finishes alone of the 6 that are still "
                            "open make it true"));
    EXPECT_TRUE(said({.open = 60, .all = true}).empty()) << "not every number was tried";
    EXPECT_THAT(said({.cut = true}), ElementsAre(HasSubstr("too long")));
}

TEST(margin, a_condition_that_takes_too_many_steps_is_not_asked_for_long) {
    const a_policy dear = a_policy().rule(
        a_rule("dear")
            .when("instances.exists(i, instances.exists(j, instances.exists(k, i.id + j.id + k.id "
                  "< 0)))")
            .do_pause());
    rollout_story story({dear, share()});
    story.see(some_of(17, 1, 180));
    const policies::context around{story.rules(), story.fleet(), story.now()};
    policies::margin_budget left;
    // Both are of the one policy name; the order of the file is kept.
    for (const policies::policy& owner : story.rules().policies->policies) {
        const margin found =
            margin_of({owner, owner.rules[0], {}, verdict::no}, story.state(), around, left);
        EXPECT_EQ(found.cut, owner.rules[0].name == "dear");
    }
    EXPECT_GT(left.steps, policies::margin_budget{}.steps / 2);
}

TEST(margin, failures_and_finishes_together_are_not_ruled_out) {
    const a_policy both = a_policy().rule(
        a_rule("both").needs("count.finished >= 5").when("count.abnormal >= 1").do_pause());
    const margin found = of(both, some_of(2, 0, 6));
    EXPECT_EQ(found.failures, 0);
    EXPECT_EQ(found.finishes, 0);
    for (const std::string& each : said(found))
        EXPECT_THAT(each, ::testing::Not(HasSubstr("can make it true")));
}

TEST(margin, nothing_is_supposed_of_a_ticket_that_is_paused_or_unseen) {
    a_ticket paused = some_of(1, 1, 10);
    EXPECT_EQ(of(share(), paused.paused()).failures, 0);
}

}  // namespace
}  // namespace rolloutd::tests
