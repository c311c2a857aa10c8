#include "daemon/app.h"

#include <gtest/gtest.h>

#include <algorithm>

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

TEST_F(life, over_a_journal_that_was_set_aside_it_proposes_until_a_person_lets_it_go_on) {
    on.start(plan());
    on.run_for(10s);
    on.stop();
    on.daemon.reset();
    for (const auto& [path, file] : on.files.files) {
        if (path.starts_with("journal/")) file->bytes[file->bytes.size() / 2] ^= 1;
    }
    on.cloud.tickets["SCT1"] = a_rollout(2);
    on.start(plan(), "INC-42: the disk was replaced");
    on.run_for(60s);
    EXPECT_TRUE(on.cloud.operations.empty());
    EXPECT_EQ(on.records("proposal").size(), 1U);
    EXPECT_EQ(on.log.count("journal_set_aside"), 1);
    on.next.good = plan();
    on.daemon->request_reload();
    on.run_for(60s);
    EXPECT_TRUE(on.cloud.operations.empty()) << "a reload changes nothing about it";
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
    EXPECT_EQ(reloads[0].body.at("detail"),
              "web.yaml:8:11: error: 'failed' is a double [type-mismatch]\n");
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

TEST_F(life, a_reload_takes_over_certificates_whatever_becomes_of_the_policies) {
    on.start(plan());
    on.daemon->request_reload();
    on.settle();
    EXPECT_EQ(on.certificates_read, 1) << "the policies were refused";
    on.next.good = plan();
    on.daemon->request_reload();
    on.settle();
    EXPECT_EQ(on.certificates_read, 2);
    EXPECT_EQ(on.log.count("old certificates"), 0);
    on.certificate_problem = "ca.pem: no such file";
    on.daemon->request_reload();
    on.settle();
    EXPECT_EQ(on.log.count("ca.pem: no such file"), 1);
    EXPECT_EQ(on.log.count("the old certificates stay in force"), 1);
    EXPECT_NE(on.counters->exposition({}).find("rolloutd_config_last_reload_successful 0"),
              std::string::npos);
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

TEST_F(life, a_stop_tries_a_full_disk_once_more) {
    on.start(plan());
    on.files.fail_always("append");
    on.cloud.tickets["SCT1"] = a_rollout(2);
    on.run_for(20s);
    on.files.heal();
    EXPECT_EQ(on.stop(), exit_code::ok);
    EXPECT_EQ(on.records("stop").size(), 1U);
}

TEST_F(life, a_stop_that_cannot_be_recorded_is_a_failure) {
    on.start(plan());
    on.files.fail_always("append");
    EXPECT_EQ(on.stop(), exit_code::failure);
    EXPECT_EQ(on.log.count("journal_not_closed"), 1);
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

TEST_F(life, a_clock_that_was_set_back_is_told_once_and_its_catching_up_too) {
    on.start(plan());
    on.time.set_ahead(500ms);
    on.run_for(10s);
    EXPECT_EQ(on.log.count("clock_set_back"), 0) << "time services do so";
    on.time.set_ahead(1h);
    on.run_for(10s);
    on.time.set_ahead(500ms);
    on.run_for(10s);
    EXPECT_EQ(on.log.count("clock_set_back"), 1);
    EXPECT_EQ(on.log.count("by=1h"), 1);
    EXPECT_EQ(on.log.count("clock_caught_up"), 0);
    on.time.set_ahead(0s);
    on.run_for(10s);
    EXPECT_EQ(on.log.count("clock_caught_up"), 1);
}

// The machine came back with its clock an hour behind what the journal has recorded.
TEST_F(life, after_a_restart_with_an_earlier_clock_rules_go_on_at_once) {
    setup both = plan();
    a_policy web("web");
    web.mode(policies::mode::enforce)
        .rule(a_rule("bad").when("count.abnormal > 1").hold(10s).do_pause());
    both.rules.policies = tests::policy_set_of({web});
    on.start(both);
    on.run_for(1h);
    on.stop();
    stage later;
    const policies::timestamp before = on.time.now() - 1s;
    ASSERT_LT(later.time.now() + 30min, before) << "every clock of a stage begins at the same time";
    later.files.files = on.files.files;
    later.cloud.tickets["SCT1"] = a_rollout(2);
    later.start(both);
    EXPECT_GE(later.time.now(), before);
    later.run_for(30s);
    EXPECT_EQ(later.cloud.operations.size(), 1U);
}

// The helper thread does not come back from an fsync.
struct life_with_a_hanging_disk : life {
    life_with_a_hanging_disk() {
        on.worker = helper.get_executor();
        on.manager.patience = 30s;
        on.start(plan());
        play(10s);
    }
    // Plays time with a disk that works.
    void play(policies::duration length) {
        for (policies::duration played{}; played < length; played += 100ms) {
            on.run_for(100ms);
            helper.restart();
            helper.poll();
            on.settle();
        }
    }
    int fed() const {
        return static_cast<int>(
            std::count(on.manager.told.begin(), on.manager.told.end(), "WATCHDOG=1"));
    }
    ~life_with_a_hanging_disk() {
        on.daemon->request_stop("test");
        play(5s);
    }
    boost::asio::io_context helper{1};
};

TEST_F(life_with_a_hanging_disk, it_says_so_sends_nothing_and_goes_on_when_the_disk_does) {
    EXPECT_TRUE(on.daemon->ready());
    on.cloud.tickets["SCT1"] = a_rollout(2);
    on.run_for(20s);
    EXPECT_FALSE(on.daemon->ready()) << "a pause is due, and its intent is not durable";
    EXPECT_EQ(on.log.count("journal_not_writable"), 1);
    EXPECT_EQ(on.log.count("has not ended"), 1);
    EXPECT_TRUE(on.cloud.operations.empty());
    play(30s);
    EXPECT_TRUE(on.daemon->ready());
    EXPECT_EQ(on.log.count("journal_writable"), 1);
    EXPECT_EQ(on.cloud.operations.size(), 1U) << "once, upon a new intent";
}

TEST_F(life_with_a_hanging_disk, the_watchdog_ends_it_when_the_disk_never_does) {
    const int before = fed();
    on.cloud.tickets["SCT1"] = a_rollout(2);
    on.run_for(15s);
    const int hungry = fed();
    EXPECT_GT(hungry, before);
    on.run_for(60s);
    EXPECT_LE(fed(), hungry + 1) << "readiness has failed, and nothing but a restart can help";
    play(10s);
}

}  // namespace
}  // namespace rolloutd::daemon::testing
