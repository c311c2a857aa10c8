#include "daemon/issue_log.h"

#include <gtest/gtest.h>

#include "tests/daemon/stage.h"

namespace rolloutd::daemon::testing {
namespace {

TEST(issue_log, a_problem_is_one_line_with_its_place_and_what_to_do) {
    policies::issue wrong;
    wrong.code = "type-mismatch";
    wrong.message = "'failed' is a double";
    wrong.hint = "write 10.0";
    wrong.file = "web.yaml";
    wrong.begin = {8, 11};
    memory_log log;
    log_issues(log, &event_log::error, "reload_problem", {wrong, wrong});
    ASSERT_EQ(log.lines.size(), 2U);
    EXPECT_EQ(log.lines[0].find("error event=reload_problem"), 0U) << log.lines[0];
    EXPECT_EQ(log.count("where=web.yaml:8:11"), 2);
    EXPECT_EQ(log.count("write 10.0"), 2);
}

TEST(issue_log, a_record_has_room_for_much_and_not_for_everything) {
    policies::issue wrong;
    wrong.message = std::string(1000, 'x');
    EXPECT_EQ(record_text(std::vector(100, wrong)).size(), std::size_t{64} * 1024);
    EXPECT_EQ(record_text({}), "");
}

}  // namespace
}  // namespace rolloutd::daemon::testing
