#include "policies/yaml/text.h"

#include <gtest/gtest.h>

namespace rolloutd::policies::yaml {
namespace {

TEST(yaml_text, well_formed_utf8_passes) {
    EXPECT_FALSE(first_non_utf8("plain, é, 漢, 😀"));
    EXPECT_FALSE(first_non_utf8(""));
}

TEST(yaml_text, each_kind_of_bad_utf8_is_found) {
    EXPECT_EQ(first_non_utf8("a\x80"), 1U);             // continuation alone
    EXPECT_EQ(first_non_utf8("a\xC0\xAF"), 1U);         // overlong
    EXPECT_EQ(first_non_utf8("\xE0\x80\xAF"), 0U);      // overlong
    EXPECT_EQ(first_non_utf8("\xED\xA0\x80"), 0U);      // surrogate
    EXPECT_EQ(first_non_utf8("\xF4\x90\x80\x80"), 0U);  // past U+10FFFF
    EXPECT_EQ(first_non_utf8("ab\xE6\xBC"), 2U);        // cut off
}

TEST(yaml_text, lines_end_before_their_carriage_return) {
    constexpr std::string_view text = "ab\r\ncd\nef";
    EXPECT_EQ(line_end(text, 0), 2U);
    EXPECT_EQ(line_end(text, 4), 6U);
    EXPECT_EQ(line_end(text, 8), 9U);
    EXPECT_EQ(line_begin(text, 5), 4U);
    EXPECT_EQ(line_begin(text, 1), 0U);
}

TEST(yaml_text, an_excerpt_is_short_and_whole) {
    EXPECT_EQ(excerpt("a\nb"), "a b");
    const std::string cut = excerpt(std::string(39, 'x') + "漢字");
    EXPECT_EQ(cut, std::string(39, 'x') + "…");
}

}  // namespace
}  // namespace rolloutd::policies::yaml
