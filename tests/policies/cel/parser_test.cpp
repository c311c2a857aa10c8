#include "cel_support.h"
#include "policies/cel/ast.h"

namespace rolloutd::policies::cel::test {

TEST(parser, binds_operators_as_the_language_does) {
    EXPECT_EQ(evaluated("1 + 2 * 3 - 4 / 2").as_integer(), 5);
    EXPECT_EQ(evaluated("10 - 3 - 2").as_integer(), 5);
    EXPECT_TRUE(evaluated("true || false && false").as_boolean());
    EXPECT_EQ(evaluated("false ? 1 : true ? 2 : 3").as_integer(), 2);
    EXPECT_TRUE(evaluated("!false && -1 < 0").as_boolean());
    EXPECT_EQ(evaluated("-9223372036854775808").as_integer(), INT64_MIN);
    EXPECT_EQ(evaluated("-sizes[0]").as_integer(), -4);
}

TEST(parser, keeps_a_long_conjunction_flat) {
    const parsed made = parse("true && true && false && true", {});
    ASSERT_TRUE(made.problems.empty());
    EXPECT_EQ(made.made.at(made.made.root).children.size(), 4U);
    EXPECT_EQ(made.made.at(made.made.root).depth, 2);
}

TEST(parser, takes_trailing_commas_and_empty_literals) {
    EXPECT_EQ(evaluated("[1, 2,].size()").as_integer(), 2);
    EXPECT_EQ(evaluated("{'a': 1,}.size() + {}.size() + [].size()").as_integer(), 1);
}

TEST(parser, lets_reserved_words_name_fields_but_not_variables) {
    EXPECT_EQ(evaluated("{'function': 3}.function").as_integer(), 3);
    EXPECT_FALSE(problems_of("while > 3").empty());
}

TEST(parser, takes_a_text_for_a_text_whatever_it_says) {
    EXPECT_EQ(evaluated("'in'").as_string(), "in");
    EXPECT_EQ(evaluated("{'in': 3}[b'in' == b'in' ? \"in\" : '?']").as_integer(), 3);
    EXPECT_TRUE(evaluated("'in' in ['true', 'in']").as_boolean());
    EXPECT_FALSE(problems_of("1 'in' [1]").empty());
    for (const char* text : {"in", ".in", ".true == 1", ".null == 1", "{'true': 1}.true == 1"}) {
        EXPECT_FALSE(problems_of(text).empty()) << text;
    }
}

TEST(parser, lets_a_quoted_name_be_any_word) {
    EXPECT_EQ(evaluated("{'in': 1}.`in` + {'true': 2}.`true` + {'a b': 3}.`a b`").as_integer(), 6);
    EXPECT_FALSE(problems_of("{'in': 1}.in == 1").empty());
    EXPECT_FALSE(problems_of("`in`").empty());
}

TEST(parser, refuses_macros_that_make_no_sense) {
    for (const char* text : {"has(count)", "sizes.all(1, true)", "sizes.all(.x, true)"}) {
        EXPECT_EQ(problems_of(text).size(), 1U) << text;
    }
}

TEST(parser, shadows_facts_with_the_variables_of_a_macro) {
    EXPECT_TRUE(evaluated("sizes.exists(count, count == 7)").as_boolean());
    EXPECT_TRUE(evaluated("sizes.all(share, .share < 1.0 && share > 1)").as_boolean());
    EXPECT_EQ(evaluated("sizes.map(a, sizes.map(b, a * b))[1][0]").as_integer(), 28);
}

}  // namespace rolloutd::policies::cel::test
