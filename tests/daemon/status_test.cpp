#include "daemon/status.h"

#include <gtest/gtest.h>

#include "tests/daemon/stage.h"

namespace rolloutd::daemon::testing {
namespace {

TEST(status, outside_the_socket_labels_and_texts_of_the_evidence_are_left_out) {
    stage on;
    reach_memo reach;
    on.cloud.tickets["SCT1"] = a_rollout(1);
    a_policy web("web");
    web.rule(
        a_rule("named").when("ticket.name == 'deploy-web' && count.abnormal >= 1").do_notify());
    on.start(a_setup({"SCT1"}, {web}, on.folder / "s"));
    on.run_for(6s);
    const auto full = status_of_ticket(on.daemon->tickets(), "SCT1", true, reach);
    const auto bare = status_of_ticket(on.daemon->tickets(), "SCT1", false, reach);
    EXPECT_TRUE(full->at("rules").at(0).at("evidence").as_object().contains("ticket.name"));
    EXPECT_FALSE(bare->at("rules").at(0).at("evidence").as_object().contains("ticket.name"));
    EXPECT_TRUE(bare->at("rules").at(0).at("evidence").as_object().contains("count.abnormal"));
    EXPECT_FALSE(bare->contains("labels"));
}

TEST(status, evidence_is_that_of_the_last_reading_whatever_comes_after_it) {
    stage on;
    reach_memo reach;
    on.cloud.tickets["SCT1"] = a_rollout(1);
    a_policy web("web");
    web.rule(a_rule("long").when("ticket.running_for >= duration('1s')").do_notify());
    on.start(a_setup({"SCT1"}, {web}, on.folder / "s"));
    const auto told = [&] {
        const auto row = status_of_ticket(on.daemon->tickets(), "SCT1", true, reach);
        return row->at("rules").at(0).at("evidence").as_object();
    };
    on.run_for(21s);
    const watcher& who = *on.daemon->tickets().find("SCT1");
    const auto read_at = who.last_good();
    ASSERT_TRUE(who.last().bare) << "the last reading said nothing new";
    const boost::json::object then = told();
    ASSERT_TRUE(then.contains("ticket.running_for"));
    on.run_for(2s);
    ASSERT_EQ(who.last_good(), read_at);
    EXPECT_EQ(told(), then);
    policies::operator_act hold;
    hold.what = policies::act_kind::hold;
    hold.by = {.uid = 1000, .author = "ana", .reason = "wait"};
    on.daemon->tickets().find("SCT1")->act(hold);
    EXPECT_EQ(told(), then);
    on.run_for(6s);
    EXPECT_NE(told(), then) << "it was read since";
}

TEST(status, what_stands_is_counted_for_the_metrics) {
    stage on;
    on.cloud.tickets["SCT1"] = a_rollout(0);
    on.start(a_setup({"SCT1", "SCT2"}, guarding_policies(), on.folder / "s"));
    on.run_for(11s);
    const standing now = standing_of(on.daemon->tickets(), {});
    EXPECT_EQ(now.tickets_by_state.at("processing"), 1);
    EXPECT_EQ(now.tickets_by_state.at("unseen"), 1);
    EXPECT_EQ(now.tickets_undetermined, 1) << "SCT2 is not there";
    EXPECT_EQ(now.policies_loaded, 1);
    EXPECT_EQ(now.rules_loaded, 1);
    EXPECT_EQ(now.oldest_observation, policies::duration{3500ms}) << "its slot is the second";
    EXPECT_EQ(paused_by_policy(on.daemon->tickets()), 0);
}

TEST(status, a_rule_that_a_person_overrode_is_counted) {
    stage on;
    on.cloud.tickets["SCT1"] = a_rollout(1);
    on.cloud.answer = [&](const policies::operation&) {
        on.cloud.tickets["SCT1"].info.status = "PAUSED";
        api::answer well;
        well.what = api::outcome::accepted;
        well.http_status = 200;
        return well;
    };
    on.start(a_setup({"SCT1"}, guarding_policies(), on.folder / "s"));
    on.run_for(20s);
    EXPECT_EQ(standing_of(on.daemon->tickets(), {}).rules_overridden, 0);
    on.cloud.tickets["SCT1"].info.status = "PROCESSING";
    on.run_for(10s);
    EXPECT_EQ(standing_of(on.daemon->tickets(), {}).rules_overridden, 1);
    EXPECT_EQ(on.cloud.operations.size(), 1U) << "it does not pause again";
}

}  // namespace
}  // namespace rolloutd::daemon::testing
