#include "tests/policies/lint/lint_support.h"

namespace rolloutd::policies::lint {
namespace {

std::string two(const std::string& first, const std::string& second) {
    return with_rules("  - {name: a, " + first + "}\n  - {name: b, " + second + "}\n");
}

TEST(lint_shadows, of_two_equal_rules_the_later_one_is_superfluous) {
    const auto got =
        found_in(two("when: count.abnormal > 2, do: pause", "when: count.abnormal > 2, do: pause"));
    ASSERT_EQ(codes(got), code_list{"shadowed-rule"});
    EXPECT_EQ(got[0].begin.line, 6);
    EXPECT_NE(got[0].message.find("whenever 'b' holds, 'a'"), std::string::npos);
}

TEST(lint_shadows, the_narrower_condition_adds_nothing) {
    EXPECT_EQ(codes(two("when: count.abnormal > 2, do: pause",
                        "when: count.abnormal >= 4 && ticket.current_batch == 1, do: pause")),
              code_list{"shadowed-rule"});
    EXPECT_EQ(codes(two("when: count.abnormal > 2, do: pause",
                        "when: count.abnormal >= 2 && ticket.current_batch == 1, do: pause")),
              code_list{})
        << "at 2 only the second one holds";
    EXPECT_EQ(codes(two("when: count.abnormal > 2 || count.stuck > 1, do: pause",
                        "when: count.stuck > 1, do: pause")),
              code_list{"shadowed-rule"});
    EXPECT_EQ(codes(two("when: ticket.status != 'READY' && count.abnormal > 1, do: pause",
                        "when: ticket.status == 'PROCESSING' && count.abnormal > 1, do: pause")),
              code_list{"shadowed-rule"});
}

TEST(lint_shadows, another_action_subject_or_time_is_another_rule) {
    EXPECT_EQ(
        codes(two("when: count.abnormal > 2, do: notify", "when: count.abnormal > 3, do: pause")),
        code_list{});
    EXPECT_EQ(codes(two("when: count.abnormal > 2, for: 1m, do: pause",
                        "when: count.abnormal > 3, for: 10s, do: pause")),
              code_list{});
    EXPECT_EQ(codes(two("when: count.abnormal > 2, for: 10s, do: pause",
                        "when: count.abnormal > 3, for: 1m, do: pause")),
              code_list{"shadowed-rule"});
    EXPECT_EQ(codes(two("when: count.abnormal > 2, do: pause",
                        "each: batch, when: count.abnormal > 3, do: pause")),
              code_list{});
    EXPECT_EQ(codes(two("needs: count.settled > 9, when: count.abnormal > 2, do: pause",
                        "when: count.abnormal > 3, do: pause")),
              code_list{})
        << "the first one may lack what it needs";
    EXPECT_EQ(codes(two("when: count.abnormal > 2, do: notify, limit: {times: 1}",
                        "when: count.abnormal > 3, do: notify")),
              code_list{})
        << "the first one may be at its limit";
}

TEST(lint_shadows, a_cancel_leaves_nothing_to_pause) {
    EXPECT_EQ(codes(two("when: count.abnormal > 2, for: 1m, do: cancel",
                        "when: count.abnormal > 3, for: 1m, do: pause")),
              code_list{"shadowed-rule"});
    EXPECT_EQ(codes(two("when: count.abnormal > 2, for: 1m, do: [{do: cancel, approve: true}]",
                        "when: count.abnormal > 3, for: 1m, do: pause")),
              code_list{})
        << "a person may say no";
}

}  // namespace
}  // namespace rolloutd::policies::lint
