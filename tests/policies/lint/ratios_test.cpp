#include "tests/policies/lint/lint_support.h"

namespace rolloutd::policies::lint {
namespace {

constexpr const char* failed_share = "percent(count.abnormal, count.settled) > 10.0";

TEST(lint_ratios, a_share_without_a_least_number_of_instances) {
    const auto got = found_in(pause_when(failed_share));
    ASSERT_EQ(codes(got), code_list{"ratio-without-needs"});
    EXPECT_EQ(got[0].hint, "add `needs: count.settled >= 5`");
    EXPECT_EQ(codes(pause_when(failed_share, "count.settled >= 5")), code_list{});
}

TEST(lint_ratios, a_condition_that_asks_for_evidence_itself_needs_no_needs) {
    EXPECT_EQ(codes(pause_when(std::string(failed_share) + " && count.finished >= 10")),
              code_list{});
    EXPECT_EQ(codes(pause_when(std::string(failed_share) + " && count.ready >= 10")),
              code_list{"ratio-without-needs"})
        << "what is still to come is no evidence";
    const code_list got = codes(pause_when(std::string(failed_share) + " && count.settled >= 0"));
    EXPECT_EQ(got, (code_list{"ratio-without-needs", "constant-comparison"}))
        << "none is no evidence";
}

TEST(lint_ratios, a_share_of_what_never_changes_has_its_evidence) {
    EXPECT_EQ(codes(pause_when("percent(count.abnormal, count.total) > 10.0")), code_list{});
    EXPECT_EQ(codes(pause_when("double(count.abnormal) / double(count.total) > 0.1")), code_list{});
    EXPECT_EQ(codes(pause_when("double(count.abnormal) / double(count.settled) > 0.1")),
              code_list{"ratio-without-needs"});
}

TEST(lint_ratios, an_interval_says_itself_how_much_it_knows) {
    EXPECT_EQ(codes(pause_when("percent_lower(count.abnormal, count.settled, 0.95) > 10.0")),
              code_list{});
}

TEST(lint_ratios, one_in_a_variable_is_shown_where_the_rule_uses_it) {
    const auto got = found_in(with_rules("  - {name: r, when: share > 10.0, do: pause}\n",
                                         "  share: percent(count.abnormal, count.settled)\n"));
    ASSERT_EQ(codes(got), code_list{"ratio-without-needs"});
    EXPECT_EQ(got[0].begin, (position{7, 21}));
    EXPECT_EQ(got[0].end, (position{7, 26}));
}

constexpr const char* skips =
    "  - name: skip\n    each: batch\n    when: batch.current && batch.unchanged_for > "
    "duration('1h')\n    do: skip_batch\n";

TEST(lint_ratios, a_pause_beside_a_skip_counts_what_was_given_up) {
    const std::string pause = "  - {name: r, when: count.abnormal > 2, do: pause}\n";
    const auto got = found_in(with_rules(pause + skips));
    ASSERT_EQ(codes(got), code_list{"given-up-not-counted"});
    EXPECT_NE(got[0].message.find("'skip'"), std::string::npos);
    EXPECT_EQ(codes(with_rules(pause)), code_list{});
    EXPECT_EQ(
        codes(with_rules("  - {name: r, when: count.abnormal + count.given_up > 2, do: pause}\n" +
                         std::string(skips))),
        code_list{});
}

TEST(lint_ratios, the_skip_may_stand_in_another_policy_for_the_same_tickets) {
    const std::string pause = pause_when("count.abnormal > 2");
    const auto other = [](const std::string& match) {
        return "version: 1\npolicy: other\nmatch: " + match + "\nrules:\n" + skips;
    };
    EXPECT_EQ(codes(find(loaded({pause, other("ticket.name == 'x'")}))),
              code_list{"given-up-not-counted"})
        << "the pause is for all tickets";
    std::string narrow = pause;
    narrow.replace(narrow.find("match: true"), 11, "match: ticket.name == 'y'");
    EXPECT_EQ(codes(find(loaded({narrow, other("ticket.name == 'x'")}))), code_list{});
}

}  // namespace
}  // namespace rolloutd::policies::lint
