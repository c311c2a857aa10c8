#include "daemon/app.h"

#include <gtest/gtest.h>

#include "tests/daemon/stage.h"

namespace rolloutd::daemon::testing {
namespace {

struct life : ::testing::Test {
    stage on;
    setup plan(std::vector<policies::ticket_id> names = {"SCT1"}) {
        for (const auto& each : names)
            on.cloud.tickets.try_emplace(each, a_rollout(0));
        return a_setup(std::move(names), guarding_policies(), on.folder / "s");
    }
};

TEST_F(life, it_starts_records_is_ready_and_stops_clean) {
    on.start(plan());
    EXPECT_TRUE(on.daemon->ready());
    EXPECT_TRUE(on.manager.was_told("READY=1"));
    EXPECT_TRUE(on.manager.was_told("watching 1 ticket, mode enforce"));
    on.run_for(10s);
    EXPECT_EQ(on.stop(), exit_code::ok);
    EXPECT_TRUE(on.manager.was_told("STOPPING=1"));
    ASSERT_EQ(on.records("start").size(), 1U);
    const auto stops = on.records("stop");
    ASSERT_EQ(stops.size(), 1U);
    EXPECT_EQ(stops[0].body.at("reason"), "SIGTERM");
    EXPECT_EQ(on.records("policy").size(), 1U);
}

TEST_F(life, it_is_not_ready_without_a_token) {
    on.token_problem = "no such file";
    on.start(plan());
    EXPECT_FALSE(on.daemon->ready());
    on.token_problem.clear();
    EXPECT_TRUE(on.daemon->ready());
}

TEST_F(life, a_second_daemon_on_the_same_state_does_not_start) {
    on.start(plan());
    app second(on.ports(), plan());
    EXPECT_EQ(second.open(""), exit_code::failure);
}

TEST_F(life, a_damaged_journal_ends_the_start_with_its_own_code) {
    on.start(plan());
    on.run_for(10s);
    on.stop();
    on.daemon.reset();
    for (const auto& [path, file] : on.files.files) {
        if (!path.starts_with("journal/")) continue;
        file->bytes[file->bytes.size() / 2] ^= 1;
    }
    app again(on.ports(), plan());
    EXPECT_EQ(again.open(""), exit_code::damaged_journal);
    EXPECT_EQ(on.log.count("journal_unusable"), 1);
}

TEST_F(life, a_refused_reload_keeps_the_old_set_whole_and_says_so_everywhere) {
    on.start(plan());
    on.run_for(10s);
    policies::issue wrong;
    wrong.code = "type-mismatch";
    wrong.message = "'failed' is a double";
    wrong.file = "web.yaml";
    wrong.begin = wrong.end = {8, 11};
    on.next.issues = {wrong};
    on.next.rendered = "web.yaml:8:11: error: 'failed' is a double\n";
    const int generation = on.daemon->tickets().parts().rules->generation;
    on.daemon->request_reload();
    on.settle();
    EXPECT_EQ(on.daemon->tickets().parts().rules->generation, generation);
    EXPECT_EQ(on.log.count("reload_problem where=web.yaml:8:11"), 1);
    EXPECT_NE(on.counters->exposition({}).find("rolloutd_config_last_reload_successful 0"),
              std::string::npos);
    const auto reloads = on.records("reload");
    ASSERT_EQ(reloads.size(), 1U);
    EXPECT_EQ(reloads[0].body.at("accepted"), false);
    EXPECT_TRUE(on.manager.was_told("RELOADING=1\nMONOTONIC_USEC=42"));
    on.cloud.tickets["SCT1"] = a_rollout(2);
    on.run_for(10s);
    EXPECT_EQ(on.cloud.operations.size(), 1U) << "the old set guards on";
}

TEST_F(life, a_good_reload_takes_over_policies_and_tickets) {
    on.start(plan());
    on.run_for(10s);
    setup next = plan({"SCT1", "SCT2"});
    next.rules.policies = tests::policy_set_of({a_policy("calm").mode(policies::mode::enforce)});
    on.next.good = std::move(next);
    on.daemon->request_reload();
    on.settle();
    EXPECT_EQ(on.daemon->tickets().parts().rules->generation, 2);
    on.cloud.tickets["SCT1"] = a_rollout(2);
    on.run_for(20s);
    EXPECT_TRUE(on.cloud.operations.empty());
    const auto reloads = on.records("reload");
    ASSERT_EQ(reloads.size(), 1U);
    EXPECT_EQ(reloads[0].body.at("accepted"), true);
}

TEST_F(life, a_reload_with_findings_is_taken_over_and_each_is_logged) {
    on.start(plan());
    policies::issue odd;
    odd.level = policies::severity::warning;
    odd.code = "unguarded-cancel";
    odd.message = "one reading is enough to cancel the ticket for good";
    odd.file = "web.yaml";
    odd.begin = odd.end = {18, 9};
    on.next.good = plan();
    on.next.issues = {odd};
    on.daemon->request_reload();
    on.settle();
    EXPECT_EQ(on.daemon->tickets().parts().rules->generation, 2);
    EXPECT_EQ(on.log.count("policy_finding where=web.yaml:18:9"), 1);
    EXPECT_EQ(on.log.count("policy_finding"), 1);
    EXPECT_EQ(on.log.count("reload_refused"), 0);
}

TEST_F(life, a_stop_settles_what_is_in_flight) {
    on.cloud.hold_operations = true;
    on.start(plan());
    on.cloud.tickets["SCT1"] = a_rollout(2);
    on.run_for(10s);
    ASSERT_EQ(on.cloud.operations.size(), 1U);
    on.daemon->request_stop("SIGTERM");
    on.run_for(3s);
    EXPECT_FALSE(on.ended) << "the answer is awaited";
    on.cloud.release();
    on.run_for(1s);
    ASSERT_TRUE(on.ended);
    const auto results = on.records("result");
    ASSERT_EQ(results.size(), 1U);
    EXPECT_EQ(results[0].body.at("outcome"), "accepted");
}

TEST_F(life, a_stop_waits_no_longer_than_eight_seconds_for_an_answer) {
    on.cloud.hold_operations = true;
    on.start(plan());
    on.cloud.tickets["SCT1"] = a_rollout(2);
    on.run_for(10s);
    on.daemon->request_stop("SIGTERM");
    on.run_for(9s);
    ASSERT_TRUE(on.ended);
    const auto results = on.records("result");
    ASSERT_EQ(results.size(), 1U);
    EXPECT_EQ(results[0].body.at("outcome"), "unknown");
}

TEST_F(life, after_a_restart_a_pause_that_was_sent_is_not_sent_again) {
    on.start(plan());
    on.cloud.answer = [this](const policies::operation&) {
        on.cloud.tickets["SCT1"].info.status = "PAUSED";
        api::answer well;
        well.what = api::outcome::accepted;
        return well;
    };
    on.cloud.tickets["SCT1"] = a_rollout(2);
    on.run_for(20s);
    ASSERT_EQ(on.cloud.operations.size(), 1U);
    on.stop();
    on.start(plan());
    on.run_for(60s);
    EXPECT_EQ(on.cloud.operations.size(), 1U);
    EXPECT_EQ(on.records("watch").size(), 1U) << "the ticket goes on where it was";
}

TEST_F(life, the_watchdog_is_fed_while_the_loop_and_the_journal_move) {
    on.manager.patience = 3s;
    on.start(plan());
    on.run_for(10s);
    int fed = 0;
    for (const std::string& each : on.manager.told)
        fed += each == "WATCHDOG=1" ? 1 : 0;
    EXPECT_GE(fed, 9);
}

}  // namespace
}  // namespace rolloutd::daemon::testing
