#include "policies/lint/rule_source.h"

#include "tests/policies/lint/lint_support.h"

namespace rolloutd::policies::lint {
namespace {

TEST(lint_rule_source, finds_the_parts_of_a_rule_in_the_file) {
    const policy_set set =
        loaded({with_rules("  - name: r\n    when: >-\n      v &&\n"
                           "      count.ready > 1\n    do: pause\n",
                           "  v: count.abnormal > 1\n")});
    const rule_source source(set.policies.front());
    EXPECT_EQ(source.at(0, "do", "c", "m").begin, (position{11, 9}));
    EXPECT_EQ(source.at(0, "when", {5, 16}, "c", "m").begin, (position{10, 7}));
    EXPECT_EQ(source.at_variable("v", {0, 5}, "c", "m").begin, (position{5, 6}));
    EXPECT_EQ(source.at(0, "for", "c", "m").begin, (position{7, 11})) << "the rule's name";
}

}  // namespace
}  // namespace rolloutd::policies::lint
