// Each complaint beside a near miss.

#include "tests/policies/lint/lint_support.h"

namespace rolloutd::policies::lint {
namespace {

TEST(lint_comparisons, a_status_that_does_not_exist_is_told_with_the_one_that_was_meant) {
    const auto got = found_in(pause_when("ticket.status == 'PAUSE'"));
    ASSERT_EQ(codes(got), code_list{"unknown-word"});
    EXPECT_EQ(got[0].message, "`ticket.status` is never \"PAUSE\"");
    EXPECT_EQ(got[0].hint, "did you mean \"PAUSED\"?");
    EXPECT_EQ(got[0].begin, (position{6, 11}));
    EXPECT_EQ(got[0].end, (position{6, 35}));
    EXPECT_EQ(codes(pause_when("ticket.status == 'PROCESSING'")), code_list{});
}

TEST(lint_comparisons, words_of_batches_and_instances_are_known_inside_macros_too) {
    EXPECT_EQ(codes(pause_when("instances.exists(i, i.status == 'FAILED')")),
              code_list{"unknown-word"});
    EXPECT_EQ(codes(pause_when("instances.exists(i, i.status == 'ABNORMAL')")), code_list{});
    EXPECT_EQ(codes(pause_when("batches.exists(b, b.rotation == 'STOP')")),
              code_list{"unknown-word"});
    EXPECT_EQ(codes(pause_when("batches.exists(b, b.rotation == 'PAUSE')")), code_list{});
    EXPECT_EQ(codes(pause_when("ticket.status in ['PROCESSING', 'STOPPED']")),
              code_list{"unknown-word"});
    EXPECT_EQ(codes(pause_when("ticket.status in ['PROCESSING', 'READY']")), code_list{});
}

TEST(lint_comparisons, a_list_of_something_else_has_words_of_its_own) {
    EXPECT_EQ(codes(pause_when("instances.map(i, i.zone).exists(status, status == 'a')")),
              code_list{});
}

TEST(lint_comparisons, constants_are_folded) {
    EXPECT_EQ(codes(pause_when("1 > 2")), code_list{"constant-comparison"});
    EXPECT_EQ(codes(pause_when("duration('5m') < duration('1h') && count.abnormal > 1")),
              code_list{"constant-comparison"});
    EXPECT_EQ(codes(pause_when("\"'a' == 'b'\"")), code_list{"constant-comparison"});
}

TEST(lint_comparisons, counts_and_lengths_of_time_are_never_negative) {
    EXPECT_EQ(codes(pause_when("count.abnormal >= 0")), code_list{"constant-comparison"});
    EXPECT_EQ(codes(pause_when("count.abnormal > 0")), code_list{});
    EXPECT_EQ(codes(pause_when("ticket.running_for < duration('0s')")),
              code_list{"constant-comparison"});
    EXPECT_EQ(codes(pause_when("ticket.running_for < duration('-1s')")),
              code_list{"constant-comparison"});
    EXPECT_EQ(codes(pause_when("ticket.running_for < duration('1s')")), code_list{});
}

TEST(lint_comparisons, a_part_is_never_more_than_the_whole) {
    EXPECT_EQ(codes(pause_when("count.abnormal > count.total")), code_list{"constant-comparison"});
    EXPECT_EQ(codes(pause_when("count.settled + count.ready > count.total")),
              code_list{"constant-comparison"});
    EXPECT_EQ(codes(pause_when("count.abnormal >= count.total")), code_list{});
    EXPECT_EQ(codes(pause_when("count.abnormal > count.finished")), code_list{});
}

TEST(lint_comparisons, percentages_and_batches_have_an_end) {
    EXPECT_EQ(
        codes(pause_when("percent(count.abnormal, count.settled) > 100.0", "count.settled > 5")),
        code_list{"constant-comparison"});
    EXPECT_EQ(
        codes(pause_when("percent(count.abnormal, count.settled) > 99.0", "count.settled > 5")),
        code_list{});
    EXPECT_EQ(
        codes(pause_when("percent(count.settled, count.finished) > 120.0", "count.finished > 5")),
        code_list{})
        << "the part is not within the whole";
    EXPECT_EQ(codes(pause_when("ticket.current_batch > 20")), code_list{"constant-comparison"});
    EXPECT_EQ(codes(pause_when("ticket.current_batch > 19")), code_list{});
    EXPECT_EQ(codes(pause_when("ticket.failure_allowed > 100.0")),
              code_list{"constant-comparison"});
}

TEST(lint_comparisons, a_mistake_in_a_variable_is_told_once_and_where_it_stands) {
    const auto got =
        found_in(with_rules("  - {name: a, when: odd && count.abnormal > 1, do: pause}\n"
                            "  - {name: b, when: odd && count.abnormal > 2, do: notify}\n",
                            "  odd: ticket.status == \"PAUSE\"\n"));
    ASSERT_EQ(codes(got), code_list{"unknown-word"});
    EXPECT_EQ(got[0].begin, (position{5, 8}));
}

}  // namespace
}  // namespace rolloutd::policies::lint
