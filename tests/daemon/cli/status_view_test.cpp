#include "daemon/cli/status_view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

#include "daemon/status.h"
#include "tests/daemon/stage.h"

namespace rolloutd::daemon::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const cli::palette plain(false);

TEST(status_view, what_stands_still_is_told_first) {
    const boost::json::value status = boost::json::parse(
        R"({"version":"1","ready":true,"frozen":true,"breaker_open":true,"tickets":[]})");
    const std::string text = cli::render_status(status, plain);
    EXPECT_THAT(text, HasSubstr("frozen: no rule acts on any ticket; `rolloutctl history"));
    EXPECT_THAT(text, HasSubstr("the breaker is open"));
    EXPECT_THAT(cli::render_status(boost::json::parse(R"({"ready":true})"), plain),
                Not(HasSubstr("frozen")));
}

TEST(status_view, a_watched_ticket_is_shown_with_its_counts_and_its_rules) {
    stage on;
    reach_memo reach;
    on.cloud.tickets["SCT1"] = a_rollout(1);
    on.cloud.hold_operations = true;
    on.start(a_setup({"SCT1"}, guarding_policies(), on.folder / "s"));
    on.run_for(6s);
    const auto row = status_of_ticket(on.daemon->tickets(), "SCT1", true, reach);
    ASSERT_TRUE(row);
    EXPECT_EQ(row->at("status"), "PROCESSING");
    EXPECT_EQ(row->at("blind"), nullptr);
    EXPECT_EQ(row->at("counts").at("finished"), 5);
    const auto& rule = row->at("rules").at(0);
    EXPECT_EQ(rule.at("verdict"), "true");
    EXPECT_EQ(rule.at("outcome"), "act");
    EXPECT_EQ(row->at("operations").at(0).at("do"), "pause");
    const std::string text = cli::render_ticket(*row, plain);
    EXPECT_THAT(text, HasSubstr("batch 1/2, 20 instances"));
    EXPECT_THAT(text, HasSubstr("web/too-many-failures"));
    EXPECT_THAT(text, HasSubstr("pause for web/too-many-failures: intended since"));
    EXPECT_FALSE(status_of_ticket(on.daemon->tickets(), "SCT2", true, reach));
}

TEST(status_view, what_waits_for_a_person_is_shown_with_its_number) {
    stage on;
    reach_memo reach;
    on.cloud.tickets["SCT1"] = a_rollout(1);
    a_policy web("web");
    web.mode(policies::mode::propose).rule(a_rule("asks").when("count.abnormal >= 1").do_pause());
    on.start(a_setup({"SCT1"}, {web}, on.folder / "s"));
    on.run_for(6s);
    const auto row = status_of_ticket(on.daemon->tickets(), "SCT1", true, reach);
    ASSERT_TRUE(row);
    const auto& waiting = row->at("proposals").at(0);
    EXPECT_EQ(waiting.at("do"), "pause");
    EXPECT_EQ(row->at("rules").at(0).at("proposal"), waiting.at("id"));
    const std::string id = std::to_string(waiting.at("id").to_number<int>());
    EXPECT_EQ(row->at("next").as_string(), "pause by asks (proposal " + id + ")");
    EXPECT_THAT(cli::render_ticket(*row, plain),
                HasSubstr("proposal " + id + ": pause for web/asks ticket, waits for an answer"));
    EXPECT_EQ(standing_of(on.daemon->tickets(), {}).proposals_open, 1);
}

TEST(status_view, a_hold_and_an_override_are_shown) {
    const auto ticket =
        boost::json::parse(R"({"id":"SCT1","hold":{"by":"ana","since":"noon","reason":"looking"},)"
                           R"("human_hold":{"by":"cancel by ana","until":"one"},)"
                           R"("rules":[{"policy":"web","rule":"p","overridden":true}]})");
    const std::string text = cli::render_ticket(ticket, plain);
    EXPECT_THAT(text, HasSubstr("held by ana since noon: looking"));
    EXPECT_THAT(text, HasSubstr("cancel by ana withholds all but pause and notify until one"));
    EXPECT_THAT(text, HasSubstr("overridden"));
}

TEST(status_view, a_rule_that_can_never_hold_is_told_of_with_its_reason) {
    const auto ticket = boost::json::parse(
        R"({"id":"SCT1","unreachable":[{"policy":"web","rule":"large","why":"too small"}]})");
    EXPECT_THAT(cli::render_ticket(ticket, plain),
                HasSubstr("web/large can never hold for this ticket: too small"));
    const boost::json::value all{{"tickets", boost::json::array{ticket}}};
    EXPECT_THAT(cli::render_status(all, plain),
                HasSubstr("1 rule can never hold for SCT1: see `rolloutctl status SCT1`"));
}

TEST(status_view, the_table_lists_every_ticket_and_why_one_cannot_be_read) {
    stage on;
    reach_memo reach;
    on.cloud.tickets["SCT1"] = a_rollout(0);
    on.start(a_setup({"SCT1", "SCT2"}, guarding_policies(), on.folder / "s"));
    on.run_for(10s);
    const auto all = status_of(on.daemon->tickets(), {}, true, reach);
    EXPECT_EQ(all.at("watched"), 2);
    EXPECT_EQ(all.at("unseen"), 1);
    const std::string text = cli::render_status(all, plain);
    EXPECT_THAT(text, HasSubstr("SCT1"));
    EXPECT_THAT(text, HasSubstr("COC.00040709")) << "SCT2 is not there";
    EXPECT_THAT(text, Not(HasSubstr("\x1b"))) << "no colours were asked for";
}

TEST(status_view, what_a_cloud_says_cannot_steer_the_terminal) {
    const auto ticket = boost::json::parse(R"({"id":"SCT1","name":"\u001b[2J","status":"READY"})");
    EXPECT_THAT(cli::render_ticket(ticket, plain), Not(HasSubstr("\x1b")));
}

}  // namespace
}  // namespace rolloutd::daemon::testing
