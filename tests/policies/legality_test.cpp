// DESIGN §6: Legal.

#include "policies/legality.h"

#include <gtest/gtest.h>

#include "tests/support/a_ticket.h"

namespace rolloutd::tests {

using namespace policies;

namespace {

legality judged(action what, const reading& last, std::optional<int> batch = std::nullopt,
                std::optional<instance_id> instance = std::nullopt) {
    ticket_state state;
    state.last = last;
    const operation call{.what = what, .batch = batch, .instance = instance};
    return judge_legality(call, state, default_legal_table()).is;
}

a_ticket in_the_second() {
    return a_ticket().batch(3).batch(3).with_details().current(2).in_batch(
        1, {{"FINISHED", 2}, {"CANCELED", 1}});
}

}  // namespace

TEST(legality, each_action_has_its_statuses) {
    const std::vector<std::string> statuses{"READY",    "PROCESSING", "PAUSED",
                                            "ABNORMAL", "FINISHED",   "CANCELED",
                                            "ERROR",    "ROLLBACKED", "ODD"};
    const std::map<action, std::set<std::string>> legal{
        {action::pause, {"PROCESSING"}},
        {action::continue_ticket, {"PAUSED"}},
        {action::skip_batch, {"PROCESSING"}},
        {action::cancel_instance, {"PROCESSING"}},
        {action::cancel, {"READY", "PROCESSING", "PAUSED", "ABNORMAL"}},
    };
    for (const auto& [what, allowed] : legal) {
        for (const std::string& status : statuses) {
            EXPECT_EQ(judged(what, in_the_second().status(status), 2, 2001) == legality::legal,
                      allowed.contains(status))
                << to_text(what) << " while " << status;
        }
    }
}

TEST(legality, a_goal_that_already_holds_is_no_offence) {
    EXPECT_EQ(judged(action::pause, in_the_second().paused()), legality::already);
    EXPECT_EQ(judged(action::pause, in_the_second().abnormal()), legality::already);
    EXPECT_EQ(judged(action::pause, in_the_second().finished()), legality::illegal);
    EXPECT_EQ(judged(action::cancel, in_the_second().canceled()), legality::already);
    EXPECT_EQ(judged(action::cancel_instance, in_the_second(), {}, 1003), legality::already);
    EXPECT_EQ(judged(action::skip_batch, in_the_second(), 1), legality::already);
}

TEST(legality, only_the_current_batch_is_skipped_and_only_open_instances_are_cancelled) {
    EXPECT_EQ(judged(action::skip_batch, in_the_second().current(1), 2), legality::illegal);
    EXPECT_EQ(judged(action::skip_batch, in_the_second()), legality::illegal);
    EXPECT_EQ(judged(action::cancel_instance, in_the_second(), {}, 1001), legality::illegal);
    EXPECT_EQ(judged(action::cancel_instance, in_the_second(), {}, 9999), legality::illegal);
    EXPECT_EQ(judged(action::cancel_instance, in_the_second()), legality::illegal);
}

TEST(legality, the_subject_says_which_batch_or_instance_is_meant) {
    const reading last = in_the_second();
    const subject batch{.kind = subject_kind::batch, .number = 1};
    const subject host{.kind = subject_kind::instance, .number = 2002};
    EXPECT_EQ(operation_for(action::skip_batch, {}, 0, last).batch, 2);
    EXPECT_EQ(operation_for(action::skip_batch, batch, 1, last).batch, 1);
    EXPECT_EQ(operation_for(action::skip_batch, host, 2, last).batch, 2);
    EXPECT_EQ(operation_for(action::cancel_instance, host, 2, last).instance, 2002);
    EXPECT_FALSE(operation_for(action::cancel_instance, batch, 1, last).instance);
    EXPECT_EQ(operation_for(action::pause, host, 2, last),
              (operation{.what = action::pause, .batch = {}, .instance = {}}));
}

}  // namespace rolloutd::tests
