#include "daemon/notices/notice.h"

#include <gtest/gtest.h>

namespace rolloutd::daemon {
namespace {

TEST(notice, words_are_those_of_the_documents) {
    EXPECT_EQ(to_text(notice_state::once), "once");
    EXPECT_EQ(to_text(notice_state::began), "began");
    EXPECT_EQ(to_text(notice_state::ended), "ended");
    EXPECT_EQ(to_text(notice_level::info), "info");
    EXPECT_EQ(to_text(notice_level::warning), "warning");
    EXPECT_EQ(to_text(notice_level::critical), "critical");
}

TEST(notice, an_event_is_an_alerts_name) {
    EXPECT_EQ(alert_name("rule_holds"), "RolloutdRuleHolds");
    EXPECT_EQ(alert_name("test"), "RolloutdTest");
}

TEST(notice, a_long_text_is_cut_at_the_end_of_a_character) {
    EXPECT_EQ(cut_short("short", 5), "short");
    EXPECT_EQ(cut_short("longer", 5), "lo…");
    EXPECT_EQ(cut_short("ä longer", 5), "ä…");
    EXPECT_EQ(cut_short("aä longer", 5), "a…");
}

}  // namespace
}  // namespace rolloutd::daemon
