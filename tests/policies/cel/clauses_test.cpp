#include "policies/cel/clauses.h"

#include <gmock/gmock.h>

namespace rolloutd::policies::cel {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> texts_of(std::string_view condition) {
    std::vector<std::string> texts;
    for (const clause& each : clauses_of(condition).all)
        texts.push_back(each.text);
    return texts;
}

TEST(clauses, what_is_joined_by_and_is_told_one_by_one) {
    EXPECT_THAT(texts_of("a > 1 && b == 2 && c"), ElementsAre("a > 1", "b == 2", "c"));
    EXPECT_FALSE(clauses_of("a > 1 && b").any);
    EXPECT_THAT(texts_of("a || b"), ElementsAre("a", "b"));
    EXPECT_TRUE(clauses_of("a || b").any);
}

TEST(clauses, another_joint_inside_stays_together_with_its_brackets) {
    EXPECT_THAT(texts_of("a && (b || c)"), ElementsAre("a", "(b || c)"));
    EXPECT_THAT(texts_of("(a && b) || c"), ElementsAre("(a && b)", "c"));
    EXPECT_THAT(texts_of("(a && b) && c"), ElementsAre("a", "b", "c"));
    EXPECT_THAT(texts_of("!(a && b)"), ElementsAre("!(a && b)"));
}

TEST(clauses, a_comparison_has_two_sides_that_can_be_read_by_themselves) {
    const clauses found = clauses_of("(a + 1) * 2 >= f(b, (c)) && x");
    ASSERT_EQ(found.all.size(), 2U);
    EXPECT_EQ(found.all[0].left, "(a + 1) * 2");
    EXPECT_EQ(found.all[0].relation, ">=");
    EXPECT_EQ(found.all[0].right, "f(b, (c))");
    EXPECT_EQ(found.all[1].relation, "");
    EXPECT_EQ(found.all[0].where.begin, 0U);
}

TEST(clauses, brackets_in_texts_are_no_brackets_of_the_condition) {
    EXPECT_THAT(texts_of("a == \"(\" && b == ')'"), ElementsAre("a == \"(\"", "b == ')'"));
}

TEST(clauses, what_cannot_be_parsed_is_one_clause) {
    EXPECT_THAT(texts_of("a &&"), ElementsAre("a &&"));
    EXPECT_THAT(texts_of(""), ElementsAre(""));
}

TEST(clauses, very_many_are_told_together) {
    std::string text = "a";
    for (int i = 0; i < 60; ++i)
        text += " && a";
    EXPECT_EQ(clauses_of(text).all.size(), 1U);
}

}  // namespace
}  // namespace rolloutd::policies::cel
