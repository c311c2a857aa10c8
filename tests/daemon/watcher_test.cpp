#include "daemon/watcher.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/api/run.h"
#include "tests/daemon/stage.h"

namespace rolloutd::daemon::testing {
namespace {

std::optional<api::failure> broken(std::string_view) {
    return api::failure(api::origin::network, "reset", "connection reset");
}

struct watching : ::testing::Test {
    stage on;
    setup plan = a_setup({"SCT1"}, guarding_policies(), on.folder / "s");
    const watcher& who() { return *on.daemon->tickets().watchers().at("SCT1"); }
};

TEST_F(watching, a_bad_rollout_is_paused_once_with_its_intent_durable_before) {
    on.cloud.tickets["SCT1"] = a_rollout(1);
    std::size_t durable_intents = 0;
    on.cloud.answer = [&](const policies::operation&) {
        for (const auto& [path, file] : on.files.files) {
            if (file->durable.find("\"kind\":\"intent\"") != std::string::npos) ++durable_intents;
        }
        on.cloud.tickets["SCT1"].info.status = "PAUSED";
        api::answer well;
        well.what = api::outcome::accepted;
        well.http_status = 200;
        return well;
    };
    on.start(plan);
    on.run_for(30s);
    ASSERT_EQ(on.cloud.operations.size(), 1U);
    EXPECT_EQ(on.cloud.operations[0].what.what, policies::action::pause);
    EXPECT_EQ(durable_intents, 1U);
    const auto effects = on.records("effect");
    ASSERT_EQ(effects.size(), 1U);
    EXPECT_EQ(effects[0].body.at("effect"), "confirmed");
}

TEST_F(watching, a_ticket_is_read_once_in_each_interval) {
    on.cloud.tickets["SCT1"] = a_rollout(0);
    on.start(plan);
    on.run_for(50s);
    EXPECT_EQ(on.cloud.calls["info"], 11) << "at once, and every 5 s";
    EXPECT_EQ(on.counters->evaluations_missed(), 0);
}

TEST_F(watching, while_blind_all_is_undetermined_and_two_polls_later_it_is_guarded) {
    on.cloud.tickets["SCT1"] = a_rollout(0);
    on.start(plan);
    on.run_for(10s);
    on.cloud.fault = broken;
    on.run_for(60s);
    EXPECT_TRUE(who().state().blind);
    for (const policies::rule_view& each : who().last().views) {
        EXPECT_EQ(each.now, policies::verdict::undetermined);
    }
    on.cloud.tickets["SCT1"] = a_rollout(2);
    EXPECT_TRUE(on.cloud.operations.empty());
    on.cloud.fault = nullptr;
    on.run_for(10s);
    EXPECT_EQ(on.cloud.operations.size(), 1U);
}

TEST_F(watching, a_reading_that_hangs_leaves_nothing_true_that_was_true_before) {
    on.cloud.tickets["SCT1"] = a_rollout(0);
    on.start(plan);
    on.run_for(10s);
    on.cloud.hold_readings = true;
    on.run_for(15s);
    EXPECT_FALSE(who().state().blind);
    on.run_for(7s);
    EXPECT_TRUE(who().state().blind);
    ASSERT_FALSE(who().last().views.empty());
    for (const policies::rule_view& each : who().last().views) {
        EXPECT_EQ(each.now, policies::verdict::undetermined) << each.key.rule;
    }
    EXPECT_EQ(on.records("blind").size(), 1U) << "once, however long it hangs";
    on.cloud.release();
    on.run_for(5s);
    EXPECT_FALSE(who().state().blind);
    EXPECT_TRUE(on.cloud.operations.empty());
}

TEST_F(watching, failed_reads_are_tried_again_after_the_interval_and_no_later) {
    on.cloud.fault = broken;
    on.start(plan);
    on.run_for(5min);
    EXPECT_GE(on.cloud.calls["batches"], 60);
}

TEST_F(watching, a_server_that_asks_for_time_is_given_it) {
    on.cloud.tickets["SCT1"] = a_rollout(0);
    on.cloud.fault = [](std::string_view) {
        api::failure busy(api::origin::gateway, "APIGW.0308", "slow down");
        busy.retry_after = 20s;
        return std::optional(busy);
    };
    on.start(plan);
    on.run_for(60s);
    EXPECT_LE(on.cloud.calls["batches"], 4);
    EXPECT_EQ(on.counters->evaluations_missed(), 0) << "left out on request is not missed";
}

TEST_F(watching, nothing_is_sent_and_nothing_concluded_while_the_journal_cannot_be_written) {
    on.cloud.tickets["SCT1"] = a_rollout(0);
    on.start(plan);
    on.run_for(10s);
    on.files.fail_always("sync");
    on.cloud.tickets["SCT1"] = a_rollout(2);
    on.run_for(60s);
    EXPECT_TRUE(on.cloud.operations.empty());
    EXPECT_FALSE(on.daemon->ready());
    on.files.heal();
    on.run_for(60s);
    EXPECT_EQ(on.cloud.operations.size(), 1U);
    EXPECT_TRUE(on.daemon->ready());
}

// A rollout that is to be cancelled, and whose details are read so slowly that its status is old by
// then.
struct watching_slowly : watching {
    watching_slowly() {
        a_policy web("web-fleet");
        web.mode(policies::mode::enforce)
            .rule(a_rule("hopeless").when("count.abnormal > 1 && count.stuck >= 0").do_cancel());
        plan = a_setup({"SCT1"}, {web}, on.folder / "s");
        on.cloud.tickets["SCT1"] = a_rollout(2);
        on.cloud.fault = [this](std::string_view endpoint) {
            if (endpoint == "batch_detail") {
                on.time.advance(3s);
                // Two batches at first sight, one at the reading that decides, one at the next.
                if (on.cloud.calls["batch_detail"] == 4 && is_paused_meanwhile) status() = "PAUSED";
            }
            return std::optional<api::failure>();
        };
        on.cloud.answer = [this](const policies::operation&) {
            const auto intents = on.records("intent");
            EXPECT_EQ(intents.back().body.at("status").get_string(), status());
            api::answer well;
            well.what = api::outcome::accepted;
            well.http_status = 200;
            return well;
        };
    }
    std::string& status() { return on.cloud.tickets["SCT1"].info.status; }
    bool is_paused_meanwhile = false;
};

TEST_F(watching_slowly, what_rests_on_an_old_status_is_sent_when_another_look_still_shows_it) {
    on.start(plan);
    on.run_for(30s);
    EXPECT_EQ(on.cloud.operations.size(), 1U);
    EXPECT_TRUE(on.records("effect").empty()) << "nothing was withdrawn on the way";
}

TEST_F(watching_slowly, what_rests_on_an_old_status_is_not_sent_when_it_has_changed) {
    is_paused_meanwhile = true;
    on.start(plan);
    on.run_for(30s);
    const auto effects = on.records("effect");
    ASSERT_FALSE(effects.empty());
    EXPECT_EQ(effects[0].body.at("effect"), "withdrawn");
    EXPECT_FALSE(on.cloud.operations.empty()) << "it is due again, and sent upon what is seen then";
}

TEST_F(watching, a_ticket_that_is_over_is_let_go_and_after_a_restart_looked_at_once) {
    on.cloud.tickets["SCT1"] = a_rollout(0);
    on.start(plan);
    on.run_for(10s);
    a_ticket over;
    over.finished().name("deploy-web").current(2).batch(10).batch(10, "PAUSE");
    over.in_batch(1, {{"FINISHED", 10}}).in_batch(2, {{"FINISHED", 10}});
    on.cloud.tickets["SCT1"] = over.with_details().read();
    on.run_for(60s);
    EXPECT_TRUE(on.daemon->tickets().watchers().empty());
    ASSERT_EQ(on.daemon->tickets().past().size(), 1U);
    EXPECT_EQ(on.records("unwatch").size(), 1U);
    const int reads = on.cloud.calls["info"];
    on.stop();
    on.start(plan);
    on.run_for(60s);
    EXPECT_EQ(on.cloud.calls["info"], reads + 1);
    EXPECT_TRUE(on.daemon->tickets().watchers().empty());
}

// Keeps events in mind instead of on a disk.
class kept_events final : public recorder {
public:
    policies::stamp record(const policies::ticket_id&, const policies::event& what,
                           policies::timestamp at) override {
        all.push_back(what);
        return {all.size(), at};
    }
    void record_seen(policies::timestamp, policies::timestamp) override {}
    boost::asio::awaitable<bool> durable(policies::sequence) override { co_return true; }
    policies::fleet_view fleet(const policies::ticket_id&, policies::timestamp) const override {
        return {};
    }
    bool writable() const override { return true; }

