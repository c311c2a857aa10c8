#include "policies/text.h"

#include <gtest/gtest.h>

namespace rolloutd::policies {
namespace {

TEST(text, the_beginning_ends_with_a_whole_character) {
    const std::string_view three = "a\xC3\xA4\xE2\x82\xAC";  // 1, 2 and 3 bytes
    EXPECT_EQ(beginning_of(three, 6), three);
    EXPECT_EQ(beginning_of(three, 5), "a\xC3\xA4");
    EXPECT_EQ(beginning_of(three, 3), "a\xC3\xA4");
    EXPECT_EQ(beginning_of(three, 2), "a");
    EXPECT_EQ(beginning_of(three, 0), "");
}

TEST(text, bytes_that_begin_no_character_leave_nothing) {
    EXPECT_EQ(beginning_of("\x80\x80\x80", 2), "");
    EXPECT_EQ(beginning_of("", 0), "");
}

TEST(text, a_secret_is_told_by_a_part_of_its_name_in_any_case) {
    const std::vector<std::string> words{"pass", "TOKEN"};
    EXPECT_TRUE(looks_secret("DB_PASSWORD", words));
    EXPECT_TRUE(looks_secret("api-token", words));
    EXPECT_FALSE(looks_secret("region", words));
    EXPECT_FALSE(looks_secret("pas", words));
    EXPECT_FALSE(looks_secret("anything", {}));
}

}  // namespace
}  // namespace rolloutd::policies
