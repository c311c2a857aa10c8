#include "policies/lint/branches.h"

#include "tests/policies/lint/lint_support.h"

namespace rolloutd::policies::lint {
namespace {

struct condition {
    policy_set set;
    formula what;
    explicit condition(const std::string& text) : set(loaded({pause_when(text)})) {
        const policy& owner = set.policies.front();
        what = formula_of(owner.rules.front().when, owner, subject_kind::ticket);
    }
    std::vector<branch> ways(bool negated = false) const {
        return branches_of(what, negated).value_or(std::vector<branch>{});
    }
};

TEST(lint_branches, are_the_ways_in_which_a_condition_holds) {
    const condition both("(count.abnormal > 1 || count.stuck > 1) && count.ready > 0");
    EXPECT_EQ(both.ways().size(), 2U);
    EXPECT_EQ(both.ways().front().size(), 2U);
    EXPECT_EQ(both.ways(true).size(), 2U) << "neither of the first two, or not the last";
}

TEST(lint_branches, too_many_of_them_are_left_alone) {
    std::string text = "(count.ready > 1 || count.stuck > 1)";
    for (int i = 2; i < 9; ++i)
        text += " && (count.ready > " + std::to_string(i) + " || count.stuck > 1)";
    const condition wide(text);
    EXPECT_FALSE(branches_of(wide.what).has_value());
    EXPECT_EQ(codes(pause_when(text)), code_list{});
}

TEST(lint_branches, implication_is_claimed_only_where_it_is_certain) {
    const auto implies_text = [](const std::string& strong, const std::string& weak) {
        const condition a(strong);
        const condition b(weak);
        return implies(a.ways(), b.ways());
    };
    EXPECT_TRUE(implies_text("count.abnormal > 5", "count.abnormal > 4"));
    EXPECT_TRUE(implies_text("count.abnormal == 5", "5 >= count.abnormal"));
    EXPECT_TRUE(implies_text("2 * count.abnormal > 10", "count.abnormal >= 5"));
    EXPECT_FALSE(implies_text("count.abnormal > 4", "count.abnormal > 5"));
    EXPECT_FALSE(implies_text("count.abnormal > 4", "count.stuck > 4"));
    EXPECT_TRUE(implies_text("'!(count.abnormal <= 5)'", "count.abnormal > 5"));
}

}  // namespace
}  // namespace rolloutd::policies::lint
