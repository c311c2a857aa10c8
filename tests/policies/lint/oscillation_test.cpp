#include "tests/policies/lint/lint_support.h"

namespace rolloutd::policies::lint {
namespace {

std::string pair(const std::string& stop, const std::string& go, const std::string& tail = "") {
    return with_rules("  - name: stop\n    when: " + stop +
                      "\n    do: pause\n  - name: go\n    when: " + go +
                      "\n    for: 1m\n    do: continue\n" + tail);
}

constexpr const char* paused_by_stop = "ticket.paused_by == 'p/stop'";

TEST(lint_oscillation, limits_without_a_gap_swing) {
    const std::string go = std::string(paused_by_stop) + " && count.processing <= 5";
    EXPECT_EQ(codes(pair("count.processing > 5", go)), code_list{"oscillation"});
    EXPECT_EQ(codes(pair("count.processing > 8", go)), code_list{}) << "there is a gap";
    EXPECT_EQ(codes(pair("count.processing > 5", go, "    limit: {times: 1}\n")), code_list{});
}

TEST(lint_oscillation, a_pause_that_makes_its_own_condition_false_guards_nothing) {
    const std::string stop = "ticket.status == 'PROCESSING' && count.abnormal > 2";
    const auto got = found_in(pair(stop, paused_by_stop));
    ASSERT_EQ(codes(got), code_list{"oscillation"});
    EXPECT_EQ(got[0].begin.line, 9);
    EXPECT_EQ(codes(pair("count.abnormal > 2", paused_by_stop)), code_list{})
        << "while it is true, the pause guards against the continue";
}

TEST(lint_oscillation, only_a_rule_that_names_the_pause_continues_it) {
    EXPECT_EQ(codes(pair("ticket.status == 'PROCESSING' && count.abnormal > 2",
                         "ticket.status == 'PAUSED' && ticket.pause_cause == 'rotation'")),
              code_list{});
}

}  // namespace
}  // namespace rolloutd::policies::lint
