#include "daemon/ticket_reader.h"

#include <gtest/gtest.h>

#include "tests/api/run.h"
#include "tests/daemon/stage.h"

namespace rolloutd::daemon::testing {
namespace {

using api::test::run;

struct reading_story : ::testing::Test {
    boost::asio::io_context io{1};
    api::manual_clock time{io.get_executor(), policies::timestamp{1'000'000'000ms}};
    scripted_gateway cloud{time};
    ticket_reader reader{time, cloud, "SCT1"};
    policies::ticket_state state;
    policies::settings rules = a_setup({}, guarding_policies(), "").rules;

    reading_story() { cloud.tickets["SCT1"] = a_rollout(1); }
    policies::observation look() { return run(io, reader.read(state, rules)); }
    int called(const std::string& endpoint) { return cloud.calls[endpoint]; }
};

TEST_F(reading_story, batches_are_listed_once_and_status_and_statistics_each_time) {
    for (int k = 0; k < 3; ++k) {
        EXPECT_TRUE(std::holds_alternative<policies::reading>(look()));
    }
    EXPECT_EQ(called("batches"), 1);
    EXPECT_EQ(called("info"), 3);
    EXPECT_EQ(called("statistics"), 3);
}

TEST_F(reading_story, without_a_policy_that_needs_them_no_details_are_read) {
    auto set = std::make_shared<policies::policy_set>(*rules.policies);
    set->reads = {};
    rules.policies = set;
    look();
    EXPECT_EQ(called("batch_detail"), 0);
}

struct naming_story : reading_story {
    naming_story() {
        auto set = std::make_shared<policies::policy_set>(*rules.policies);
        set->reads.order_name = true;
        rules.policies = set;
        cloud.tickets["SCT1"].info.order_name = "deploy-7";
    }
    std::string name_seen() { return std::get<policies::reading>(look()).info.order_name; }
};

TEST_F(naming_story, the_orders_name_is_looked_up_in_the_list_once) {
    EXPECT_EQ(name_seen(), "deploy-7");
    EXPECT_EQ(name_seen(), "deploy-7");
    EXPECT_EQ(called("list"), 1);
}

TEST_F(naming_story, a_list_that_cannot_be_read_blinds_nobody_and_is_asked_again) {
    cloud.fault = [](std::string_view endpoint) -> std::optional<api::failure> {
        if (endpoint != "list") return std::nullopt;
        return api::failure(api::origin::network, "timeout", "no answer");
    };
    EXPECT_EQ(name_seen(), "");
    cloud.fault = nullptr;
    EXPECT_EQ(name_seen(), "");
    EXPECT_EQ(called("list"), 1) << "not with each reading";
    time.advance(1min);
    EXPECT_EQ(name_seen(), "deploy-7");
    EXPECT_EQ(called("list"), 2);
}

TEST_F(naming_story,
       a_ticket_that_the_list_does_not_have_yet_is_looked_for_again_ever_more_rarely) {
    cloud.tickets["SCT1"].info.creator = "ana";
    cloud.unlisted = true;
    for (int minute = 0; minute < 60; ++minute) {
        EXPECT_EQ(name_seen(), "");
        time.advance(1min);
    }
    EXPECT_EQ(called("list"), 6) << "after 1, 2, 4, 8, 16 and 30 minutes";
    cloud.unlisted = false;
    time.advance(30min);
    EXPECT_EQ(name_seen(), "deploy-7");
}

TEST_F(naming_story, a_name_that_was_recorded_is_not_looked_up_again) {
    policies::reading before = cloud.tickets["SCT1"];
    state.last = before;
    EXPECT_EQ(name_seen(), "deploy-7");
    EXPECT_EQ(called("list"), 0);
}

TEST_F(reading_story, the_list_is_left_alone_unless_a_policy_names_what_only_it_tells) {
    look();
    EXPECT_EQ(called("list"), 0);
}

struct second_look : reading_story {
    second_look() {
        state.last = cloud.tickets["SCT1"];
        state.last->info.id = "SCT1";
    }
    void now_stands(a_ticket what) {
        cloud.tickets["SCT1"] = what.processing().current(1).with_details().read();
    }
    bool still(const policies::operation& what) {
        policies::intended intent;
        intent.what = what;
        intent.status = "PROCESSING";
        intent.current_batch = 1;
        return run(io, reader.still_shows(intent, state));
    }
    const policies::operation host{policies::action::cancel_instance, std::nullopt, 1010};
    const policies::operation skip{policies::action::skip_batch, 1, std::nullopt};
};

TEST_F(second_look, an_instance_must_still_be_open) {
    EXPECT_TRUE(still(host));
    now_stands(a_ticket().batch(10).batch(10).in_batch(1, {{"FINISHED", 10}}));
    EXPECT_FALSE(still(host));
    EXPECT_FALSE(still({policies::action::cancel_instance, std::nullopt, 4711})) << "never seen";
}

TEST_F(second_look, a_batch_must_still_have_something_to_skip) {
    EXPECT_TRUE(still(skip));
    now_stands(a_ticket().batch(10).batch(10).in_batch(1, {{"FINISHED", 10}}));
    EXPECT_FALSE(still(skip));
}

TEST_F(second_look, what_cannot_be_read_shows_nothing) {
    cloud.fault = [](std::string_view endpoint) -> std::optional<api::failure> {
        if (endpoint == "info") return std::nullopt;
        return api::failure(api::origin::network, "timeout", "no answer");
    };
    EXPECT_FALSE(still(host));
    EXPECT_FALSE(still(skip));
}

TEST_F(reading_story, a_reading_that_is_not_whole_is_tried_once_more_at_once) {
    cloud.tickets["SCT1"].stats.total = 21;  // the batches hold 20
    const auto seen = look();
    EXPECT_EQ(called("statistics"), 2);
    EXPECT_EQ(called("batches"), 2) << "what was listed is out of date";
    EXPECT_TRUE(std::holds_alternative<policies::reading>(seen)) << "the engine says it is flawed";
}

TEST_F(reading_story, a_failure_is_an_observation_with_its_origin) {
    cloud.fault = [](std::string_view endpoint) -> std::optional<api::failure> {
        if (endpoint != "statistics") return std::nullopt;
        api::failure busy(api::origin::gateway, "APIGW.0308", "slow down");
        busy.retry_after = 7s;
        return busy;
    };
    const auto seen = look();
    const auto* failed = std::get_if<policies::failed_reading>(&seen);
    ASSERT_NE(failed, nullptr);
    EXPECT_EQ(failed->origin, "gateway");
    EXPECT_EQ(failed->code, "APIGW.0308");
    EXPECT_EQ(reader.retry_after(), policies::duration{7s});
    cloud.fault = nullptr;
    look();
    EXPECT_EQ(reader.retry_after(), std::nullopt) << "of the last reading only";
}

TEST_F(reading_story, details_that_contradict_the_statistics_are_read_once_more_and_no_more) {
    const int batches = static_cast<int>(cloud.tickets["SCT1"].batches.size());
    look();
    EXPECT_EQ(called("batch_detail"), batches);
    cloud.tickets["SCT1"].details[0].instances.pop_back();
    const auto seen = look();
    EXPECT_EQ(called("batch_detail"), 2 * batches + 1);
    ASSERT_TRUE(std::holds_alternative<policies::reading>(seen));
    EXPECT_EQ(policies::doubtful_batches(std::get<policies::reading>(seen), state),
              std::vector<int>{1});
}

TEST_F(reading_story, an_order_that_is_not_found_is_a_failed_reading) {
    cloud.tickets.clear();
    const auto seen = look();
    ASSERT_TRUE(std::holds_alternative<policies::failed_reading>(seen));
    EXPECT_TRUE(std::get<policies::failed_reading>(seen).not_found);
}

TEST_F(reading_story, parameters_are_forgotten_unless_a_policy_names_them) {
    cloud.tickets["SCT1"].info.params["password"] = "hunter2";
    EXPECT_TRUE(std::get<policies::reading>(look()).info.params.empty());
    auto set = std::make_shared<policies::policy_set>(*rules.policies);
    set->reads.params = true;
    rules.policies = set;
    EXPECT_EQ(std::get<policies::reading>(look()).info.params.size(), 1U);
}

}  // namespace
}  // namespace rolloutd::daemon::testing
