#include "daemon/cli/issue_json.h"

#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>

namespace rolloutd::daemon::cli {
namespace {

TEST(issue_json, an_editor_finds_the_range_and_what_to_do) {
    const policies::issue what{.level = policies::severity::warning,
                               .code = "unknown-word",
                               .message = "`ticket.status` is never \"PAUSE\"",
                               .hint = "did you mean \"PAUSED\"?",
                               .file = "web.yaml",
                               .begin = {.line = 5, .column = 21},
                               .end = {.line = 6, .column = 3},
                               .fixes = {{.begin = {.line = 5, .column = 30},
                                          .end = {.line = 5, .column = 37},
                                          .replacement = "\"PAUSED\""}}};
    EXPECT_EQ(boost::json::serialize(issues_to_json({what})),
              R"([{"file":"web.yaml","line":5,"column":21,"endLine":6,"endColumn":3,)"
              R"("code":"unknown-word","severity":"warning",)"
              R"("message":"`ticket.status` is never \"PAUSE\"",)"
              R"("hint":"did you mean \"PAUSED\"?",)"
              R"("fixes":[{"line":5,"column":30,"endLine":5,"endColumn":37,)"
              R"("replacement":"\"PAUSED\""}]}])");
}

TEST(issue_json, nothing_is_an_empty_list) {
    EXPECT_EQ(boost::json::serialize(issues_to_json({})), "[]");
}

}  // namespace
}  // namespace rolloutd::daemon::cli
