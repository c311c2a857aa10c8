#include "daemon/reach_memo.h"

#include <gtest/gtest.h>

#include "daemon/status.h"
#include "tests/daemon/stage.h"

namespace rolloutd::daemon::testing {
namespace {

// A ticket of 20 in two batches, and rules of which some need more than that.
std::vector<a_policy> policies_for_large_tickets() {
    a_policy web("web");
    web.rule(a_rule("large").needs("count.settled >= 21").when("count.abnormal > 1").do_pause())
        .rule(a_rule("late").when("ticket.current_batch > 2").do_notify())
        .rule(a_rule("just").needs("count.settled >= 20").when("count.abnormal > 1").do_notify());
    a_policy other("other");
    other.match("ticket.name == 'something else'")
        .rule(a_rule("large").when("count.abnormal >= 21").do_notify());
    return {web, other};
}

TEST(reach_memo, rules_that_a_ticket_of_this_shape_can_never_meet_are_told_with_the_reason) {
    stage on;
    reach_memo reach;
    on.cloud.tickets["SCT1"] = a_rollout(0);
    on.start(a_setup({"SCT1"}, policies_for_large_tickets(), on.folder / "s"));
    on.run_for(6s);
    const auto row = status_of_ticket(on.daemon->tickets(), "SCT1", true, reach);
    const auto& never = row->at("unreachable").as_array();
    ASSERT_EQ(never.size(), 2U) << "the third needs just what there is, the other does not match";
    EXPECT_EQ(never[0].at("policy"), "web");
    EXPECT_EQ(never[0].at("rule"), "large");
    EXPECT_EQ(never[0].at("why").as_string(),
              "`count.settled >= 21` cannot be met by a ticket of 20 instances in 2 batches");
    EXPECT_EQ(never[1].at("rule"), "late");
    const auto bare = status_of_ticket(on.daemon->tickets(), "SCT1", false, reach);
    EXPECT_FALSE(bare->at("unreachable").at(0).as_object().contains("why"))
        << "a condition may name what is confidential";
}

TEST(reach_memo, the_rules_that_can_never_hold_are_those_of_the_policies_that_are_loaded_now) {
    stage on;
    reach_memo reach;
    on.cloud.tickets["SCT1"] = a_rollout(0);
    on.start(a_setup({"SCT1"}, policies_for_large_tickets(), on.folder / "s"));
    on.run_for(6s);
    const auto before = status_of(on.daemon->tickets(), {}, true, reach);
    EXPECT_EQ(before.at("tickets").at(0).at("unreachable").as_array().size(), 2U);
    on.next.good = a_setup({"SCT1"}, guarding_policies(), on.folder / "s");
    on.daemon->request_reload();
    on.run_for(6s);
    const auto after = status_of(on.daemon->tickets(), {}, true, reach);
    EXPECT_TRUE(after.at("tickets").at(0).at("unreachable").as_array().empty());
}

}  // namespace
}  // namespace rolloutd::daemon::testing
