#include "daemon/health.h"

#include <gtest/gtest.h>

#include "tests/daemon/stage.h"

namespace rolloutd::daemon::testing {
namespace {

admin_request status_request() {
    admin_request what;
    what.method = "GET";
    what.path = "/api/v1/status";
    what.local = true;
    return what;
}

TEST(health, a_policys_mode_is_its_own_and_never_more_than_the_daemons) {
    stage on;
    setup plan = a_setup({}, guarding_policies(), on.folder / "s");
    EXPECT_EQ(mode_word(plan.rules, "web"), "enforce");
    plan.rules.ceiling = policies::mode::propose;
    EXPECT_EQ(mode_word(plan.rules, "web"), "propose");
    EXPECT_EQ(mode_word(plan.rules, "gone"), "propose") << "of what is not there, the daemon's";
}

// With each part's own words, told by the herald (herald_test.cpp) when they change.
TEST(health, a_fleet_that_nobody_could_read_yet_is_not_called_blind) {
    stage on;
    std::vector<policies::ticket_id> names;
    for (int n = 0; n < 10; ++n)
        names.push_back("SCT" + std::to_string(n));  // which the cloud does not know
    on.connect_notices = [](const notice_target&) {
        return api::result<std::shared_ptr<api::http_client>>(api::bad_content("nobody is there"));
    };
    setup plan = a_setup(names, guarding_policies(), on.folder / "s");
    plan.notices.resize(1);
    on.start(plan);
    const auto waiting = [&] { return on.daemon->operators().answer(status_request()).body; };
    on.run_for(100s);
    EXPECT_NE(waiting().find("\"waiting\":0"), std::string::npos);
    on.run_for(60s);
    EXPECT_NE(waiting().find("\"waiting\":1"), std::string::npos) << "it is blind by now";
}

}  // namespace
}  // namespace rolloutd::daemon::testing
