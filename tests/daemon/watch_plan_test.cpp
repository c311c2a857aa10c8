#include "daemon/watch_plan.h"

#include <gtest/gtest.h>

namespace rolloutd::daemon {
namespace {

TEST(watch_plan, names_the_tickets_and_whether_others_are_discovered) {
    config::config options;
    options.watch.push_back({"SCT1", {{"tier", "prod"}}});
    EXPECT_FALSE(list_of(options).discovering);
    options.discover.emplace();
    const watch_list wanted = list_of(options);
    EXPECT_TRUE(wanted.discovering);
    ASSERT_EQ(wanted.named.size(), 1U);
    EXPECT_EQ(wanted.named[0].id, "SCT1");
    EXPECT_EQ(wanted.named[0].labels.at("tier"), "prod");
    EXPECT_EQ(wanted.named[0].source, "config");
}

TEST(watch_plan, readings_leave_a_connection_to_an_operation) {
    config::config options;
    const auto at_once = [&](int connections) {
        options.coc.connections = connections;
        return plan_of(options).at_once;
    };
    EXPECT_EQ(at_once(16), 12);
    EXPECT_EQ(at_once(2), 1);
    EXPECT_EQ(at_once(1), 1) << "somebody has to be read";
}

}  // namespace
}  // namespace rolloutd::daemon
