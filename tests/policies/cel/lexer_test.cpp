#include "cel_support.h"
#include "policies/cel/token.h"

namespace rolloutd::policies::cel::test {

std::vector<std::string> words(std::string_view text) {
    std::vector<std::string> made;
    for (const token& one : scan(text, 1'000).all) {
        if (one.kind != token_kind::end) made.push_back(one.text);
    }
    return made;
}

TEST(lexer, splits_a_condition_into_words) {
    EXPECT_EQ(words("count.abnormal>=2&&!paused // why"),
              (std::vector<std::string>{"count", ".", "abnormal", ">=", "2", "&&", "!", "paused"}));
}

TEST(lexer, decodes_every_kind_of_string) {
    EXPECT_EQ(words(R"('a\n\x41\101\u00e9')").front(), "a\nAA\xC3\xA9");
    EXPECT_EQ(words(R"(r'a\n')").front(), "a\\n");
    EXPECT_EQ(words("'''a\n'b'''").front(), "a\n'b");
    EXPECT_EQ(words(R"(b'\xff')").front(), "\xFF");
    EXPECT_EQ(words(R"(bR"\x")").front(), "\\x");
}

TEST(lexer, knows_br_but_not_rb) {
    EXPECT_EQ(scan("br'a'", 100).all.front().kind, token_kind::bytes);
    EXPECT_EQ(words("rb'a'"), (std::vector<std::string>{"rb", "a"}));
}

TEST(lexer, refuses_escapes_that_name_nothing) {
    for (const char* text : {R"('\q')", R"('\ud800')", R"('\U00110000')", R"('\400')", R"('\x4')",
                             R"(b'\u0041')", "'\xFF'", "'a\nb'", "'open"}) {
        EXPECT_FALSE(scan(text, 100).problems.empty()) << text;
    }
}

TEST(lexer, names_an_escape_by_its_whole_letter) {
    const tokens made = scan("'\\\xC3\xA9'", 100);
    ASSERT_EQ(made.problems.size(), 1U);
    EXPECT_EQ(made.problems[0].message, "there is no escape \\\xC3\xA9 here");
    EXPECT_EQ(made.problems[0].where.end, 4U);
    for (const char* text : {"'\\\xC3'", "'\\\xC3\\\xA9'", "'a\\"}) {
        for (const problem& one : scan(text, 100).problems)
            EXPECT_TRUE(is_utf8(one.message)) << text;
    }
}

TEST(lexer, marks_an_escape_that_is_cut_off_inside_its_quotes) {
    for (const char* text : {R"('\U00')", R"('\u1')", R"('\x')", R"('\1')"}) {
        const auto problems = scan(text, 100).problems;
        ASSERT_EQ(problems.size(), 1U) << text;
        EXPECT_EQ(problems[0].where.begin, 1U) << text;
        EXPECT_EQ(problems[0].where.end, std::string_view(text).size() - 1) << text;
    }
}

TEST(lexer, marks_tokens_by_their_bytes) {
    const tokens made = scan("  ab + 'c'", 100);
    ASSERT_EQ(made.all.size(), 4U);
    EXPECT_EQ(made.all[0].where, (text_range{2, 4}));
    EXPECT_EQ(made.all[2].where, (text_range{7, 10}));
}

TEST(lexer, counts_points_and_knows_utf8) {
    EXPECT_EQ(count_points("a\xC3\xA9\xF0\x9F\x98\x80"), 3U);
    EXPECT_TRUE(is_utf8("a\xC3\xA9"));
    EXPECT_FALSE(is_utf8("\xC3"));
    EXPECT_FALSE(is_utf8("\xED\xA0\x80"));
    EXPECT_FALSE(is_utf8("\xC0\x80"));
}

}  // namespace rolloutd::policies::cel::test
