// What is written out and can only fail is told by the policy layer, not by the bare language.

#include "policies/cel/literals.h"

#include "cel_support.h"

namespace rolloutd::policies::cel::test {

TEST(literals, are_tried_only_where_the_dialect_asks) {
    for (const char* text : {"1 / 0 == 1", "'%d'.format(['a']) == ''", "int('x') == 1",
                             "labels.tier.matches('(')", "age > duration('1d')"}) {
        EXPECT_TRUE(problems_of(text).empty()) << text;
        EXPECT_EQ(problems_of(text, type_kind::boolean, policy_dialect).size(), 1U) << text;
    }
}

TEST(literals, that_do_their_work_are_no_mistake) {
    for (const char* text :
         {"1 / 1 == 1", "'%d%%'.format([count.abnormal]) == '3%'", "int('3') == 3",
          "'%s'.format([count.abnormal > 2 ? labels.tier : 'x']) == ''", "[1, 2][1] == 2",
          "'%s'.format([labels]) == ''", "'%5'.size() == 2", "-9223372036854775807 < 0",
          "share / 0.5 > 1.0", "count.abnormal / count.finished == 0",
          "timestamp(0) < timestamp('2026-11-21T10:15:30Z')"}) {
        const auto problems = problems_of(text, type_kind::boolean, policy_dialect);
        EXPECT_TRUE(problems.empty()) << text << ": " << problems.front().message;
    }
}

TEST(literals, an_error_while_evaluating_knows_the_part_that_failed) {
    const std::vector<std::pair<std::string, std::string>> failing = {
        {"share > 2.0 || count.abnormal / (count.abnormal - 3) > 1",
         "count.abnormal / (count.abnormal - 3)"},
        {"labels.zone == 'a'", "labels.zone"},
        {"sizes[5] > 1", "sizes[5]"},
        {"sizes.map(s, s / (s - 4)).size() > 0", "s / (s - 4)"},
        {"count.stuck > 3", "count.stuck"},
        {"int(labels.tier) > 2", "int(labels.tier)"},
    };
    for (const auto& [text, part] : failing) {
        const value made = evaluated(text);
        ASSERT_TRUE(made.is_error()) << text;
        const evaluation_error& why = made.as_error();
        ASSERT_GE(why.where, 0) << text;
        EXPECT_EQ(text.substr(static_cast<std::size_t>(why.where),
                              static_cast<std::size_t>(why.end - why.where)),
                  part);
    }
}

}  // namespace rolloutd::policies::cel::test
