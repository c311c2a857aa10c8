#include "daemon/discovery.h"

#include <gtest/gtest.h>

#include "policies/facts.h"
#include "tests/daemon/stage.h"

namespace rolloutd::daemon::testing {
namespace {

using policies::ticket_id;

struct discovering : ::testing::Test {
    stage on;
    setup plan = a_setup({}, guarding_policies(), on.folder / "s");

    void match(const std::string& condition) {
        plan.options.discover.emplace();
        auto made = policies::cel::compile(condition, policies::match_environment(),
                                           policies::cel::type_kind::boolean);
        plan.options.discover->match = std::get<policies::cel::expression>(std::move(made));
    }
    discovering() { on.cloud.unlisted = true; }
    // A ticket that the cloud lists; `age` is how long ago it was created.
    void list(const ticket_id& id, const std::string& order_name, policies::duration age = 1min) {
        api::ticket_summary row;
        row.id = id;
        row.order_id = static_cast<std::int64_t>(on.cloud.listed.size()) + 1;
        row.order_name = order_name;
        row.creator = "ops";
        row.status = "PROCESSING";
        row.created = on.time.now() - age;
        on.cloud.listed.push_back(row);
        on.cloud.tickets.try_emplace(id, a_rollout(0));
        on.cloud.tickets[id].info.creator = "somebody else";
    }
    bool watched(const ticket_id& id) { return on.daemon->tickets().watchers().contains(id); }
    setup reloaded(setup next) {
        on.next.good = next;
        on.daemon->request_reload();
        on.settle();
        return next;
    }
};

TEST_F(discovering, a_new_ticket_is_watched_within_one_period_and_guarded) {
    match("ticket.order_name.startsWith('deploy-')");
    on.start(plan);
    on.run_for(10s);
    list("SCT1", "deploy-web");
    list("SCT2", "backup");
    on.cloud.tickets["SCT1"] = a_rollout(3);
    on.run_for(30s);
    EXPECT_TRUE(watched("SCT1"));
    EXPECT_FALSE(watched("SCT2"));
    const auto begun = on.records("watch");
    ASSERT_EQ(begun.size(), 1U);
    EXPECT_EQ(begun[0].body.at("source"), "discover");
    on.run_for(15s);
    ASSERT_EQ(on.cloud.operations.size(), 1U);
    EXPECT_EQ(on.cloud.operations[0].ticket, "SCT1");
}

TEST_F(discovering, by_creator_alone_all_of_theirs_are_watched) {
    plan.options.discover.emplace();
    plan.options.discover->creator = "ops";
    list("SCT1", "a");
    list("SCT2", "b");
    on.cloud.listed[1].creator = "dev";
    on.start(plan);
    on.run_for(4s);
    EXPECT_TRUE(watched("SCT1"));
    EXPECT_FALSE(watched("SCT2"));
    EXPECT_EQ(on.cloud.calls["info"], 1) << "the row alone told it";
}

TEST_F(discovering, tickets_that_are_over_are_left_alone) {
    match("true");
    list("SCT1", "a");
    list("SCT2", "b");
    list("SCT3", "c");
    on.cloud.listed[0].status = "FINISHED";
    on.cloud.listed[1].finished = on.time.now();
    on.cloud.listed[2].status = "ABNORMAL";
    on.start(plan);
    on.run_for(60s);
    EXPECT_FALSE(watched("SCT1"));
    EXPECT_FALSE(watched("SCT2"));
    EXPECT_TRUE(watched("SCT3")) << "it awaits an operator";
}

TEST_F(discovering, what_the_list_does_not_tell_is_asked_of_the_ticket_once) {
    match("ticket.name == 'deploy-web'");
    list("SCT1", "a");
    list("SCT2", "b");
    on.cloud.tickets["SCT2"].info.name = "backup";
    on.start(plan);
    on.run_for(4s);
    EXPECT_TRUE(watched("SCT1"));
    EXPECT_FALSE(watched("SCT2"));
    const int before = on.cloud.calls["info"];
    on.run_for(5min);
    const int readings = on.cloud.calls["statistics"] - 1;
    EXPECT_EQ(on.cloud.calls["info"] - before, readings) << "SCT2 is not asked again and again";
}

TEST_F(discovering, what_cannot_be_told_is_not_watched_and_said) {
    match("ticket.params['env'] == 'prod'");
    list("SCT1", "a");
    on.start(plan);
    on.run_for(2min);
    EXPECT_FALSE(watched("SCT1"));
    EXPECT_EQ(on.log.count("discovery_undetermined"), 1);
}

TEST_F(discovering, a_ticket_that_comes_to_match_is_found_by_the_next_sweep) {
    match("ticket.status == 'PROCESSING'");
    list("SCT1", "a", 24h);
    list("SCT2", "b", 1min);
    on.cloud.listed[0].status = "READY";
    on.start(plan);
    on.run_for(2min);
    EXPECT_FALSE(watched("SCT1"));
    on.cloud.listed[0].status = "PROCESSING";
    on.run_for(10min);
    EXPECT_TRUE(watched("SCT1"));
}

TEST_F(discovering, between_sweeps_only_young_tickets_are_listed) {
    match("true");
    list("SCT1", "a", 1h);
    on.cloud.listed[0].status = "FINISHED";
    on.start(plan);
    on.run_for(65s);
    ASSERT_GE(on.cloud.asked.size(), 3U);
    EXPECT_EQ(*on.cloud.asked[0].created_since,
              *policies::parse_timestamp("2026-11-21T10:00:00.000Z") - 30 * 24h);
    EXPECT_EQ(*on.cloud.asked.back().created_since, *on.cloud.listed[0].created - 10min);
}

TEST_F(discovering, a_discovered_ticket_stays_over_restarts_and_reloads_while_discovery_does) {
    match("ticket.order_name == 'a'");
    list("SCT1", "a");
    on.start(plan);
    on.run_for(10s);
    ASSERT_TRUE(watched("SCT1"));
    on.stop();
    on.cloud.listed.clear();
    on.start(plan);
    on.run_for(10s);
    EXPECT_TRUE(watched("SCT1"));
    EXPECT_EQ(on.records("watch").size(), 1U) << "it was never let go";
    match("ticket.order_name == 'other'");
    reloaded(plan);
    on.run_for(10s);
    EXPECT_TRUE(watched("SCT1")) << "a ticket is let go when it is over or removed";
    plan.options.discover.reset();
    reloaded(plan);
    on.run_for(10s);
    EXPECT_FALSE(watched("SCT1"));
    EXPECT_EQ(on.records("unwatch").size(), 1U);
}

TEST_F(discovering, begins_and_changes_with_a_reload) {
    list("SCT1", "a");
    list("SCT2", "b");
    on.start(plan);
    on.run_for(60s);
    EXPECT_EQ(on.cloud.calls["list"], 0);
    match("ticket.order_name == 'a'");
    reloaded(plan);
    EXPECT_TRUE(watched("SCT1")) << "at once";
    match("ticket.order_name == 'b'");
    reloaded(plan);
    EXPECT_TRUE(watched("SCT2"));
}

TEST_F(discovering, a_list_that_cannot_be_read_for_long_is_told) {
    match("true");
    list("SCT1", "a");
    on.cloud.fault = [](std::string_view endpoint) -> std::optional<api::failure> {
        if (endpoint != "list") return std::nullopt;
        return api::failure(api::origin::service, "COC.00040701", "internal error");
    };
    on.start(plan);
    on.run_for(60s);
    EXPECT_TRUE(on.daemon->ready());
    on.run_for(60s);
    EXPECT_FALSE(on.daemon->ready()) << "new tickets would go unguarded";
    EXPECT_EQ(on.log.count("discovery_failed"), 1);
    on.cloud.fault = nullptr;
    on.run_for(30s);
    EXPECT_TRUE(on.daemon->ready());
    EXPECT_TRUE(watched("SCT1"));
}

TEST_F(discovering, tickets_that_cannot_be_read_do_not_keep_others_from_being_judged) {
    match("ticket.name == 'deploy-web'");
    for (int n = 0; n < 50; ++n)
        list("NEW" + std::to_string(n), "a");
    list("OLD", "a", 2min);
    for (int n = 0; n < 50; ++n)
        on.cloud.tickets.erase("NEW" + std::to_string(n));
    on.start(plan);
    on.run_for(4s);
    EXPECT_FALSE(watched("OLD")) << "fifty were asked, and that is the most in one look";
    on.run_for(30s);
    EXPECT_TRUE(watched("OLD"));
}

TEST_F(discovering, what_finds_no_room_is_not_watched_and_said) {
    match("true");
    plan.options.discover->most = 1;
    list("SCT1", "a");
    list("SCT2", "b");
    on.start(plan);
    on.run_for(31s);
    EXPECT_TRUE(watched("SCT1"));
    EXPECT_FALSE(watched("SCT2"));
    EXPECT_EQ(on.log.count("discovery_full"), 2) << "once in each look";
    EXPECT_FALSE(on.daemon->ready()) << "it goes unguarded";
}

TEST_F(discovering, of_very_many_tickets_only_some_are_asked_in_one_period) {
    match("ticket.name == 'x'");
    for (int k = 0; k < 120; ++k)
        list("SCT" + std::to_string(k), "a");
    on.start(plan);
    on.run_for(1s);
    EXPECT_EQ(on.cloud.calls["info"], 50);
    on.run_for(60s);
    EXPECT_EQ(on.cloud.calls["info"], 120);
}

}  // namespace
}  // namespace rolloutd::daemon::testing
