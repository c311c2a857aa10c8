// Conditions that can never be met as a whole, beside those that can.

#include "tests/policies/lint/lint_support.h"

namespace rolloutd::policies::lint {
namespace {

TEST(lint_reach, a_ticket_has_one_status_at_a_time) {
    const auto got =
        found_in(pause_when("ticket.status == 'PAUSED' && ticket.status == 'PROCESSING'"));
    ASSERT_EQ(codes(got), code_list{"never-true"});
    EXPECT_EQ(got[0].begin, (position{6, 40}));
    EXPECT_EQ(codes(pause_when("ticket.status == 'PROCESSING' || ticket.status == 'READY'")),
              code_list{});
}

TEST(lint_reach, numbers_that_leave_nothing_between_them) {
    EXPECT_EQ(codes(pause_when("count.abnormal > 5 && count.abnormal < 6")),
              code_list{"never-true"});
    EXPECT_EQ(codes(pause_when("count.abnormal > 5 && count.abnormal < 7")), code_list{});
    EXPECT_EQ(codes(pause_when("percent(count.abnormal, count.total) > 5.0 && "
                               "percent(count.abnormal, count.total) < 6.0")),
              code_list{});
}

TEST(lint_reach, what_is_needed_belongs_to_the_condition) {
    EXPECT_EQ(codes(pause_when("count.settled < 3", "count.settled >= 5")),
              code_list{"never-true"});
    EXPECT_EQ(codes(pause_when("count.abnormal < 3", "count.settled >= 5")), code_list{});
}

TEST(lint_reach, one_way_out_is_enough) {
    EXPECT_EQ(codes(pause_when("(ticket.status == 'PAUSED' && batches.size() > 1 && "
                               "ticket.status == 'PROCESSING') || count.abnormal > 1")),
              code_list{});
}

TEST(lint_reach, a_batch_is_current_only_while_the_ticket_is_processing) {
    const std::string rule =
        "  - name: r\n    each: batch\n    when: batch.current && ticket.status == 'PAUSED'\n"
        "    do: notify\n";
    EXPECT_EQ(codes(with_rules(rule)), code_list{"never-true"});
    EXPECT_EQ(
        codes(pause_when("ticket.status == 'PROCESSING' && ticket.pause_cause == 'rotation'")),
        code_list{"never-true"});
}

TEST(lint_reach, while_blind_nothing_else_is_known) {
    const auto got =
        found_in(with_rules("  - name: r\n    when: ticket.unseen_for > duration('5m') && "
                            "count.abnormal > 1\n    do: notify\n"));
    ASSERT_EQ(codes(got), code_list{"never-true"});
    EXPECT_NE(got[0].message.find("not known"), std::string::npos);
    EXPECT_EQ(codes(with_rules("  - name: r\n    when: ticket.unseen_for > duration('5m') && "
                               "ticket.name != 'x'\n    do: notify\n")),
              code_list{});
}

TEST(lint_reach, a_condition_that_always_holds_is_told_unless_it_is_the_word_true) {
    EXPECT_EQ(codes(pause_when("ticket.status == 'PAUSED' || ticket.status != 'PAUSED'")),
              code_list{"always-true"});
    EXPECT_EQ(codes(pause_when("ticket.status == 'PROCESSING' || ticket.status != 'PAUSED'")),
              code_list{});
    EXPECT_EQ(codes(with_rules("  - {name: r, when: true, do: notify}\n")), code_list{});
}

TEST(lint_reach, an_action_that_the_status_forbids) {
    EXPECT_EQ(codes(pause_when("ticket.status == 'PAUSED' && count.abnormal > 1")),
              code_list{"never-legal"});
    EXPECT_EQ(codes(with_rules("  - {name: r, when: ticket.status == 'READY', do: continue}\n")),
              code_list{"never-legal"});
    EXPECT_EQ(codes(with_rules("  - {name: r, when: ticket.status == 'PAUSED', do: continue}\n")),
              code_list{});
    EXPECT_EQ(codes(with_rules("  - {name: r, when: ticket.status == 'FINISHED', do: notify}\n")),
              code_list{});
}

TEST(lint_reach, of_a_live_ticket_more_is_certain) {
    const policy_set set = loaded(
        {with_rules("  - {name: few, needs: judged >= 5, when: count.abnormal > 1, do: pause}\n"
                    "  - {name: late, when: ticket.current_batch > 2, do: notify}\n"
                    "  - {name: fine, when: count.abnormal > 1, do: notify}\n",
                    "  judged: count.finished + count.abnormal + count.stuck + count.given_up\n")});
    const ticket_shape small{.instances = 4, .batches = 2, .largest_batch = 2, .success_rate = 90};
    const auto got = unreachable_rules(set.policies.front(), small);
    ASSERT_EQ(got.size(), 2U);
    EXPECT_EQ(got[0].rule, "few");
    EXPECT_NE(got[0].why.find("4 instances"), std::string::npos);
    EXPECT_EQ(got[1].rule, "late");
    const ticket_shape large{.instances = 5, .batches = 3, .largest_batch = 2, .success_rate = 90};
    EXPECT_TRUE(unreachable_rules(set.policies.front(), large).empty());
}

std::string matching(const std::string& match, const std::string& when = "count.abnormal > 1") {
    return "version: 1\npolicy: p\nmatch: " + match + "\nrules:\n  - name: r\n    when: " + when +
           "\n    do: notify\n";
}

TEST(lint_reach, a_match_that_no_ticket_can_meet) {
    const auto found = found_in(
        matching("ticket.name == 'a' && ticket.status == 'READY' && ticket.status == 'PAUSED'"));
    ASSERT_EQ(codes(found), code_list{"never-true"});
    EXPECT_EQ(found[0].message,
              "the policy matches no ticket: `ticket.status == 'READY'` excludes "
              "`ticket.status == 'PAUSED'`");
    EXPECT_EQ(found[0].begin.line, 3);
    EXPECT_EQ(found[0].begin.column, 58);
    EXPECT_EQ(codes(matching("ticket.status == 'READY' || ticket.status == 'PAUSED'")),
              code_list{});
}

TEST(lint_reach, a_match_of_a_word_that_does_not_exist_is_told_once) {
    const auto found = found_in(matching("ticket.name != '' && ticket.status == 'PAUSE'"));
    ASSERT_EQ(codes(found), code_list{"unknown-word"});
    EXPECT_EQ(found[0].begin.line, 3);
    EXPECT_EQ(found[0].begin.column, 29);
    EXPECT_EQ(found[0].hint, "did you mean \"PAUSED\"?");
}

TEST(lint_reach, a_match_that_every_ticket_meets_is_told_unless_it_is_the_word_true) {
    EXPECT_EQ(codes(matching("ticket.batches > 1 || ticket.batches < 2")),
              code_list{"always-true"});
    EXPECT_EQ(codes(matching("ticket.batches > 2 || ticket.batches < 2")), code_list{});
    EXPECT_EQ(codes(matching("true")), code_list{});
}

TEST(lint_reach, a_rule_that_holds_only_where_its_policy_does_not_match) {
    const auto found = found_in(matching("ticket.batches > 5", "ticket.batches < 3"));
    ASSERT_EQ(codes(found), code_list{"never-true"});
    EXPECT_EQ(found[0].message,
              "the rule can never hold: the policy's `match` asks for `ticket.batches > 5`, which "
              "excludes `ticket.batches < 3`");
    EXPECT_EQ(found[0].begin.line, 6);
    EXPECT_EQ(codes(matching("ticket.batches > 5", "ticket.batches < 7")), code_list{});
}

std::string doing(const std::string& when, const std::string& what) {
    return with_rules("  - name: r\n    when: " + when + "\n    do: " + what + "\n");
}

TEST(lint_reach, an_operation_on_a_ticket_that_cannot_be_read_is_never_done) {
    const auto found = found_in(doing("ticket.unseen_for > duration('5m')", "pause"));
    ASSERT_EQ(codes(found), code_list{"never-legal"});
    EXPECT_EQ(found[0].begin.line, 7);
    EXPECT_EQ(found[0].begin.column, 9);
    EXPECT_EQ(codes(doing("ticket.unseen_for > duration('5m')", "notify")), code_list{});
    EXPECT_EQ(codes(doing("ticket.unseen_for > duration('5m') || count.abnormal > 1", "pause")),
              code_list{})
        << "it acts when it sees";
}

TEST(lint_reach, a_continue_of_a_pause_that_no_rule_may_end) {
    const std::string paused = "ticket.status == 'PAUSED' && ticket.pause_cause == ";
    const auto found = found_in(doing(paused + "'policy'", "continue"));
    ASSERT_EQ(codes(found), code_list{"never-legal"});
    EXPECT_NE(found[0].hint.find("ticket.paused_by == \"p/RULE\""), std::string::npos);
    EXPECT_EQ(codes(doing(paused + "'operator'", "continue")), code_list{"never-legal"});
    EXPECT_EQ(codes(doing(paused + "'rotation'", "continue")), code_list{});
    EXPECT_EQ(codes(doing(paused + "'policy' && ticket.paused_by == 'p/x'", "continue")),
              code_list{});
    EXPECT_EQ(codes(doing("ticket.status == 'PAUSED'", "continue")), code_list{});
    EXPECT_EQ(codes(doing(paused + "'policy'", "notify")), code_list{});
}

}  // namespace
}  // namespace rolloutd::policies::lint
