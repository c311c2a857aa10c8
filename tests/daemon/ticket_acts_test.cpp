// What people do to single tickets, asked through the socket of a whole daemon.

#include "daemon/ticket_acts.h"

#include <gmock/gmock.h>

#include <boost/asio/post.hpp>
#include <thread>

#include "daemon/cli/local_client.h"
#include "tests/daemon/stage.h"

namespace rolloutd::daemon::testing {
namespace {

using policies::action;
using ::testing::HasSubstr;

const std::string for_the_incident = R"({"reason": "INC-1"})";

// Continues a ticket that pauses by itself after the first batch.
a_policy continuing() {
    a_policy web("web");
    web.mode(policies::mode::enforce)
        .rule(a_rule("go-on").when("ticket.status == \"PAUSED\"").do_continue());
    return web;
}

a_policy asking() {
    a_policy web("web");
    web.mode(policies::mode::propose).rule(a_rule("bad").when("count.abnormal > 1").do_pause());
    return web;
}

struct acting : ::testing::Test {
    stage on;

    void begin(std::vector<a_policy> policies, int abnormal = 0) {
        on.cloud.tickets["SCT1"] = a_rollout(abnormal);
        on.start(a_setup({"SCT1"}, std::move(policies), on.folder / "s"));
        on.run_for(12s);
    }
    // The client blocks, so it has a thread of its own while the loop serves it.
    cli::local_answer ask(const std::string& path, const std::string& body = for_the_incident) {
        cli::local_answer answer;
        bool done = false;
        std::thread client([&] {
            answer = cli::post_local(on.folder / "s", "/api/v1/" + path, body);
            boost::asio::post(on.io, [&] { done = true; });
        });
        on.io.restart();
        while (!done)
            on.io.run_one();
        client.join();
        on.settle();
        return answer;
    }
    const policies::ticket_state& ticket() {
        return on.daemon->tickets().watchers().at("SCT1")->state();
    }
    std::size_t sent(action what) const {
        return static_cast<std::size_t>(std::ranges::count_if(
            on.cloud.operations, [what](const auto& each) { return each.what.what == what; }));
    }
    // Operations change the ticket's status, as in the cloud.
    void obey() {
        on.cloud.answer = [this](const policies::operation& what) {
            if (what.what == action::pause) on.cloud.tickets["SCT1"].info.status = "PAUSED";
            if (what.what == action::continue_ticket) {
                on.cloud.tickets["SCT1"].info.status = "PROCESSING";
            }
            api::answer well;
            well.what = api::outcome::accepted;
            well.http_status = 200;
            return well;
        };
    }
};

TEST_F(acting, a_hold_keeps_rules_off_and_a_release_lets_them) {
    begin(guarding_policies());
    const auto held = ask("tickets/SCT1/hold", R"({"reason": "ana looks at it"})");
    EXPECT_EQ(held.status, 200) << held.body;
    EXPECT_THAT(held.body, HasSubstr(R"("recorded":true)"));
    on.cloud.tickets["SCT1"] = a_rollout(3);
    on.run_for(30s);
    EXPECT_EQ(sent(action::pause), 0U);
    ASSERT_EQ(on.records("hold").size(), 1U);
    EXPECT_EQ(on.records("hold")[0].body.at("reason"), "ana looks at it");
    EXPECT_EQ(ask("tickets/SCT1/release").status, 200);
    on.run_for(30s);
    EXPECT_EQ(sent(action::pause), 1U);
}

TEST_F(acting, a_hold_outlives_a_restart) {
    begin(guarding_policies());
    EXPECT_EQ(ask("tickets/SCT1/hold").status, 200);
    EXPECT_EQ(on.stop(), exit_code::ok);
    on.cloud.tickets["SCT1"] = a_rollout(3);
    on.start(a_setup({"SCT1"}, guarding_policies(), on.folder / "s"));
    on.run_for(60s);
    EXPECT_EQ(sent(action::pause), 0U);
    EXPECT_TRUE(ticket().people.hold);
}

TEST_F(acting, a_hold_works_with_a_full_disk_and_a_release_does_not) {
    begin(guarding_policies());
    on.files.fail_always("append");
    on.files.fail_always("create");
    const auto held = ask("tickets/SCT1/hold");
    EXPECT_EQ(held.status, 200) << held.body;
    EXPECT_THAT(held.body, HasSubstr(R"("recorded":false)"));
    EXPECT_EQ(ask("tickets/SCT1/release").status, 503);
    EXPECT_TRUE(ticket().people.hold);
    on.files.heal();
    on.cloud.tickets["SCT1"] = a_rollout(3);
    on.run_for(60s);
    EXPECT_EQ(sent(action::pause), 0U) << "it is still held";
    EXPECT_EQ(on.records("hold").size(), 1U) << "and was written when there was room";
    EXPECT_EQ(ask("tickets/SCT1/release").status, 200);
    on.run_for(30s);
    EXPECT_EQ(sent(action::pause), 1U);
}

TEST_F(acting, a_release_that_cannot_be_written_leaves_the_ticket_held) {
    begin(guarding_policies());
    EXPECT_EQ(ask("tickets/SCT1/hold").status, 200);
    on.files.fail_always("append");
    on.files.fail_always("create");
    const auto refused = ask("tickets/SCT1/release");
    EXPECT_EQ(refused.status, 503);
    EXPECT_THAT(refused.body, HasSubstr("held meanwhile"));
    on.files.heal();
    on.cloud.tickets["SCT1"] = a_rollout(3);
    on.run_for(60s);
    EXPECT_TRUE(ticket().people.hold);
    EXPECT_EQ(sent(action::pause), 0U);
}

TEST_F(acting, a_persons_operation_passes_freeze_and_hold_with_its_intent_before_it) {
    begin(guarding_policies());
    obey();
    EXPECT_EQ(ask("freeze").status, 200);
    EXPECT_EQ(ask("tickets/SCT1/hold").status, 200);
    const auto ordered = ask("tickets/SCT1/pause");
    EXPECT_EQ(ordered.status, 200) << ordered.body;
    on.run_for(10s);
    EXPECT_EQ(sent(action::pause), 1U);
    ASSERT_EQ(on.records("intent").size(), 1U);
    EXPECT_EQ(on.records("intent")[0].body.at("by"), "ana");
    EXPECT_EQ(ticket().pause_cause, policies::pause_origin::operator_);
    EXPECT_EQ(ask("tickets/SCT1/pause").status, 409) << "it is paused already";
    EXPECT_EQ(ask("tickets/SCT1/skip-batch").status, 409) << "not while it is paused";
    EXPECT_EQ(ask("tickets/SCT1/continue").status, 200);
    on.run_for(10s);
    EXPECT_EQ(sent(action::continue_ticket), 1U);
}

TEST_F(acting, what_was_refused_is_recorded_with_the_reason) {
    begin(guarding_policies());
    const auto refused = ask("tickets/SCT1/continue");
    EXPECT_EQ(refused.status, 409);
    EXPECT_THAT(refused.body, HasSubstr("continue of SCT1 is refused: illegal"));
    ASSERT_EQ(on.records("operator").size(), 1U);
    EXPECT_TRUE(on.records("operator")[0].body.contains("refused"));
    EXPECT_EQ(ask("tickets/SCT1/cancel-instance", R"({"reason": "r", "instance": 4})").status, 409);
}

TEST_F(acting, nothing_is_ordered_that_cannot_be_recorded) {
    begin(guarding_policies());
    on.files.fail_always("append");
    on.files.fail_always("create");
    EXPECT_EQ(ask("freeze").status, 200);
    const auto refused = ask("tickets/SCT1/pause");
    EXPECT_EQ(refused.status, 503);
    EXPECT_THAT(refused.body, HasSubstr("cloud's own console"));
    on.run_for(20s);
    EXPECT_TRUE(on.cloud.operations.empty());
}

TEST_F(acting, an_order_that_comes_while_the_ticket_is_read_is_not_sent_upon_that_reading) {
    begin({continuing().mode(policies::mode::observe)});
    on.cloud.tickets["SCT1"].info.status = "PAUSED";
    on.run_for(10s);
    std::optional<std::string> refused;
    // Between the calls of one reading a person orders, and somebody else continues the ticket.
    on.cloud.fault = [&](std::string_view endpoint) -> std::optional<api::failure> {
        if (refused || endpoint != "statistics") return std::nullopt;
        policies::operator_act order;
        order.what = policies::act_kind::operate;
        order.by = {.uid = 1000, .author = "ana", .reason = "on"};
        order.call.what = action::continue_ticket;
        refused = on.daemon->tickets().find("SCT1")->act(order);
        on.cloud.tickets["SCT1"].info.status = "PROCESSING";
        return std::nullopt;
    };
    on.run_for(70s);
    EXPECT_EQ(refused, "");
    EXPECT_EQ(sent(action::continue_ticket), 0U) << "it could release a second pause";
    ASSERT_FALSE(on.records("effect").empty());
    EXPECT_EQ(on.records("effect")[0].body.at("effect"), "withdrawn");
}

TEST_F(acting, a_proposal_is_carried_out_when_it_is_approved_and_once) {
    begin({asking()}, 3);
    obey();
    ASSERT_EQ(ticket().proposals.size(), 1U);
    const std::string id = std::to_string(ticket().proposals[0].id);
    const auto approved = ask("proposals/" + id + "/approve");
    EXPECT_EQ(approved.status, 200) << approved.body;
    EXPECT_EQ(ask("proposals/" + id + "/approve").status, 409) << "approved already";
    on.run_for(20s);
    EXPECT_EQ(sent(action::pause), 1U);
    const auto late = ask("proposals/" + id + "/deny");
    EXPECT_EQ(late.status, 404);
    EXPECT_THAT(late.body, HasSubstr("history --kind proposal"));
}

TEST_F(acting, an_approval_is_judged_on_a_fresh_reading) {
    begin({asking()}, 3);
    const std::string id = std::to_string(ticket().proposals.at(0).id);
    on.cloud.tickets["SCT1"] = a_rollout(1);
    EXPECT_EQ(ask("proposals/" + id + "/approve").status, 200);
    on.run_for(30s);
    EXPECT_EQ(sent(action::pause), 0U) << "the condition is no longer true";
    EXPECT_TRUE(ticket().proposals.empty());
    EXPECT_EQ(ask("proposals/" + id + "/approve").status, 404);
}

TEST_F(acting, nobody_is_asked_again_after_a_denial_and_a_proposal_expires) {
    begin({asking()}, 3);
    const std::string id = std::to_string(ticket().proposals.at(0).id);
    EXPECT_EQ(ask("proposals/" + id + "/deny").status, 200);
    on.run_for(2min);
    EXPECT_TRUE(ticket().proposals.empty());
    EXPECT_EQ(ask("proposals/" + id + "/approve").status, 404);
    EXPECT_EQ(sent(action::pause), 0U);
}

TEST_F(acting, a_proposal_that_has_expired_is_no_longer_there) {
    begin({asking()}, 3);
    const std::string id = std::to_string(ticket().proposals.at(0).id);
    on.run_for(61min);
    EXPECT_EQ(ask("proposals/" + id + "/approve").status, 404);
    EXPECT_EQ(sent(action::pause), 0U);
}

TEST_F(acting, a_persons_pause_stands_until_it_is_released) {
    begin({continuing()});
    obey();
    EXPECT_EQ(ask("tickets/SCT1/pause").status, 200);
    on.run_for(60s);
    EXPECT_EQ(sent(action::continue_ticket), 0U);
    EXPECT_EQ(ask("tickets/SCT1/release").status, 200);
    on.run_for(30s);
    EXPECT_EQ(sent(action::continue_ticket), 1U);
}

TEST_F(acting, a_ticket_is_added_and_stays_after_a_restart_and_a_reload) {
    begin(guarding_policies());
    on.cloud.tickets["SCT2"] = a_rollout(0);
    EXPECT_EQ(ask("tickets/SCT2/hold").status, 404);
    const auto added = ask("tickets/SCT2/add", R"({"reason": "r", "labels": {"tier": "prod"}})");
    EXPECT_EQ(added.status, 200) << added.body;
    EXPECT_EQ(ask("tickets/SCT2/add").status, 409);
    on.run_for(20s);
    on.next.good = a_setup({"SCT1"}, guarding_policies(), on.folder / "s");
    on.daemon->request_reload();
    on.run_for(20s);
    EXPECT_TRUE(on.daemon->tickets().watchers().contains("SCT2"));
    EXPECT_EQ(on.stop(), exit_code::ok);
    on.start(a_setup({"SCT1"}, guarding_policies(), on.folder / "s"));
    on.run_for(10s);
    ASSERT_TRUE(on.daemon->tickets().watchers().contains("SCT2"));
    EXPECT_EQ(on.daemon->tickets().watchers().at("SCT2")->state().labels.at("tier"), "prod");
    const auto acts = on.records("operator");
    ASSERT_EQ(acts.size(), 1U);
    EXPECT_EQ(acts[0].body.at("command"), "add");
}

TEST_F(acting, a_ticket_that_is_removed_is_held_no_more_when_it_comes_back) {
    begin(guarding_policies());
    EXPECT_EQ(ask("tickets/SCT1/hold").status, 200);
    const auto removed = ask("tickets/SCT1/remove");
    EXPECT_EQ(removed.status, 200);
    EXPECT_THAT(removed.body, HasSubstr("the configuration names it"));
    on.run_for(1s);
    EXPECT_TRUE(on.daemon->tickets().watchers().empty());
    EXPECT_EQ(ask("tickets/SCT1/remove").status, 404);
    EXPECT_EQ(ask("tickets/SCT1/add").status, 200);
    on.cloud.tickets["SCT1"] = a_rollout(3);
    on.run_for(30s);
    EXPECT_EQ(sent(action::pause), 1U);
    const auto folded = fold_journal(on.files);
    ASSERT_TRUE(folded);
    EXPECT_TRUE(folded->fleet.held.empty());
}

TEST_F(acting, a_hold_outlasts_a_list_that_forgot_the_ticket_for_a_while) {
    begin(guarding_policies());
    EXPECT_EQ(ask("tickets/SCT1/hold").status, 200);
    on.next.good = a_setup({}, guarding_policies(), on.folder / "s");
    on.daemon->request_reload();
    on.run_for(5s);
    ASSERT_TRUE(on.daemon->tickets().watchers().empty());
    on.cloud.tickets["SCT1"] = a_rollout(3);
    on.next.good = a_setup({"SCT1"}, guarding_policies(), on.folder / "s");
    on.daemon->request_reload();
    on.run_for(60s);
    EXPECT_EQ(sent(action::pause), 0U);
    ASSERT_TRUE(ticket().people.hold);
    EXPECT_EQ(ticket().people.hold->by.reason, "INC-1");
    EXPECT_EQ(ask("tickets/SCT1/release").status, 200);
    on.run_for(30s);
    EXPECT_EQ(sent(action::pause), 1U);
}

TEST_F(acting, a_ticket_that_was_removed_is_not_discovered_again) {
    begin(guarding_policies());
    EXPECT_EQ(ask("tickets/SCT1/remove").status, 200);
    on.run_for(1s);
    const_cast<fleet&>(on.daemon->tickets()).discover("SCT1");
    EXPECT_TRUE(on.daemon->tickets().watchers().empty());
}

TEST_F(acting, what_is_remembered_is_the_fold_of_the_journal) {
    begin({asking()}, 3);
    EXPECT_EQ(ask("tickets/SCT1/hold").status, 200);
    EXPECT_EQ(ask("tickets/SCT2/add").status, 200);
    EXPECT_EQ(ask("tickets/SCT1/cancel").status, 200);
    on.run_for(20s);
    const auto folded = fold_journal(on.files);
    ASSERT_TRUE(folded);
    EXPECT_EQ(folded->tickets.size(), 2U);
    for (const auto& [id, each] : on.daemon->tickets().watchers()) {
        ASSERT_TRUE(folded->tickets.contains(id)) << id;
        EXPECT_TRUE(policies::same_durable_state(folded->tickets.at(id), each->state())) << id;
    }
}

}  // namespace
}  // namespace rolloutd::daemon::testing
