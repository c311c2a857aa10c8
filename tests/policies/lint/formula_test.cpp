#include "policies/lint/formula.h"

#include "policies/lint/ranges.h"
#include "tests/policies/lint/lint_support.h"

namespace rolloutd::policies::lint {
namespace {

formula read(const std::string& when, const std::string& variables = "") {
    static std::vector<policy_set> kept;
    kept.push_back(
        loaded({with_rules("  - name: r\n    when: " + when + "\n    do: pause\n", variables)}));
    const policy& owner = kept.back().policies.front();
    return formula_of(owner.rules.front().when, owner, subject_kind::ticket);
}

TEST(lint_formula, variables_are_what_they_stand_for_but_stand_where_they_are_used) {
    const formula got = read("bad > 1", "  bad: count.abnormal + count.stuck\n");
    EXPECT_EQ(canonical(got), canonical(read("count.abnormal + count.stuck > 1")));
    EXPECT_EQ(got.parts[0].origin, "bad");
    EXPECT_EQ(got.parts[0].where, (cel::text_range{0, 3}));
    EXPECT_TRUE(mentions(got, "count.stuck"));
    EXPECT_TRUE(mentions(got, "count"));
    EXPECT_FALSE(mentions(got, "count.st"));
}

TEST(lint_formula, times_are_seconds_and_membership_is_a_choice) {
    const formula late = read("ticket.age > duration('90m')");
    EXPECT_EQ(late.parts[1].kind, form::number);
    EXPECT_EQ(late.parts[1].number, 5400);
    EXPECT_TRUE(late.parts[1].is_duration);
    EXPECT_EQ(read("ticket.status in ['READY', 'PAUSED']").kind, form::any_of);
}

TEST(lint_formula, variables_that_double_with_each_level_stay_bounded) {
    std::string variables = "  v0: count.abnormal + 1\n";
    for (int i = 1; i < 40; ++i) {
        const std::string before = "v" + std::to_string(i - 1);
        variables += "  v" + std::to_string(i) + ": " + before + " + " + before + "\n";
    }
    std::size_t nodes = 0;
    walk(read("v39 > 1", variables), [&nodes](const formula&) { ++nodes; });
    EXPECT_LT(nodes, 20'000U);
}

}  // namespace
}  // namespace rolloutd::policies::lint
