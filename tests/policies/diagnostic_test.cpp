#include "policies/diagnostic.h"

#include <gtest/gtest.h>

namespace rolloutd::policies {
namespace {

issue at(position begin, position end, std::string hint = "") {
    return {severity::error, "code", "it is wrong", std::move(hint), "f.yaml", begin, end};
}

TEST(diagnostic, shows_the_line_and_underlines_the_range) {
    EXPECT_EQ(render(at({2, 4}, {2, 7}, "do that"), "first\na: bad word\n"),
              "f.yaml:2:4: error: it is wrong [code]\n"
              "a: bad word\n"
              "   ^~~\n"
              "  hint: do that\n");
}

TEST(diagnostic, a_range_without_length_gets_one_caret) {
    EXPECT_EQ(render(at({1, 3}, {1, 3}), "a b"),
              "f.yaml:1:3: error: it is wrong [code]\na b\n  ^\n");
    EXPECT_EQ(render(at({1, 4}, {1, 4}), "a b"),
              "f.yaml:1:4: error: it is wrong [code]\na b\n   ^\n");
}

TEST(diagnostic, a_range_over_lines_is_marked_to_the_first_lines_end) {
    EXPECT_EQ(render(at({1, 2}, {3, 1}), "abcd\ne\nf"),
              "f.yaml:1:2: error: it is wrong [code]\nabcd\n ^~~\n");
}

TEST(diagnostic, tabs_are_kept_and_wide_characters_take_two_cells) {
    EXPECT_EQ(render(at({1, 3}, {1, 4}), "\tyx"),
              "f.yaml:1:3: error: it is wrong [code]\n\tyx\n\t ^\n");
    EXPECT_EQ(render(at({1, 2}, {1, 3}), "漢字x"),
              "f.yaml:1:2: error: it is wrong [code]\n漢字x\n  ^~\n");
    EXPECT_EQ(render(at({1, 3}, {1, 4}), "e\xCC\x81x"),
              "f.yaml:1:3: error: it is wrong [code]\ne\xCC\x81x\n ^\n");
}

TEST(diagnostic, what_stands_in_a_file_cannot_steer_the_terminal) {
    using namespace std::string_literals;
    EXPECT_EQ(render(at({1, 6}, {1, 7}), "a\x1b[\xc2\x9b\0x"s),
              "f.yaml:1:6: error: it is wrong [code]\na?[??x\n     ^\n");
    issue what = at({1, 1}, {1, 2});
    what.message = "here stands 'x\x1b[31m'";
    EXPECT_EQ(render(what, ""), "f.yaml:1:1: error: here stands 'x?[31m' [code]\n");
    EXPECT_EQ(printable("\xff\xfe\tgr\xc3\xbc\xe6\xbc"), "??\tgr\xc3\xbc??");
}

TEST(diagnostic, without_a_source_there_is_no_snippet) {
    issue what = at({1, 1}, {1, 2});
    what.level = severity::warning;
    EXPECT_EQ(render(what, ""), "f.yaml:1:1: warning: it is wrong [code]\n");
}

TEST(diagnostic, line_ends_and_marks_of_other_editors_do_not_show) {
    EXPECT_EQ(render(at({1, 1}, {1, 2}),
                     "\xEF\xBB\xBF"
                     "ab\r\nc\r\n"),
              "f.yaml:1:1: error: it is wrong [code]\nab\n^\n");
}

TEST(diagnostic, issues_are_sorted_as_people_mend_them) {
    std::vector<issue> issues = {at({2, 1}, {2, 1}), at({1, 5}, {1, 5}), at({1, 2}, {1, 2})};
    issues[2].file = "a.yaml";
    sort_issues(issues);
    EXPECT_EQ(issues[0].file, "a.yaml");
    EXPECT_EQ(issues[1].begin, (position{1, 5}));
    EXPECT_EQ(issues[2].begin, (position{2, 1}));
}

TEST(diagnostic, warnings_are_no_errors) {
    std::vector<issue> issues = {at({1, 1}, {1, 1})};
    EXPECT_TRUE(has_errors(issues));
    issues[0].level = severity::warning;
    EXPECT_FALSE(has_errors(issues));
}

TEST(diagnostic, the_nearest_word_is_near) {
    const std::vector<std::string> words = {"cooldown", "times", "percent", "do"};
    EXPECT_EQ(nearest("cooldwon", words), "cooldown");
    EXPECT_EQ(nearest("time", words), "times");
    EXPECT_EQ(nearest("perc", words), "");
    EXPECT_EQ(nearest("fro", {"for", "each"}), "for");
    EXPECT_EQ(nearest("x", words), "");
    EXPECT_EQ(nearest("od", words), "");
}

TEST(diagnostic, tools_get_the_same_in_fields) {
    const issue_fields shown = to_fields(at({2, 4}, {3, 7}, "do that"));
    EXPECT_EQ(shown.line, 2);
    EXPECT_EQ(shown.column, 4);
    EXPECT_EQ(shown.end_line, 3);
    EXPECT_EQ(shown.end_column, 7);
    EXPECT_EQ(shown.severity, "error");
    EXPECT_EQ(shown.hint, "do that");
}

}  // namespace
}  // namespace rolloutd::policies
