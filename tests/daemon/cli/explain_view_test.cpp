#include "daemon/cli/explain_view.h"

#include <gmock/gmock.h>

namespace rolloutd::daemon::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(explain_view, nothing_in_it_steers_the_terminal) {
    const boost::json::value answer{{"ticket", "SCT1"}, {"notes", {"held: \x1b[2J"}}};
    EXPECT_THAT(render_explanation(answer, palette(false)), Not(HasSubstr("\x1b")));
}

TEST(explain_view, a_match_and_what_is_not_told_one_by_one_are_shown) {
    const boost::json::value clause{{"part", "match"},
                                    {"text", "ticket.labels[\"tier\"] == \"prod\""},
                                    {"verdict", "undetermined"}};
    const boost::json::value answer{{"ticket", "SCT1"},
                                    {"rules",
                                     {{{"rule", "r"},
                                       {"verdict", "undetermined"},
                                       {"clauses", {clause}},
                                       {"rest", "7 more"}}}}};
    const std::string text = render_explanation(answer, palette(false));
    EXPECT_THAT(text, HasSubstr("    ? match ticket.labels"));
    EXPECT_THAT(text, HasSubstr("\n  7 more\n"));
}

TEST(explain_view, an_answer_of_another_shape_is_no_explanation) {
    for (boost::json::value odd : {boost::json::value(3), boost::json::value(nullptr)}) {
        EXPECT_FALSE(keep_rule(odd, ""));
        render_explanation(odd, palette(false));
    }
}

}  // namespace
}  // namespace rolloutd::daemon::cli