    // What became of the operations: "withdrawn withheld: freeze".
    std::vector<std::string> effects() const {
        std::vector<std::string> found;
        for (const policies::event& each : all) {
            const auto* what = std::get_if<policies::effected>(&each);
            if (what == nullptr) continue;
            found.push_back(std::string(to_text(what->effect)) + " " + what->detail);
        }
        return found;
    }
    int count(std::string_view kind) const {
        return static_cast<int>(std::ranges::count_if(
            all, [&](const policies::event& each) { return kind_of(each) == kind; }));
    }
    std::vector<policies::event> all;
};

// A watcher whose operations wait for their turn, with the brakes at hand.
struct waiting_for_its_turn : ::testing::Test {
    boost::asio::io_context io{1};
    api::manual_clock time{io.get_executor(), policies::timestamp{1'000'000'000ms}};
    scripted_gateway cloud{time};
    kept_events records;
    metrics counters{time.now()};
    memory_log log;
    brakes stops;
    executor hands{executor::parts{io.get_executor(), time, cloud, records, counters, log, stops}};
    setup plan;
    std::optional<watch_parts> parts;
    turns order{time, cloud, {}};
    std::optional<watcher> who;
    api::task_group group{io.get_executor(), nullptr};

    void watch(const std::string& action) {
        a_policy web("web");
        a_rule bad("bad");
        bad.when("count.abnormal > 1");
        web.mode(policies::mode::enforce)
            .rule(action == "pause" ? bad.do_pause() : bad.do_cancel());
        plan = a_setup({"SCT1"}, {web}, "");
        cloud.tickets["SCT1"] = a_rollout(2);
        cloud.hold_turns = true;
        parts.emplace(watch_parts{time,
                                  cloud,
                                  records,
                                  hands,
                                  counters,
                                  log,
                                  std::make_shared<const policies::settings>(plan.rules),
                                  {}});
        policies::ticket_state state;
        state.id = "SCT1";
        who.emplace(*parts, order, std::move(state));
        who->begin({{}, "config"});
        group.spawn("watcher", who->run());
        if (group.running() == 1) group.spawn("turns", order.run());
        settle();
        while (cloud.waiting == 0 && time.now() < policies::timestamp{1'000'060'000ms})
            run_for(1s);
        ASSERT_EQ(cloud.waiting, 1);
    }
    void settle() { api::test::settle(io); }
    void run_for(policies::duration length) { api::test::run_for(io, time, length); }
    void TearDown() override {
        cloud.release();
        who->end();
        group.cancel();
        settle();
        EXPECT_EQ(group.running(), 0U);
    }
};

TEST_F(waiting_for_its_turn, a_freeze_withdraws_it_and_it_is_due_again) {
    for (const std::string action : {"pause", "cancel"}) {
        records.all.clear();
        cloud.operations.clear();
        watch(action);
        stops.frozen = true;
        cloud.release();
        settle();
        EXPECT_TRUE(cloud.operations.empty()) << action;
        ASSERT_EQ(records.effects(), std::vector<std::string>{"withdrawn withheld: freeze"});
        stops.frozen = false;
        run_for(15s);
        EXPECT_EQ(cloud.operations.size(), 1U) << action;
        who->end();
        settle();
    }
}

TEST_F(waiting_for_its_turn, a_reading_that_grows_old_withdraws_it_and_it_is_due_again) {
    watch("cancel");
    time.advance(2001ms);
    cloud.release();
    run_for(15s);
    ASSERT_EQ(records.effects(), std::vector<std::string>{"withdrawn withheld: late"});
    EXPECT_EQ(records.count("intent"), 2);
    EXPECT_EQ(cloud.operations.size(), 1U) << "upon a younger reading";
}

TEST_F(waiting_for_its_turn, a_removed_ticket_gets_nothing_more) {
    watch("pause");
    who->end();
    cloud.release();
    settle();
    EXPECT_TRUE(cloud.operations.empty());
    EXPECT_EQ(records.effects(), std::vector<std::string>{"withdrawn withheld: removed"});
}

}  // namespace
}  // namespace rolloutd::daemon::testing
