// DESIGN §6 Proposals: mode propose, `approve: true`, and what becomes of what waits for a person.

#include "policies/proposals.h"

#include <gtest/gtest.h>

#include "tests/support/rollout_story.h"
#include "tests/support/scenes.h"

namespace rolloutd::tests {

using namespace policies;

namespace {

// Nothing that is settled is ever undone, so the condition ends by what is added.
const std::string sometimes = "count.abnormal > 0 && count.finished != 1";

a_ticket well() { return running(2, 1); }
a_ticket failing_again() { return running(2, 2); }

a_policy asking() {
    return a_policy().mode(mode::propose).rule(a_rule("p").when(sometimes).do_pause());
}

a_policy cancelling() {
    return a_policy().rule(a_rule("c").when(sometimes).then(action::cancel, 0s, true));
}

rollout_story story_with_a_proposal() {
    rollout_story story{{asking()}};
    story.watch(running(2), 1);
    return story;
}

}  // namespace

TEST(proposals, mode_propose_asks_and_sends_nothing) {
    const rollout_story story = story_with_a_proposal();
    EXPECT_EQ(story.decision(), "propose");
    EXPECT_EQ(story.proposal_fate(), "open");
    EXPECT_TRUE(story.sent().empty());
    EXPECT_EQ(story.last().views.at(0).proposal, story.proposal());
}

TEST(proposals, the_daemons_mode_propose_holds_back_a_policy_that_may_enforce) {
    rollout_story story{{a_policy().rule(a_rule("p").when(sometimes).do_pause())}};
    story.rules().ceiling = mode::propose;
    story.watch(running(2), 2);
    EXPECT_EQ(story.proposal_fate(), "open");
    EXPECT_TRUE(story.sent().empty());
}

TEST(proposals, a_step_with_approve_asks_although_the_mode_is_enforce) {
    rollout_story story{{cancelling()}};
    story.watch(running(2), 3);
    EXPECT_EQ(story.all<proposed>().size(), 1u);
    EXPECT_TRUE(story.sent().empty());
}

TEST(proposals, the_id_is_the_number_of_its_record) {
    const rollout_story story = story_with_a_proposal();
    const auto& opened = story.records().at(story.proposal() - 1);
    ASSERT_TRUE(std::holds_alternative<proposed>(opened.what));
    EXPECT_EQ(story.state().proposals.at(0).id, opened.where.seq);
    const sequence decision = std::get<proposed>(opened.what).decision;
    EXPECT_TRUE(std::holds_alternative<decided>(story.records().at(decision - 1).what));
}

TEST(proposals, there_is_one_for_each_rule_subject_and_episode) {
    rollout_story story{
        {a_policy()
             .mode(mode::propose)
             .rule(a_rule("h").each_instance().when("instance.id <= 1002").do_cancel_instance())}};
    const auto running = a_ticket().batch(10).with_details().in_batch(1, {{"PROCESSING", 10}});
    story.watch(running, 5);
    EXPECT_EQ(story.all<proposed>().size(), 2u);

    rollout_story other = story_with_a_proposal();
    other.watch(well(), 1);
    other.watch(failing_again(), 3);
    EXPECT_EQ(other.all<proposed>().size(), 3u) << "open, withdrawn, and open in the next episode";
    EXPECT_EQ(other.state().proposals.size(), 1u);
}

TEST(proposals, one_expires_when_nobody_answers_and_is_not_made_again_in_the_episode) {
    rollout_story story = story_with_a_proposal();
    const timestamp opened = story.now();
    story.watch(running(2), 719);  // 59 min 55 s
    EXPECT_EQ(story.proposal_fate(), "open");
    EXPECT_EQ(story.last().wake_at, opened + 1h);
    story.watch(running(2), 1);
    EXPECT_EQ(story.proposal_fate(), "expired");
    story.watch(running(2), 10);
    EXPECT_EQ(story.all<proposed>().size(), 2u);
    EXPECT_TRUE(story.state().proposals.empty());
}

TEST(proposals, how_long_one_waits_is_configured) {
    rollout_story story{{asking()}};
    story.rules().proposals_expire = 10s;
    story.watch(running(2), 1);
    story.after(9999ms).wake();
    EXPECT_EQ(story.proposal_fate(), "open");
    story.after(1ms).wake();
    EXPECT_EQ(story.proposal_fate(), "expired") << "without a reading, too";
}

TEST(proposals, one_is_withdrawn_when_the_condition_is_no_longer_true) {
    rollout_story story = story_with_a_proposal();
    story.watch(well(), 1);
    EXPECT_EQ(story.proposal_fate(), "withdrawn");
    EXPECT_TRUE(story.state().proposals.empty());
}

TEST(proposals, one_whose_condition_cannot_be_judged_waits) {
    rollout_story story = story_with_a_proposal();
    story.after(5s).fail();
    EXPECT_EQ(story.proposal_fate(), "open");
}

TEST(proposals, one_is_withdrawn_when_its_rule_is_gone_or_its_policy_speaks_of_other_tickets) {
    rollout_story gone = story_with_a_proposal();
    gone.reload({a_policy("other").rule(a_rule("p").when("false").do_pause())});
    gone.watch(running(2), 1);
    EXPECT_EQ(gone.proposal_fate(), "withdrawn");

    rollout_story changed = story_with_a_proposal();
    changed.reload({a_policy().mode(mode::propose).rule(a_rule("p").when(sometimes).do_cancel())});
    changed.watch(running(2), 1);
    EXPECT_EQ(changed.all<proposed>().at(1).detail, "the rule was changed");
}

TEST(proposals, an_approved_one_is_judged_again_on_a_fresh_reading_and_sent) {
    rollout_story story = story_with_a_proposal();
    story.after(1s).say(act_kind::approve, story.proposal());
    EXPECT_TRUE(story.sent().empty()) << "only a fresh reading may yield an operation";
    EXPECT_TRUE(story.last().read_now);
    story.after(1s).see(running(2));
    EXPECT_EQ(story.sent(), std::vector<std::string>{"pause"});
    EXPECT_EQ(story.all<intended>().at(0).rule, "p");
    story.answer(answer_kind::accepted);
    story.watch(running(2).paused(), 1);
    EXPECT_EQ(story.effect(), "confirmed");
    EXPECT_TRUE(story.state().proposals.empty());
    EXPECT_EQ(story.state().paused_by, "web/p") << "it is still the rule's pause";
}

TEST(proposals, an_approved_one_is_not_sent_when_it_is_no_longer_legal_but_stays_due) {
    rollout_story story{{cancelling()}};
    story.watch(running(2), 3);
    story.say(act_kind::approve, story.proposal());
    story.watch(running(2).status("ODD"), 1);
    EXPECT_EQ(story.decision(), "suppressed/illegal");
    story.watch(running(2), 2);
    EXPECT_EQ(story.sent(), std::vector<std::string>{"cancel"});
}

TEST(proposals, one_whose_condition_ends_before_the_reading_is_not_sent) {
    rollout_story story = story_with_a_proposal();
    story.say(act_kind::approve, story.proposal());
    story.watch(well(), 1);
    story.watch(failing_again(), 1);
    EXPECT_TRUE(story.sent().empty());
    EXPECT_EQ(story.proposal_fate(), "open") << "a new episode asks anew";
}

TEST(proposals, an_approved_one_obeys_hold_and_freeze) {
    rollout_story story = story_with_a_proposal();
    story.say(act_kind::approve, story.proposal());
    story.say(act_kind::hold);
    story.watch(running(2), 1);
    EXPECT_EQ(story.decision(), "suppressed/hold");
    story.fleet().frozen = true;
    story.say(act_kind::release);
    story.watch(running(2), 1);
    EXPECT_EQ(story.decision(), "suppressed/freeze");
    story.fleet().frozen = false;
    story.watch(running(2), 1);
    EXPECT_EQ(story.sent(), std::vector<std::string>{"pause"});
}

TEST(proposals, an_approved_one_that_was_taken_back_before_it_was_sent_is_still_approved) {
    rollout_story story{{cancelling()}};
    story.watch(running(2), 3);
    story.say(act_kind::approve, story.proposal());
    story.watch(running(2), 1);                   // the intent
    story.watch(running(3).status("PAUSED"), 1);  // not what it rested on
    EXPECT_EQ(story.effect(), "withdrawn");
    story.watch(running(3).status("PAUSED"), 2);
    EXPECT_EQ(story.sent(), std::vector<std::string>{"cancel"});
    EXPECT_EQ(story.all<proposed>().size(), 1u);
}

TEST(proposals, deny_spends_the_episode) {
    rollout_story story = story_with_a_proposal();
    story.say(act_kind::deny, story.proposal());
    EXPECT_TRUE(story.state().proposals.empty());
    story.watch(running(2), 5);
    EXPECT_EQ(story.all<proposed>().size(), 1u);
    EXPECT_TRUE(story.sent().empty());
    story.watch(well(), 1);
    story.watch(failing_again(), 1);
    EXPECT_EQ(story.proposal_fate(), "open");
}

TEST(proposals, they_survive_a_restart_and_so_does_an_approval) {
    rollout_story story = story_with_a_proposal();
    const sequence id = story.proposal();
    story.restart(story.now());
    story.watch(running(2), 3);
    EXPECT_EQ(story.state().proposals.at(0).id, id);
    story.say(act_kind::approve, id);
    story.restart(story.now());
    story.watch(running(2), 1);
    EXPECT_EQ(story.sent(), std::vector<std::string>{"pause"});
}

TEST(proposals, a_proposal_outranks_nothing_and_stands_in_nobodys_way) {
    rollout_story story{{cancelling().rule(
        a_rule("h").each_instance().when("instance.id == 1005").do_cancel_instance())}};
    story.watch(running(2), 3);
    EXPECT_EQ(story.proposal_fate(), "open");
    EXPECT_EQ(story.sent(), std::vector<std::string>{"cancel_instance 1005"});
}

TEST(proposals, false_ends_the_ladder_and_withdraws_its_proposals) {
    rollout_story story{{a_policy().rule(
        a_rule("escalate").when(sometimes).do_notify().then(action::cancel, 10s, true))}};
    story.watch(running(2), 4);
    EXPECT_EQ(story.proposal_fate(), "open");
    story.watch(well(), 1);
    EXPECT_EQ(story.proposal_fate(), "withdrawn");
    EXPECT_EQ(story.state().rules.at({"web", "escalate", {}}).step, 0);
}

TEST(proposals, the_ladder_goes_on_when_an_approved_step_is_done) {
    rollout_story story{{a_policy().rule(
        a_rule("escalate").when(sometimes).then(action::pause, 0s, true).do_notify())}};
    story.watch(running(2), 2);
    EXPECT_EQ(story.all<notified>().size(), 1u) << "notify steps never wait";
    story.say(act_kind::approve, story.proposal());
    story.watch(running(2), 1);
    story.answer(answer_kind::accepted);
    story.watch(running(2).paused(), 1);
    EXPECT_EQ(story.state().rules.at({"web", "escalate", {}}).step, 2);
}

TEST(proposals, a_continue_whose_answer_was_lost_becomes_one_and_is_sent_when_approved) {
    rollout_story story{
        {a_policy().rule(a_rule("n").when("ticket.status == \"PAUSED\"").do_continue())}};
    const auto batches = a_ticket().batch(10, "PAUSE").batch(10).with_details();
    story.watch(a_ticket(batches).in_batch(1, {{"PROCESSING", 10}}), 2);
    const auto paused = a_ticket(batches).in_batch(1, {{"FINISHED", 10}}).paused();
    story.watch(paused, 2);
    ASSERT_EQ(story.sent().size(), 1u);
    story.answer(answer_kind::unknown);
    story.watch(paused, 1);
    EXPECT_EQ(story.proposal_fate(), "open");
    story.watch(paused, 3);
    EXPECT_EQ(story.sent().size(), 1u);
    story.say(act_kind::approve, story.proposal());
    story.watch(paused, 2);
    EXPECT_EQ(story.sent().size(), 2u);
}

}  // namespace rolloutd::tests
