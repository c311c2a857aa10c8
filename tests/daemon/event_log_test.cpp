#include "daemon/event_log.h"

#include <gtest/gtest.h>

#include "daemon/journal_recorder.h"
#include "tests/daemon/stage.h"

namespace rolloutd::daemon {
namespace {

TEST(event_log, plain_values_stand_bare_and_empty_ones_are_left_out) {
    EXPECT_EQ(format_line("watch", {{"ticket", "SCT1"}, {"reason", ""}, {"seq", "4"}}),
              "event=watch ticket=SCT1 seq=4");
}

TEST(event_log, a_value_cannot_end_its_line_or_make_up_another_key) {
    EXPECT_EQ(format_line("blind", {{"detail", "a \"b\"\nlevel=error x\\y\x01"}}),
              "event=blind detail=\"a \\\"b\\\"\\nlevel=error x\\\\y\\x01\"");
}

TEST(event_log, a_long_value_is_cut_between_characters) {
    std::string text(2047, 'a');
    text += "\xc3\xa9\xc3\xa9";
    const std::string line = format_line("x", {{"v", text}});
    EXPECT_LT(line.size(), 2100U);
    EXPECT_EQ(line.find('\xc3'), std::string::npos) << "half a character is none";
}

TEST(event_log, a_decision_is_told_with_its_reason_and_its_numbers) {
    testing::memory_log log;
    policies::decided what;
    what.policy = "web";
    what.rule = "too-many";
    what.source = {"web.yaml", 7};
    what.do_ = policies::action::pause;
    what.outcome = policies::decision_outcome::suppressed;
    what.reason = policies::suppression::guarded;
    what.evidence = {{"count.abnormal", std::int64_t{3}, {}}, {"failed", 12.5, {}}};
    narrate(log, "SCT1", what, 41);
    ASSERT_EQ(log.lines.size(), 1U);
    EXPECT_EQ(log.lines[0],
              "info event=decision ticket=SCT1 rule=web/too-many subject=ticket do=pause "
              "outcome=suppressed reason=guarded evidence=\"count.abnormal = 3, failed = 12.5\" "
              "source=web.yaml:7 seq=41");
}

TEST(event_log, parameters_and_messages_are_never_told) {
    testing::memory_log log;
    policies::decided what;
    what.evidence = {{"ticket.params[\"password\"]", std::string("hunter2"), {}},
                     {"instance.message", std::string("hunter3"), {}}};
    narrate(log, "SCT1", what, 1);
    EXPECT_EQ(log.count("hunter"), 0);
}

}  // namespace
}  // namespace rolloutd::daemon
