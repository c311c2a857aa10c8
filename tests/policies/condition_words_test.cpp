#include "policies/condition_words.h"

#include <gtest/gtest.h>

namespace rolloutd::policies {
namespace {

std::string found(std::string_view condition) {
    std::string list;
    for (const condition_word& each : words_of(condition)) {
        list += (list.empty() ? "" : " ") + each.name;
    }
    return list;
}

TEST(condition_words, finds_names_but_not_fields_or_calls) {
    EXPECT_EQ(found("percent(failed, total) > ticket.failure_allowed"), "failed total ticket");
    EXPECT_EQ(found("a . b.c && size (d) > 0"), "a d");
}

TEST(condition_words, skips_strings_comments_and_numbers) {
    EXPECT_EQ(found("x == \"y z\" || 'v' == w"), "x w");
    EXPECT_EQ(found("x == r\"\\\" + y"), "x y");
    EXPECT_EQ(found("x == \"\\\"a\" + y"), "x y");
    EXPECT_EQ(found("x == '''a ' b''' + y"), "x y");
    EXPECT_EQ(found("x // y z\n + w"), "x w");
    EXPECT_EQ(found("1e5 + 0x1F + 3u + a1"), "a1");
    EXPECT_EQ(found("a.`b c` + d"), "a d");
}

TEST(condition_words, unclosed_strings_end_the_text) {
    EXPECT_EQ(found("x == \"y"), "x");
    EXPECT_EQ(found("x == \"y\\"), "x");
    EXPECT_EQ(found("x == '''y''"), "x");
    EXPECT_EQ(found(""), "");
}

TEST(condition_words, says_where_each_stands) {
    const auto words = words_of("a && bc");
    ASSERT_EQ(words.size(), 2U);
    EXPECT_EQ(words[1].where, (cel::text_range{5, 7}));
}

}  // namespace
}  // namespace rolloutd::policies
