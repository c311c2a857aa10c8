#include "daemon/clock_news.h"

#include <gtest/gtest.h>

#include "tests/daemon/stage.h"

namespace rolloutd::daemon::testing {
namespace {

TEST(clock_news, what_time_services_do_now_and_then_is_no_news) {
    memory_log log;
    clock_news news(log);
    news.tell(policies::duration{1000});
    EXPECT_TRUE(log.lines.empty());
}

TEST(clock_news, a_step_back_is_told_once_and_the_end_of_it_once) {
    memory_log log;
    clock_news news(log);
    for (const int ahead : {1001, 900, 500, 1, 0, 0})
        news.tell(policies::duration{ahead});
    EXPECT_EQ(log.lines.size(), 2U);
    EXPECT_EQ(log.count("clock_set_back by=1s1ms"), 1) << log.lines.front();
    EXPECT_EQ(log.count("clock_caught_up"), 1);
}

}  // namespace
}  // namespace rolloutd::daemon::testing
