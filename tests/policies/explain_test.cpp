// Why each rule acts, or does not, as sentences.

#include "policies/explain.h"

#include <gmock/gmock.h>

#include "tests/support/explained.h"

namespace rolloutd::tests {
namespace {

using policies::action;
using policies::explanation;
using policies::told_rule;
using policies::verdict;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

a_policy sharing(policies::duration hold = 30s) {
    return a_policy()
        .variable("judged", "count.finished + count.abnormal")
        .variable("failed", "percent(count.abnormal, judged)")
        .rule(a_rule("share")
                  .needs("judged >= 5")
                  .when("failed > ticket.failure_allowed")
                  .hold(hold)
                  .do_pause());
}

told_rule with(const a_rule& what, const a_ticket& seen, int times = 3) {
    rollout_story story({a_policy().rule(what)});
    story.watch(seen, times);
    return first_of(story);
}

TEST(explain, a_share_is_told_with_its_numbers_and_when_it_would_act) {
    rollout_story story({sharing()});
    story.see(of_two_batches(21, 3, 6));
    story.watch(of_two_batches(21, 3, 6), 3, 6s);
    const told_rule told = first_of(story);
    EXPECT_EQ(told.now, verdict::yes);
    EXPECT_THAT(told.verdict_said, HasSubstr("true for 18s of 30s; would pause at "));
    ASSERT_EQ(told.clauses.size(), 2U);
    EXPECT_EQ(told.clauses[0].part, "needs");
    EXPECT_EQ(told.clauses[1].said,
              "failed is 12.5% (3 of 24 judged), ticket.failure_allowed is 10.0%");
    EXPECT_EQ(told.word, "for");
    EXPECT_EQ(told.why, "then: it would pause");
    EXPECT_EQ(*told.holds_at, *told_of(story).as_of + 12s);
}

TEST(explain, what_is_needed_and_not_there_is_told) {
    rollout_story story({sharing()});
    story.see(of_two_batches(3, 1, 6));
    const told_rule told = first_of(story);
    EXPECT_EQ(told.now, verdict::undetermined);
    EXPECT_THAT(told.verdict_said, HasSubstr("what it needs is not there yet"));
    EXPECT_EQ(told.clauses[0].now, verdict::no);
    EXPECT_THAT(told.clauses[0].said, HasSubstr("judged is 4"));
    EXPECT_THAT(told.margins, Contains(HasSubstr("more failure")));
}

TEST(explain, each_clause_has_its_own_verdict) {
    const told_rule told =
        with(a_rule("first").when("ticket.current_batch == 1 && count.abnormal >= 2").do_pause(),
             of_two_batches(3, 1, 6));
    ASSERT_EQ(told.clauses.size(), 2U);
    EXPECT_EQ(told.clauses[0].now, verdict::yes);
    EXPECT_EQ(told.clauses[1].now, verdict::no);
    EXPECT_EQ(told.clauses[1].said, "count.abnormal is 1");
    EXPECT_EQ(told.word, "false");
    EXPECT_EQ(told.why, "if it held now: it would pause");
}

TEST(explain, a_rule_that_acted_is_spent) {
    rollout_story story({sharing(0s)});
    story.see(of_two_batches(2, 4, 4));
    ASSERT_EQ(story.sent().size(), 1U);
    story.answer(policies::answer_kind::accepted);
    const told_rule told = first_of(story);
    EXPECT_EQ(told.word, "spent");
    EXPECT_THAT(told.why, HasSubstr("it has acted in episode 1 (decision "));
    EXPECT_THAT(told_of(story).notes, Contains(HasSubstr("pause (intent")));
}

TEST(explain, holds_freezes_and_modes_are_named_with_who_and_why) {
    rollout_story held({sharing(0s)});
    held.see(of_two_batches(6, 0, 4));
    held.say(policies::act_kind::hold);
    held.watch(of_two_batches(2, 4, 4), 2);
    EXPECT_EQ(first_of(held).word, "hold");
    EXPECT_THAT(first_of(held).why, HasSubstr("held by ana"));
    EXPECT_THAT(told_of(held).notes, Contains(HasSubstr("rolloutctl release")));

    rollout_story frozen({sharing(0s)});
    frozen.fleet().frozen = true;
    frozen.watch(of_two_batches(2, 4, 4), 2);
    EXPECT_EQ(first_of(frozen).word, "freeze");
    EXPECT_THAT(told_of(frozen).notes, Contains(HasSubstr("rolloutctl thaw")));

    rollout_story watching({sharing(0s).mode(policies::mode::observe)});
    watching.watch(of_two_batches(2, 4, 4), 2);
    EXPECT_EQ(first_of(watching).word, "mode");
    EXPECT_THAT(first_of(watching).why, HasSubstr("only lets it be recorded"));
}

TEST(explain, a_proposal_says_what_to_type) {
    rollout_story story({sharing(0s).mode(policies::mode::propose)});
    story.watch(of_two_batches(2, 4, 4), 2);
    const std::string id = std::to_string(story.proposal());
    EXPECT_EQ(first_of(story).word, "propose");
    EXPECT_THAT(first_of(story).why, HasSubstr("rolloutctl approve " + id));
}

TEST(explain, what_is_outranked_guarded_or_illegal_says_by_what) {
    rollout_story story({a_policy()
                             .rule(a_rule("one").when("count.abnormal > 0").do_pause())
                             .rule(a_rule("two").when("count.abnormal > 0").do_skip())
                             .rule(a_rule("three").when("true").do_continue())});
    story.watch(of_two_batches(2, 4, 4), 2);
    const explanation found = told_of(story);
    ASSERT_EQ(found.rules.size(), 3U);
    EXPECT_THAT(found.rules[1].why, HasSubstr("web/one is true"));
    EXPECT_EQ(found.rules[1].word, "guarded");
    EXPECT_EQ(found.rules[2].word, "illegal");
}

TEST(explain, a_persons_pause_withholds_a_continue) {
    rollout_story story(
        {a_policy().rule(a_rule("on").when("ticket.status == \"PAUSED\"").do_continue())});
    a_ticket ticket = of_two_batches(4, 0, 6);
    story.watch(ticket, 2);
    story.watch(ticket.paused(), 2);
    EXPECT_EQ(first_of(story).word, "human");
    EXPECT_THAT(first_of(story).why, HasSubstr("a person paused it at"));
}

TEST(explain, a_window_tells_its_reason) {
    policies::window weekend;
    weekend.what = {action::skip_batch};
    weekend.span = policies::week_span{0, 7 * 24 * 60 - 1};
    weekend.reason = "change freeze";
    rollout_story story(
        {a_policy().rule(a_rule("skip").when("count.abnormal > 0").do_skip()).window(weekend)});
    story.watch(of_two_batches(2, 4, 4), 2);
    EXPECT_EQ(first_of(story).word, "window");
    EXPECT_THAT(first_of(story).why, HasSubstr("change freeze"));
}

TEST(explain, an_error_at_run_time_has_its_code) {
    const told_rule told =
        with(a_rule("tier").when("ticket.labels[\"tier\"] == \"prod\"").do_notify(),
             of_two_batches(2, 0, 4));
    EXPECT_EQ(told.now, verdict::undetermined);
    EXPECT_EQ(told.reason, "no_such_key");
    EXPECT_THAT(told.clauses[0].said, HasSubstr("[no_such_key]"));
    EXPECT_THAT(told.verdict_said, HasSubstr("it never acts on this"));
}

TEST(explain, a_ladder_tells_when_its_next_step_is_due) {
    const told_rule told = with(
        a_rule("up").when("count.abnormal > 0").then(action::notify).then(action::cancel, 30min),
        of_two_batches(2, 1, 4));
    EXPECT_EQ(told.next, action::cancel);
    EXPECT_EQ(told.word, "after");
    EXPECT_THAT(told.why, HasSubstr("the next step, cancel, is due at "));
}

TEST(explain, rules_that_are_false_for_all_are_told_in_one_line) {
    const told_rule told =
        with(a_rule("hung").each_instance().when("instance.status == \"X\"").do_cancel_instance(),
             of_two_batches(2, 1, 4));
    EXPECT_EQ(told.every, "instance");
    EXPECT_THAT(told.verdict_said, HasSubstr("false for each of the 17 instances"));
    EXPECT_EQ(told.word, "false");
}

TEST(explain, a_batch_is_told_by_itself) {
    rollout_story story(
        {a_policy().rule(a_rule("b").each_batch().when("batch.count.abnormal > 0").do_skip())});
    story.watch(of_two_batches(2, 1, 4), 2);
    const told_rule told = first_of(story);
    EXPECT_EQ(to_text(told.key.who), "batch:1");
    EXPECT_EQ(told.every, "");
}

TEST(explain, what_is_not_seen_is_said_so_and_nothing_is_guessed) {
    rollout_story story({sharing(0s)});
    EXPECT_THAT(told_of(story).notes, Contains(HasSubstr("has not been read yet")));
    story.watch(of_two_batches(8, 0, 2), 2);
    story.after(5s).fail();
    const explanation found = told_of(story);
    EXPECT_THAT(found.notes, Contains(HasSubstr("cannot be read")));
    EXPECT_EQ(found.rules[0].now, verdict::undetermined);
    EXPECT_THAT(found.rules[0].margins, IsEmpty());
}

TEST(explain, a_policy_that_does_not_match_is_named) {
    rollout_story story({sharing(), a_policy("other").match("ticket.name == \"x\"")});
    story.see(of_two_batches(8, 0, 2));
    EXPECT_THAT(told_of(story).notes, Contains("policies that do not match it: other"));
    EXPECT_EQ(told_of(story).rules.size(), 1U);
}

TEST(explain, asking_changes_nothing_and_says_the_same_again) {
    rollout_story story({sharing(0s)});
    story.watch(of_two_batches(2, 4, 4), 3);
    const policies::ticket_state before = story.state();
    const explanation once = told_of(story);
    const explanation twice = told_of(story);
    EXPECT_TRUE(same_durable_state(before, story.state()));
    EXPECT_EQ(once.rules[0].why, twice.rules[0].why);
}

}  // namespace
}  // namespace rolloutd::tests
