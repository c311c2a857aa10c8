#include "policies/cel/habits.h"

#include "cel_support.h"

namespace rolloutd::policies::cel::test {

tokens mended(std::string_view text) { return mend_habits(scan(text, 1'000), text); }

std::string joined(const tokens& from) {
    std::string made;
    for (const token& one : from.all) {
        if (one.kind == token_kind::end) break;
        made += (made.empty() ? "" : " ") + one.text;
    }
    return made;
}

TEST(habits, are_replaced_by_what_was_meant) {
    const std::vector<std::pair<const char*, const char*>> meant = {
        {"a and b", "a && b"},
        {"a or (b)", "a || ( b )"},
        {"not (a)", "! ( a )"},
        {"a && not (b)", "a && ! ( b )"},
        {"a is b", "a == b"},
        {"a is not b", "a != b"},
        {"a <> b", "a != b"},
        {"a not in b", "a in b"},
        {"share > 5%", "share > 5.0"},
        {"f(2.5%, a)", "f ( 2.5 , a )"},
        {"a and b or c", "a && b || c"},
        {"[1] is [2]", "[ 1 ] == [ 2 ]"},
    };
    for (const auto& [text, right] : meant) {
        const tokens made = mended(text);
        EXPECT_EQ(joined(made), right) << text;
        EXPECT_TRUE(made.mended) << text;
        EXPECT_FALSE(made.problems.empty()) << text;
    }
}

TEST(habits, are_told_but_not_guessed_where_their_reach_is_unclear) {
    for (const char* text : {"not a > 2", "age > 15m", "age > 1d"}) {
        const tokens made = mended(text);
        EXPECT_EQ(made.problems.size(), 1U) << text;
        EXPECT_FALSE(made.mended) << text;
    }
}

TEST(habits, do_not_touch_what_is_sound) {
    for (const char* text : {"a.and.or", "a.not(b)", "and && or", "or(1)", "not == 1", "not.a",
                             "not[0]", "a % b", "5 % 3", "5 % (3)", "5%-3", "a < b", "a.is > is",
                             "x in y", "{and: or}", "[not, is]", "5 %[1][0]", "and ? or : not"}) {
        const tokens made = mended(text);
        EXPECT_TRUE(made.problems.empty()) << text << ": " << made.problems.front().message;
        EXPECT_EQ(made.all.size(), scan(text, 1'000).all.size()) << text;
    }
}

TEST(habits, always_end_in_the_end) {
    for (const char* text : {"", "and", "a and", "not", "5%", "5", "a is", "a is not", "<", "<>",
                             "a not", "not (", "1d"}) {
        const tokens made = mended(text);
        ASSERT_FALSE(made.all.empty()) << text;
        EXPECT_EQ(made.all.back().kind, token_kind::end) << text;
    }
}

}  // namespace rolloutd::policies::cel::test
