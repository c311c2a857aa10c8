#include "daemon/pages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

#include "tests/daemon/stage.h"

namespace rolloutd::daemon::testing {
namespace {

using ::testing::HasSubstr;

struct pages_of_a_daemon : ::testing::Test {
    stage on;
    daemon_facts about;
    std::unique_ptr<pages> site;

    pages_of_a_daemon() {
        on.cloud.tickets["SCT1"] = a_rollout(0);
        on.start(a_setup({"SCT1"}, guarding_policies(), on.folder / "s"));
        on.run_for(10s);
        site =
            std::make_unique<pages>(on.daemon->tickets(), *on.counters, [this] { return about; });
    }
    admin_page get(const std::string& path, const std::string& method = "GET") {
        admin_request asked;
        asked.method = method;
        asked.path = path;
        return site->answer(asked);
    }
};

TEST_F(pages_of_a_daemon, ready_says_why_not_and_healthy_stays_well) {
    EXPECT_EQ(get("/-/ready").status, 200);
    about.not_ready = {"the journal cannot be written: No space left on device"};
    EXPECT_EQ(get("/-/ready").status, 503);
    EXPECT_THAT(get("/-/ready").body, HasSubstr("No space left"));
    EXPECT_EQ(get("/-/healthy").status, 200);
    EXPECT_THAT(get("/metrics").body, HasSubstr("rolloutd_ready 0"));
}

TEST_F(pages_of_a_daemon, status_is_json_of_all_or_of_one) {
    const auto all = boost::json::parse(get("/api/v1/status").body);
    EXPECT_EQ(all.at("watched"), 1);
    EXPECT_EQ(all.at("tickets").at(0).at("id"), "SCT1");
    const auto one = boost::json::parse(get("/api/v1/status/SCT1").body);
    EXPECT_EQ(one.at("status"), "PROCESSING");
}

TEST_F(pages_of_a_daemon, what_is_not_there_or_not_allowed_is_said_in_json) {
    EXPECT_EQ(get("/").status, 404);
    EXPECT_EQ(get("/api/v1/statuses").status, 404);
    const auto unknown = get("/api/v1/status/SCT2");
    EXPECT_EQ(unknown.status, 404);
    EXPECT_EQ(boost::json::parse(unknown.body).at("error").at("code"), "no-such-ticket");
    EXPECT_EQ(get("/api/v1/status", "POST").status, 405);
}

}  // namespace
}  // namespace rolloutd::daemon::testing
