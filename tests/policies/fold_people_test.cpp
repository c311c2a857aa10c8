#include <gtest/gtest.h>

#include "policies/fold.h"
#include "tests/support/scenes.h"

namespace rolloutd::tests {

using namespace policies;

namespace {

const stamp here{.seq = 9, .at = noon};

proposed opened() {
    proposed what;
    what.policy = "web";
    what.rule = "p";
    what.episode = 1;
    return what;
}

ticket_state with_a_proposal() {
    ticket_state state;
    rule_state& rule = state.rules[{"web", "p", {}}];
    rule.open = true;
    rule.episode = 1;
    apply(state, opened(), {.seq = 5, .at = noon});
    return state;
}

}  // namespace

TEST(fold_people, a_name_or_the_number_where_there_is_none) {
    EXPECT_EQ(name_of({.uid = 7, .author = "ana", .reason = {}}), "ana");
    EXPECT_EQ(name_of({.uid = 7, .author = {}, .reason = {}}), "uid 7");
}

TEST(fold_people, a_hold_stands_until_the_release) {
    ticket_state state;
    apply(state, held{{.uid = 7, .author = "ana", .reason = "why"}}, here);
    ASSERT_TRUE(state.people.hold);
    EXPECT_EQ(state.people.hold->since, noon);
    apply(state, released{}, here);
    EXPECT_FALSE(state.people.hold);
}

TEST(fold_people, a_refused_answer_changes_no_proposal) {
    ticket_state state = with_a_proposal();
    operated deny;
    deny.command = "deny";
    deny.proposal = 5;
    deny.refused = "late";
    apply(state, deny, here);
    EXPECT_EQ(state.proposals.size(), 1u);
    deny.refused.clear();
    apply(state, deny, here);
    EXPECT_TRUE(state.proposals.empty());
    EXPECT_TRUE(state.rules.begin()->second.spent);
    apply(state, deny, here);  // total: an end of what is not there
}

TEST(fold_people, a_proposal_that_was_withdrawn_leaves_the_episode_as_it_was) {
    for (const proposal_fate fate : {proposal_fate::withdrawn, proposal_fate::expired}) {
        ticket_state state = with_a_proposal();
        proposed end = opened();
        end.proposal = 5;
        end.fate = fate;
        apply(state, end, here);
        EXPECT_TRUE(state.proposals.empty());
        EXPECT_EQ(state.rules.begin()->second.spent, fate == proposal_fate::expired);
    }
}

TEST(fold_people, only_a_continue_of_a_pause_that_a_rule_made_overrides_it) {
    ticket_state state = with_a_proposal();
    fold_persons_operation(state,
                           {.what = action::continue_ticket,
                            .by = "ana",
                            .pause_cause = pause_origin::rotation,
                            .paused_by = {}},
                           noon);
    EXPECT_FALSE(state.rules.begin()->second.overridden);
    EXPECT_FALSE(state.people.meddled);
    fold_persons_operation(state,
                           {.what = action::continue_ticket,
                            .by = "ana",
                            .pause_cause = pause_origin::policy,
                            .paused_by = "web/p"},
                           noon);
    EXPECT_TRUE(state.rules.begin()->second.overridden);
    EXPECT_EQ(state.people.acted, noon);
}

}  // namespace rolloutd::tests
