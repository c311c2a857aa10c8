#include "daemon/event_log.h"

#include <gtest/gtest.h>

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

TEST(event_log, a_value_cannot_steer_a_terminal) {
    EXPECT_EQ(format_line("x", {{"v", "a\xc2\x9b 2J\xe2\x80\xae\tgr\xc3\xbc\xff"}}),
              "event=x v=\"a\\xc2\\x9b 2J\\xe2\\x80\\xae\\tgr\xc3\xbc\\xff\"");
}

TEST(event_log, a_long_value_is_cut_between_characters) {
    std::string text(2047, 'a');
    text += "\xc3\xa9\xc3\xa9";
    const std::string line = format_line("x", {{"v", text}});
    EXPECT_LT(line.size(), 2100U);
    EXPECT_EQ(line.find('\xc3'), std::string::npos) << "half a character is none";
}

}  // namespace
}  // namespace rolloutd::daemon
