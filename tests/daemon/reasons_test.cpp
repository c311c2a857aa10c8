#include "daemon/reasons.h"

#include <gmock/gmock.h>

namespace rolloutd::daemon {

using ::testing::HasSubstr;

TEST(reasons, one_line_of_text_in_any_language_will_do) {
    for (const char* good : {"x", "INC-4711: hosts are back", "交换机故障", "naïve — “quoted”"})
        EXPECT_EQ(wrong_with_reason(good), "") << good;
    EXPECT_EQ(wrong_with_reason(std::string(512, 'x')), "");
}

TEST(reasons, what_is_empty_or_long_is_told_so) {
    for (const char* blank : {"", " ", "\n", " \t "})
        EXPECT_THAT(wrong_with_reason(blank), HasSubstr("required")) << blank;
    EXPECT_THAT(wrong_with_reason(std::string(513, 'x')), HasSubstr("513 bytes"));
    EXPECT_THAT(wrong_with_reason(std::string(1 << 20, 'x')), HasSubstr("say it shorter"));
}

TEST(reasons, nothing_in_it_steers_a_terminal_or_a_log) {
    for (const char* bad : {"a\x1b[2Jb", "a\nb", "a\tb", "a\rb", "a\x7f",
                            "a\xc2\x9b"
                            "b",
                            "a\xe2\x80\xae"
                            "b",
                            "a\xff", "a\xe4\xba"})
        EXPECT_THAT(wrong_with_reason(bad), HasSubstr("control characters")) << bad;
    EXPECT_NE(wrong_with_reason(std::string("a\0b", 3)), "");
}

}  // namespace rolloutd::daemon
