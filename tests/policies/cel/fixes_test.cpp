// A fix, once made, leaves nothing of the mistake that it was for.

#include <algorithm>

#include "cel_support.h"

namespace rolloutd::policies::cel::test {

std::string mended(std::string text, std::vector<edit> fixes) {
    std::ranges::sort(fixes,
                      [](const edit& a, const edit& b) { return a.where.begin > b.where.begin; });
    for (const edit& each : fixes)
        text.replace(each.where.begin, each.where.end - each.where.begin, each.text);
    return text;
}

TEST(fixes, give_the_text_that_was_meant) {
    const std::vector<std::pair<std::string, std::string>> meant = {
        {"count.abnormal = 2", "count.abnormal == 2"},
        {"count.abnormal === 2", "count.abnormal == 2"},
        {"count.abnormal <> 2", "count.abnormal != 2"},
        {"share > 0.1 and share < 0.2", "share > 0.1 && share < 0.2"},
        {"share > 0.1 or share < 0.2", "share > 0.1 || share < 0.2"},
        {"share > 0.1 & share < 0.2", "share > 0.1 && share < 0.2"},
        {"share > 0.1 | share < 0.2", "share > 0.1 || share < 0.2"},
        {"not (share > 0.1)", "! (share > 0.1)"},
        {"share > 1 - share", "share > 1.0 - share"},
        {"share * 100 > 5.0", "share * 100.0 > 5.0"},
        {"count.abnormal + share > 1.0", "double(count.abnormal) + share > 1.0"},
        {"age > 15", "age > duration(\"15m\")"},
        {"age > '15m'", "age > duration(\"15m\")"},
        {"age > 15m", "age > duration(\"15m\")"},
        {"age > 2d", "age > duration(\"48h\")"},
        {"age > duration('1d')", "age > duration(\"24h\")"},
        {"count.abnormal > '2'", "count.abnormal > 2"},
        {"share > 5%", "share > 5.0"},
        {"labels.tier == pay-api", "labels.tier == \"pay-api\""},
        {"labels.tier == prod", "labels.tier == \"prod\""},
        {"labels.tier.starts_with('p')", "labels.tier.startsWith('p')"},
        {"sizes.any(s, s > 3)", "sizes.exists(s, s > 3)"},
        {"sizes.count(s, s > 3) > 2", "sizes.filter(s, s > 3).size() > 2"},
        {"sizes.size > 3", "sizes.size() > 3"},
        {"len(sizes) > 3", "size(sizes) > 3"},
        {"count.abnormall > 2", "count.abnormal > 2"},
        {"coun.abnormal > 2", "count.abnormal > 2"},
        {"true == True", "true == true"},
        {"maths.abs(1) > 2", "math.abs(1) > 2"},
        {"math.flor(1.5) > 2.0", "math.floor(1.5) > 2.0"},
        {"count.abnormal / count.finished > 0.5",
         "double(count.abnormal) / double(count.finished) > 0.5"},
        {"share > count.abnormal / count.finished * 1.0",
         "share > double(count.abnormal) / double(count.finished) * 1.0"},
    };
    for (const auto& [text, right] : meant) {
        const auto problems = problems_of(text, type_kind::boolean, policy_dialect);
        ASSERT_EQ(problems.size(), 1U) << text;
        EXPECT_EQ(mended(text, problems[0].fixes), right);
        const auto left = problems_of(right, type_kind::boolean, policy_dialect);
        EXPECT_TRUE(left.empty()) << right << ": " << left.front().message;
    }
}

TEST(fixes, are_not_offered_where_it_is_not_certain_what_was_meant) {
    for (const char* text : {"not share > 0.1", "labels.tier not in ['a']", "3 in [1, 'a']",
                             "math.foo(1) > 2", "count.abnormal / 0 > 1", "(share > 0.1",
                             "age > duration('15 minutes')", "count.abnormal"}) {
        const auto problems = problems_of(text, type_kind::boolean, policy_dialect);
        ASSERT_EQ(problems.size(), 1U) << text;
        EXPECT_TRUE(problems[0].fixes.empty()) << text << ": " << problems[0].fixes[0].text;
    }
}

}  // namespace rolloutd::policies::cel::test
