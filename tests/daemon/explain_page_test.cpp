#include "daemon/explain_page.h"

#include <gmock/gmock.h>

#include <boost/json/serialize.hpp>

#include "daemon/cli/explain_view.h"
#include "tests/daemon/stage.h"

namespace rolloutd::daemon::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

struct explained : ::testing::Test {
    void begin(int abnormal) {
        on.cloud.tickets["SCT1"] = a_rollout(abnormal);
        on.start(a_setup({"SCT1"}, guarding_policies(), on.folder / "s"));
        on.run_for(12s);
    }
    std::string text() { return boost::json::serialize(*explain_ticket(tickets(), "SCT1")); }
    const fleet& tickets() { return on.daemon->tickets(); }
    stage on;
};

TEST_F(explained, a_watched_ticket_is_told_rule_by_rule) {
    begin(1);
    EXPECT_THAT(text(), AllOf(HasSubstr(R"("ticket":"SCT1")"), HasSubstr("1 of 6 judged"),
                              HasSubstr(R"("withheld":"spent")"), HasSubstr(R"("part":"needs")")));
    EXPECT_FALSE(explain_ticket(tickets(), "SCT2"));
}

TEST_F(explained, the_margin_is_there_as_numbers_too) {
    begin(0);
    EXPECT_THAT(text(), HasSubstr(R"("margin":{"failures":1)"));
}

TEST_F(explained, people_read_it_with_marks_and_one_rule_alone) {
    begin(0);
    boost::json::value answer = *explain_ticket(tickets(), "SCT1");
    const cli::palette colourless(false);
    const std::string all = cli::render_explanation(answer, colourless);
    EXPECT_THAT(all, AllOf(HasSubstr("SCT1  deploy-web  PROCESSING  as read at"),
                           HasSubstr("web/too-many-failures"), HasSubstr("+ needs judged >= 5"),
                           HasSubstr("- percent(count.abnormal, judged) > 10.0"),
                           HasSubstr("1 more failure")));
    EXPECT_TRUE(cli::keep_rule(answer, "web/too-many-failures"));
    EXPECT_TRUE(cli::keep_rule(answer, "too-many-failures"));
    EXPECT_FALSE(cli::keep_rule(answer, "many"));
    EXPECT_THAT(cli::render_explanation(answer, colourless), HasSubstr("no policy matches"));
}

}  // namespace

}  // namespace rolloutd::daemon::testing
