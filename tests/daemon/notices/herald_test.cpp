// What people are told by a whole daemon: nothing before its record is on the disk unless the disk
// takes nothing, everything once, and nothing that holds the daemon up.

#include "daemon/notices/herald.h"

#include <gmock/gmock.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <stdexcept>

#include "daemon/status.h"
#include "tests/api/scripted_http.h"
#include "tests/daemon/stage.h"

namespace rolloutd::daemon::testing {
namespace {

namespace json = boost::json;
using api::test::scripted_http;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct herald_of_a_daemon : ::testing::Test {
    stage on;
    std::map<std::string, std::shared_ptr<scripted_http>> receivers;

    herald_of_a_daemon() {
        on.connect_notices = [this](const notice_target& to) {
            auto& one = receivers[to.name];
            if (!one) one = std::make_shared<scripted_http>();
            for (int n = 0; n < 50; ++n)
                one->answer(200, "");
            return api::result<std::shared_ptr<api::http_client>>(one);
        };
    }

    static notice_target target(const std::string& name, target_kind kind = target_kind::webhook) {
        notice_target made;
        made.name = name;
        made.kind = kind;
        made.path = "/";
        return made;
    }

    setup plan(int abnormal, std::vector<notice_target> to) {
        on.cloud.tickets["SCT1"] = a_rollout(abnormal);
        a_policy web("web");
        web.mode(policies::mode::enforce)
            .rule(
                a_rule("bad").when("count.abnormal > 1").do_notify().then(policies::action::pause));
        setup made = a_setup({"SCT1"}, {web}, on.folder / "s");
        made.notices = std::move(to);
        return made;
    }

    std::vector<json::value> bodies(const std::string& name) {
        std::vector<json::value> all;
        for (const auto& each : receivers[name]->requests)
            all.push_back(json::parse(std::string(each.body)));
        return all;
    }
    std::vector<std::string> told(const std::string& name) {
        std::vector<std::string> all;
        for (const json::value& each : bodies(name))
            all.push_back(std::string(each.at("event").as_string()) + " " +
                          std::string(each.at("state").as_string()));
        return all;
    }
};

TEST_F(herald_of_a_daemon, a_rule_that_notifies_is_told_with_its_record_and_the_chains_end) {
    on.start(plan(2, {target("w")}));
    on.run_for(5s);
    ASSERT_THAT(told("w"), ElementsAre("rule_holds began"));
    const json::value body = bodies("w")[0];
    EXPECT_EQ(body.at("summary"), "web/bad of SCT1 holds");
    EXPECT_EQ(body.at("text"), "web/bad holds for ticket: count.abnormal = 2");
    EXPECT_EQ(body.at("mode"), "enforce");
    EXPECT_EQ(body.at("from").at("instance"), "guard-1");
    const auto records = on.records("notify");
    ASSERT_EQ(records.size(), 1U);
    EXPECT_EQ(body.at("journal").at("seq").to_number<sequence>(), records[0].head.seq);
    EXPECT_EQ(body.at("journal").at("durable"), true);
    EXPECT_GE(body.at("journal").at("newest").at("seq").to_number<sequence>(), records[0].head.seq);
    EXPECT_EQ(body.at("journal").at("newest").at("hash").as_string().size(), 64U);
    on.cloud.tickets["SCT1"] = a_rollout(0);
    on.run_for(120s);
    EXPECT_THAT(told("w"), ElementsAre("rule_holds began", "rule_holds ended"));
    EXPECT_EQ(on.stop(), exit_code::ok);
}

TEST_F(herald_of_a_daemon, a_disk_that_takes_nothing_is_told_of_all_the_same) {
    on.start(plan(0, {target("w")}));
    on.run_for(10s);
    on.files.fail_always("append");
    on.files.fail_always("create");
    on.cloud.tickets["SCT1"] = a_rollout(2);
    on.run_for(20s);
    ASSERT_THAT(told("w"),
                ::testing::UnorderedElementsAre("rule_holds began", "journal_not_writable began"));
    for (const json::value& each : bodies("w")) {
        const bool has_record = each.at("event") == "rule_holds";
        EXPECT_EQ(each.at("journal").as_object().contains("durable"), has_record);
        EXPECT_FALSE(has_record && each.at("journal").at("durable").as_bool());
    }
    on.files.heal();
    on.run_for(60s);
    EXPECT_THAT(told("w"), ::testing::Contains("journal_not_writable ended"));
}

TEST_F(herald_of_a_daemon, nothing_is_told_before_its_record_is_durable_but_for_two_seconds) {
    boost::asio::io_context slow{1};
    on.worker = slow.get_executor();
    on.start(plan(2, {target("w")}));
    on.run_for(1900ms);
    EXPECT_THAT(told("w"), IsEmpty());
    on.run_for(3s);
    ASSERT_THAT(told("w"), ElementsAre("rule_holds began"));
    EXPECT_EQ(bodies("w")[0].at("journal").at("durable"), false);
    EXPECT_EQ(bodies("w")[0].at("journal").at("newest").at("seq"), 0);
    on.daemon->request_stop("SIGTERM");
    for (int n = 0; n < 100 && !on.ended; ++n) {
        slow.restart();
        slow.poll();
        on.run_for(100ms);
    }
    EXPECT_TRUE(on.ended);
}

TEST_F(herald_of_a_daemon,
       a_target_that_hangs_holds_up_neither_the_others_nor_a_pause_nor_the_stop) {
    on.start(plan(0, {target("hangs"), target("w")}));
    receivers["hangs"]->hold(on.time);
    on.cloud.tickets["SCT1"] = a_rollout(2);
    on.run_for(20s);
    EXPECT_EQ(on.cloud.operations.size(), 1U);
    EXPECT_EQ(receivers["hangs"]->requests.size(), 1U);
    EXPECT_FALSE(told("w").empty());
    const timestamp asked = on.time.now();
    EXPECT_EQ(on.stop(), exit_code::ok);
    EXPECT_LE(on.time.now() - asked, 1500ms);
}

TEST_F(herald_of_a_daemon, tells_before_it_stops_what_it_could_not_tell_yet) {
    const auto fails_once = std::make_shared<scripted_http>();
    fails_once->answer(503, "");
    receivers["w"] = fails_once;
    on.start(plan(2, {target("w")}));
    for (int n = 0; n < 100 && fails_once->requests.empty(); ++n)
        on.run_for(100ms);
    ASSERT_EQ(fails_once->requests.size(), 1U);
    EXPECT_EQ(on.stop(), exit_code::ok);
    EXPECT_GE(fails_once->requests.size(), 2U) << "its pause was cut short";
}

TEST_F(herald_of_a_daemon, an_alertmanager_is_told_again_while_it_lasts_and_of_its_end) {
    setup tells = plan(2, {target("am", target_kind::alertmanager)});
    a_policy web("web");
    web.mode(policies::mode::enforce).rule(a_rule("bad").when("count.abnormal > 1").do_notify());
    tells.rules.policies = tests::policy_set_of({web});
    on.start(tells);
    on.run_for(200s);
    const auto repeated = bodies("am");
    ASSERT_GE(repeated.size(), 3U);
    for (const json::value& each : repeated) {
        ASSERT_EQ(each.as_array().size(), 1U);
        EXPECT_EQ(each.at(0).at("labels").at("alertname"), "RolloutdRuleHolds");
        EXPECT_GT(std::string(each.at(0).at("endsAt").as_string()),
                  std::string(each.at(0).at("startsAt").as_string()));
    }
    EXPECT_GT(std::string(repeated.back().at(0).at("endsAt").as_string()),
              std::string(repeated.front().at(0).at("endsAt").as_string()));
    on.cloud.tickets["SCT1"] = a_rollout(0);
    on.run_for(130s);
    const std::size_t told_so_far = receivers["am"]->requests.size();
    on.run_for(10min);
    EXPECT_EQ(receivers["am"]->requests.size(), told_so_far) << "nothing lasts any more";
    const auto last = bodies("am").back();
    EXPECT_LT(std::string(last.at(0).at("endsAt").as_string()),
              policies::to_text(on.time.now() - 9min));
}

TEST_F(herald_of_a_daemon, a_reload_takes_other_targets_and_keeps_those_that_stay) {
    on.start(plan(0, {target("stays"), target("goes")}));
    setup next = plan(0, {target("comes"), target("stays")});
    on.next.good = std::move(next);
    on.daemon->request_reload();
    on.run_for(5s);
    on.cloud.tickets["SCT1"] = a_rollout(2);
    on.run_for(10s);
    EXPECT_THAT(told("stays"), ElementsAre("rule_holds began"));
    EXPECT_THAT(told("comes"), ElementsAre("rule_holds began"));
    EXPECT_THAT(told("goes"), IsEmpty());
    on.next.good = plan(2, {});
    on.daemon->request_reload();
    on.run_for(5s);
    on.cloud.tickets["SCT1"] = a_rollout(0);
    on.run_for(100s);
    EXPECT_THAT(told("stays"), ElementsAre("rule_holds began"));
    EXPECT_EQ(on.stop(), exit_code::ok);
}

TEST_F(herald_of_a_daemon, a_restart_goes_on_telling_what_lasts_without_telling_it_anew) {
    const auto both = [&](int abnormal) {
        setup made = plan(abnormal, {target("w"), target("am", target_kind::alertmanager)});
        a_policy web("web");
        web.mode(policies::mode::enforce)
            .rule(a_rule("bad").when("count.abnormal > 1").do_notify());
        made.rules.policies = tests::policy_set_of({web});
        return made;
    };
    on.start(both(2));
    on.run_for(10s);
    on.stop();
    on.daemon.reset();
    const std::size_t alerts = bodies("am").size();
    on.start(both(2));
    on.run_for(65s);
    EXPECT_THAT(told("w"), ElementsAre("rule_holds began"));
    ASSERT_EQ(bodies("am").size(), alerts + 1) << "the next repetition";
    EXPECT_EQ(bodies("am").back().at(0).at("labels"), bodies("am").front().at(0).at("labels"));
    on.cloud.tickets["SCT1"] = a_rollout(0);
    on.run_for(130s);
    EXPECT_THAT(told("w"), ElementsAre("rule_holds began", "rule_holds ended"));
}

TEST_F(herald_of_a_daemon, troubles_of_the_daemon_itself_begin_and_end) {
    on.start(plan(0, {target("w")}));
    on.token_problem = "no such file";
    on.run_for(3s);
    on.token_problem.clear();
    on.run_for(35s);
    EXPECT_THAT(told("w"), ElementsAre("credentials_unusable began", "credentials_unusable ended"));
    EXPECT_THAT(std::string(bodies("w")[0].at("text").as_string()), HasSubstr("no such file"));
    on.daemon->request_reload();  // which finds nothing good
    on.run_for(3s);
    EXPECT_EQ(told("w").back(), "reload_refused began");
}

TEST_F(herald_of_a_daemon, what_ends_while_there_is_no_target_is_not_told_as_lasting_later) {
    int abnormal = 2;
    const auto with = [&](std::vector<notice_target> to) {
        setup made = plan(abnormal, std::move(to));
        a_policy web("web");
        web.rule(a_rule("bad").when("count.abnormal > 1").do_notify());
        web.mode(policies::mode::enforce);
        made.rules.policies = tests::policy_set_of({web});
        return made;
    };
    const auto reload = [&](std::vector<notice_target> to) {
        on.next = loaded{};
        on.next.good = with(std::move(to));
        on.daemon->request_reload();
        on.run_for(2s);
    };
    on.start(with({target("am", target_kind::alertmanager)}));
    on.run_for(10s);
    ASSERT_EQ(receivers["am"]->requests.size(), 1U);
    reload({});
    abnormal = 0;
    on.cloud.tickets["SCT1"] = a_rollout(0);
    on.run_for(120s);
    reload({target("am", target_kind::alertmanager)});
    on.run_for(5min);
    EXPECT_EQ(receivers["am"]->requests.size(), 1U) << "nothing lasts";
    EXPECT_EQ(on.stop(), exit_code::ok);
}

TEST_F(herald_of_a_daemon, a_target_that_is_changed_gets_what_waited_for_it) {
    const auto bad = std::make_shared<scripted_http>();
    const auto good = std::make_shared<scripted_http>();
    for (int n = 0; n < 50; ++n) {
        bad->answer(500, "");
        good->answer(200, "");
    }
    on.connect_notices = [&](const notice_target& to) {
        return api::result<std::shared_ptr<api::http_client>>(to.path == "/" ? bad : good);
    };
    on.start(plan(2, {target("w")}));
    on.run_for(10s);
    ASSERT_FALSE(bad->requests.empty());
    notice_target moved = target("w");
    moved.path = "/other";
    on.next.good = plan(2, {moved});
    on.daemon->request_reload();
    on.run_for(5s);
    ASSERT_FALSE(good->requests.empty());
    const auto id = [](const scripted_http& of) {
        return json::parse(std::string(of.requests.at(0).body)).at("id");
    };
    EXPECT_EQ(id(*good), id(*bad));
    EXPECT_EQ(on.stop(), exit_code::ok);
}

TEST_F(herald_of_a_daemon, a_target_that_cannot_be_connected_anew_is_logged) {
    bool bad = false;
    on.connect_notices = [&](const notice_target&) {
        if (bad)
            return api::result<std::shared_ptr<api::http_client>>(api::bad_content("bad ca.pem"));
        return api::result<std::shared_ptr<api::http_client>>(std::make_shared<scripted_http>());
    };
    on.start(plan(0, {target("w")}));
    bad = true;
    on.next.good = plan(0, {target("w")});
    on.daemon->request_reload();
    on.run_for(3s);
    EXPECT_EQ(on.log.count("notify_certificates"), 1);
    EXPECT_EQ(on.log.count("bad ca.pem"), 1);
}

TEST_F(herald_of_a_daemon, an_exception_of_whoever_tells_ends_neither_the_guard_nor_the_telling) {
    struct throwing final : api::http_client {
        int tries = 0;
        boost::asio::awaitable<api::result<api::http_response>> send(const api::http_request&,
                                                                     api::steady_time) override {
            if (++tries == 1) throw std::runtime_error("out of luck");
            api::http_response well;
            well.status = 200;
            co_return well;
        }
    };
    const auto http = std::make_shared<throwing>();
    on.connect_notices = [&](const notice_target&) {
        return api::result<std::shared_ptr<api::http_client>>(http);
    };
    on.start(plan(2, {target("w")}));
    on.run_for(20s);
    EXPECT_EQ(on.cloud.operations.size(), 1U);
    EXPECT_EQ(on.log.count("notify_broken"), 1);
    EXPECT_EQ(on.log.count("notify_target_well"), 1);
    EXPECT_EQ(http->tries, 2);
    EXPECT_EQ(on.stop(), exit_code::ok);
}

TEST_F(herald_of_a_daemon, a_test_needs_no_reason_and_is_one_at_a_time) {
    on.start(plan(0, {target("w")}));
    receivers["w"]->hold(on.time);
    const auto ask = [&] {
        admin_request what{"POST", "/api/v1/notify/test", true, 0, R"({"reason":""})"};
        return boost::asio::co_spawn(on.io, on.daemon->operators().act(std::move(what)),
                                     boost::asio::use_future);
    };
    auto first = ask();
    on.run_for(1ms);
    auto second = ask();
    on.run_for(1ms);
    ASSERT_EQ(second.wait_for(0s), std::future_status::ready);
    EXPECT_EQ(second.get().status, 409);
    receivers["w"]->let_go();
    on.run_for(10ms);
    ASSERT_EQ(first.wait_for(0s), std::future_status::ready);
    EXPECT_EQ(first.get().status, 200);
}

TEST_F(herald_of_a_daemon, outside_the_socket_only_counts_are_told_of_targets) {
    on.start(plan(0, {target("w")}));
    reach_memo reach;
    daemon_facts about;
    about.told = {{"webhook hooks.example.com", 3, 4, 5, "webhook secret /x: not there"}};
    const std::string bare =
        json::serialize(status_of(on.daemon->tickets(), about, false, reach).at("notify"));
    EXPECT_EQ(bare, R"([{"waiting":3,"delivered":4,"given_up":5}])");
    const std::string full =
        json::serialize(status_of(on.daemon->tickets(), about, true, reach).at("notify"));
    EXPECT_THAT(full, HasSubstr("hooks.example.com"));
    EXPECT_THAT(full, HasSubstr("webhook secret"));
}

TEST_F(herald_of_a_daemon, a_target_without_certificates_is_shown_and_stops_nothing) {
    on.connect_notices = [](const notice_target&) {
        return api::result<std::shared_ptr<api::http_client>>(
            api::bad_content("no certificates in ca.pem"));
    };
    on.start(plan(2, {target("w")}));
    on.run_for(10s);
    EXPECT_EQ(on.cloud.operations.size(), 1U);
    EXPECT_EQ(on.log.count("no certificates in ca.pem"), 1);
    EXPECT_EQ(on.stop(), exit_code::ok);
}

}  // namespace
}  // namespace rolloutd::daemon::testing
