#include "daemon/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rolloutd::daemon {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const policies::timestamp start{std::chrono::milliseconds{1'500'000'000'000}};

TEST(metrics, what_stands_is_told_at_each_scrape) {
    metrics counters(start);
    standing now;
    now.ready = true;
    now.ceiling = policies::mode::enforce;
    now.tickets_by_state["paused"] = 3;
    now.oldest_observation = std::chrono::milliseconds{2500};
    std::string text = counters.exposition(now);
    EXPECT_THAT(text, HasSubstr("rolloutd_ready 1\n"));
    EXPECT_THAT(text, HasSubstr("rolloutd_mode{mode=\"enforce\"} 1\n"));
    EXPECT_THAT(text, HasSubstr("rolloutd_tickets{state=\"paused\"} 3\n"));
    EXPECT_THAT(text, HasSubstr("rolloutd_observation_age_seconds 2.5\n"));
    EXPECT_THAT(text, HasSubstr("rolloutd_start_time_seconds 1500000000\n"));
    now.tickets_by_state.clear();
    text = counters.exposition(now);
    EXPECT_THAT(text, HasSubstr("rolloutd_tickets{state=\"paused\"} 0\n")) << "nothing lingers";
}

TEST(metrics, counts_carry_few_labels_whatever_policies_are_loaded) {
    metrics counters(start);
    for (int k = 0; k < 700; ++k) {
        counters.evaluated("policy-" + std::to_string(k), policies::verdict::yes);
    }
    const std::string text = counters.exposition({});
    EXPECT_THAT(text, HasSubstr("policy=\"policy-499\""));
    EXPECT_THAT(text, Not(HasSubstr("policy=\"policy-500\"")));
    EXPECT_THAT(text, HasSubstr("{policy=\"other\",verdict=\"true\"} 200\n"));
}

TEST(metrics, requests_are_counted_by_endpoint_and_origin_of_failure) {
    metrics counters(start);
    api::request_report report;
    report.endpoint = "info";
    report.took = std::chrono::milliseconds{30};
    counters.request_finished(report);
    report.failed = api::origin::gateway;
    counters.request_finished(report);
    const std::string text = counters.exposition({});
    EXPECT_THAT(text, HasSubstr("rolloutd_api_requests_total{endpoint=\"info\",outcome=\"ok\"} 1"));
    EXPECT_THAT(text,
                HasSubstr("rolloutd_api_requests_total{endpoint=\"info\",outcome=\"gateway\"} 1"));
    EXPECT_THAT(text, HasSubstr("rolloutd_api_request_duration_seconds_bucket{endpoint=\"info\","
                                "le=\"0.05\"} 2"));
}

TEST(metrics, the_manners_towards_the_cloud_are_shown) {
    metrics counters(start);
    counters.rate_changed(20.0);
    EXPECT_THAT(counters.exposition({}), HasSubstr("rolloutd_cloud_breaker_open 0\n"));
    counters.rate_changed(2.5);
    counters.breaker_changed(true);
    const std::string text = counters.exposition({});
    EXPECT_THAT(text, HasSubstr("rolloutd_cloud_rate_per_second 2.5\n"));
    EXPECT_THAT(text, HasSubstr("rolloutd_cloud_breaker_open 1\n"));
}

TEST(metrics, connections_are_counted_by_whether_they_took_up_a_session) {
    metrics counters(start);
    counters.connected(false);
    counters.connected(true);
    counters.connected(true);
    const std::string text = counters.exposition({});
    EXPECT_THAT(text, HasSubstr("rolloutd_cloud_connections_total{session=\"new\"} 1\n"));
    EXPECT_THAT(text, HasSubstr("rolloutd_cloud_connections_total{session=\"resumed\"} 2\n"));
}

TEST(metrics, notices_are_counted_by_target_and_there_are_only_so_many_targets) {
    metrics counted(policies::timestamp{});
    counted.notified("webhook h", "delivered", 2);
    counted.notified("webhook h", "delivered", 1);
    counted.set_notices_waiting("webhook h", 7);
    for (int n = 0; n < 100; ++n)
        counted.notified("webhook h" + std::to_string(n), "failed", 1);
    const std::string text = counted.exposition({});
    const std::string total = "rolloutd_notifications_total{result=";
    EXPECT_NE(text.find(total + "\"delivered\",target=\"webhook h\"} 3\n"), std::string::npos);
    EXPECT_NE(text.find("rolloutd_notifications_waiting{target=\"webhook h\"} 7\n"),
              std::string::npos);
    EXPECT_NE(text.find(total + "\"failed\",target=\"other\"} 37\n"), std::string::npos) << text;
}

TEST(metrics, a_refused_reload_keeps_the_time_of_the_last_good_one) {
    metrics counters(start);
    counters.reloaded(true, start);
    counters.reloaded(false, start + std::chrono::hours{1});
    const std::string text = counters.exposition({});
    EXPECT_THAT(text, HasSubstr("rolloutd_config_last_reload_successful 0\n"));
    EXPECT_THAT(text,
                HasSubstr("rolloutd_config_last_reload_success_timestamp_seconds 1500000000\n"));
}

}  // namespace
}  // namespace rolloutd::daemon
