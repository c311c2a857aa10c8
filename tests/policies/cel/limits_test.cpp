// Hostile expressions end in a problem or an error, never in a crash or a hang.

#include "cel_support.h"

namespace rolloutd::policies::cel::test {

std::string repeated(std::string_view part, int times) {
    std::string made;
    for (int time = 0; time < times; ++time)
        made += part;
    return made;
}

void expect_limit(const std::string& text) {
    const auto problems = problems_of(text);
    ASSERT_EQ(problems.size(), 1U) << text.substr(0, 40);
    EXPECT_EQ(problems[0].code, "limit") << problems[0].message;
}

TEST(limits, chains_of_many_terms) {
    expect_limit("1" + repeated("+1", 50'000));
    expect_limit("1" + repeated("+1", 3'000));
    expect_limit("1" + repeated("&&1", 2'500));
}

TEST(limits, deep_nesting) {
    expect_limit(repeated("(", 10'000));
    expect_limit(repeated("!(", 4'000));
    expect_limit(repeated("(", 3'000) + "1" + repeated(")", 3'000));
    expect_limit(repeated("[", 3'000) + "1" + repeated("]", 3'000));
    expect_limit("a" + repeated(".a", 3'000));
    expect_limit("sizes" + repeated("[0]", 2'000));
    expect_limit(repeated("true?1:", 1'000) + "1");
    expect_limit(repeated("size(", 1'500) + "'a'" + repeated(")", 1'500));
}

TEST(limits, what_the_language_asks_for_is_inside_them) {
    EXPECT_TRUE(problems_of("true" + repeated(" && true", 200)).empty());
    EXPECT_TRUE(problems_of(repeated("(", 32) + "1" + repeated(")", 32)).empty());
    EXPECT_TRUE(problems_of(repeated("!", 33) + "true").empty());
    EXPECT_TRUE(problems_of("1" + repeated("+1", 60)).empty());
}

TEST(limits, thousands_of_signs_cost_no_depth) {
    EXPECT_TRUE(evaluated(repeated("!", 4'000) + "true").as_boolean());
    EXPECT_EQ(evaluated(repeated("-", 4'000) + "count.abnormal").as_integer(), 3);
}

TEST(limits, expressions_that_explode_are_refused_or_run_dry) {
    EXPECT_FALSE(problems_of("labels.tier.matches('" + repeated("a?", 1'000) + "')", type_kind::dyn,
                             policy_dialect)
                     .empty());
    EXPECT_FALSE(problems_of("labels.tier.matches('((a{1,100}){1,100}){1,100}')", type_kind::dyn,
                             policy_dialect)
                     .empty());
    EXPECT_TRUE(
        evaluated("labels.tier.matches(labels.tier + '((a{1,100}){1,100}){1,100}')").is_error());
}

TEST(limits, loops_within_loops) {
    const auto nested = [](int times) {
        return repeated("sizes.all(a, ", times) + "true" + repeated(")", times);
    };
    EXPECT_TRUE(problems_of(nested(3)).empty());
    expect_limit(nested(4));
    // One behind another is no nesting, and neither is what goes round once.
    EXPECT_TRUE(problems_of("sizes" + repeated(".map(a, a + 1)", 6) + " == sizes").empty());
    EXPECT_TRUE(problems_of(repeated("cel.bind(a, 1, ", 6) + "a" + repeated(")", 6)).empty());
    expect_limit("sizes.all(a, sizes.all(b, true && sizes.all(c, true || sizes.all(d, true))))");
}

TEST(limits, patterns_of_one_expression) {
    const std::string one = "labels.tier.matches('^p') && ";
    EXPECT_TRUE(problems_of(repeated(one, 32) + "true").empty());
    expect_limit(repeated(one, 33) + "true");
}

std::string in_loops(const std::string& condition) {
    const char* digits = "[1,2,3,4,5,6,7,8,9,0]";
    const std::string loop = std::string(digits) + ".all(i, ";
    return loop + loop + loop + condition + ")))";
}

TEST(limits, lists_that_share_their_elements_are_not_compared_for_ever) {
    // Four levels of sixty: thirteen million numbers, made in a few hundred steps.
    const std::string list = "[" + repeated("1,", 60) + "]";
    const std::string grown =
        "[" + list + "]" + repeated(".map(a, a.map(x, a))", 3) + ".all(d, d == d)";
    EXPECT_EQ(evaluated(grown).as_error().code, "budget");
    const std::string sought =
        "[" + list + "]" + repeated(".map(a, a.map(x, a))", 3) + ".all(d, d in [d])";
    EXPECT_EQ(evaluated(sought).as_error().code, "budget");
}

TEST(limits, patterns_are_paid_for_by_their_size_and_the_text_s) {
    const std::string text = "'" + repeated("ab", 3'000) + "'";
    EXPECT_EQ(
        evaluated("[" + text + "].all(s, " + in_loops("!s.matches('(a|b|cd?).{1,400}x')") + ")")
            .as_error()
            .code,
        "budget");
    EXPECT_EQ(evaluated(in_loops("!labels.tier.matches(labels.tier + '(a|b|cd?){1,90}x')"))
                  .as_error()
                  .code,
              "budget");
    EXPECT_TRUE(evaluated(in_loops("labels.tier.matches('^pr.d$')")).as_boolean());
}

TEST(limits, long_texts_are_paid_for_by_the_functions_that_read_them) {
    const std::string text = "'" + repeated("a", 7'000) + "'";
    for (const char* condition : {"size(s) > 0", "!s.contains('b')", "s.startsWith('a')"}) {
        const value made = evaluated("[" + text + "].all(s, " + in_loops(condition) + ")");
        ASSERT_TRUE(made.is_error()) << condition;
        EXPECT_EQ(made.as_error().code, "budget") << condition;
    }
    EXPECT_TRUE(evaluated(in_loops("size(labels.tier) > 0")).as_boolean());
}

TEST(limits, functions_make_no_more_than_the_budget_allows) {
    const std::string text = "'" + repeated("a", 7'000) + "'";
    for (const std::string& made : std::vector<std::string>{
             "t.replace('a', t)", "t.replace('', t)", "t.split('').map(x, t).join()",
             "'%s%s%s%s%s%s%s%s%s%s'.format([t, t, t, t, t, t, t, t, t, t])",
             "'%s'.format([[t, t, t, t, t, t, t, t, t, t]])", "(t + t).split('')"}) {
        const value found = evaluated("cel.bind(t, " + text + ", size(" + made + ")) > 0");
        ASSERT_TRUE(found.is_error()) << made;
        EXPECT_EQ(found.as_error().code, "budget") << made;
    }
    const std::string nested = in_loops(
        "[1,2,3,4,5,6,7,8,9].transformMap(a, b, [1,2,3,4,5,6,7,8,9].transformList(c, d, c + b))"
        ".size() > 0");
    EXPECT_EQ(evaluated(nested).as_error().code, "budget");
}

TEST(limits, arbitrary_bytes_are_no_harm) {
    for (int byte = 0; byte < 256; ++byte) {
        const std::string one(1, static_cast<char>(byte));
        for (const std::string& text :
             {one, "1 + " + one, "'" + one, "count." + one + "x", one + one}) {
            const compile_result made = compile(text, names());
            if (const auto* problems = std::get_if<std::vector<problem>>(&made)) {
                ASSERT_FALSE(problems->empty());
                EXPECT_LE(problems->front().where.end, text.size());
            }
        }
    }
}

}  // namespace rolloutd::policies::cel::test
