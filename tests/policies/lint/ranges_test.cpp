#include "policies/lint/ranges.h"

#include "tests/policies/lint/lint_support.h"

namespace rolloutd::policies::lint {
namespace {

range of(const std::string& number, const ticket_shape* shape = nullptr) {
    const policy_set set = loaded({pause_when("(" + number + ") > 1")});
    const policy& owner = set.policies.front();
    const formula what = formula_of(owner.rules.front().when, owner, subject_kind::ticket);
    return range_of(linear_of(what.parts[0]), shape);
}

constexpr double endless = std::numeric_limits<double>::infinity();

TEST(lint_ranges, sums_of_counts_know_that_each_instance_is_in_one_status) {
    EXPECT_EQ(of("count.abnormal - count.total").high, 0);
    EXPECT_EQ(of("count.total - count.settled").low, 0);
    EXPECT_EQ(of("count.processing - count.stuck").low, 0);
    EXPECT_EQ(of("count.abnormal + count.finished").high, endless);
    EXPECT_EQ(of("count.total").low, 1);
    EXPECT_EQ(of("2 * count.abnormal - 3").low, -3);
}

TEST(lint_ranges, a_ticket_bounds_them) {
    const ticket_shape shape{.instances = 8, .batches = 2, .largest_batch = 5, .success_rate = 90};
    EXPECT_EQ(of("count.abnormal + count.finished", &shape).high, 8);
    EXPECT_EQ(of("count.abnormal - count.finished", &shape).low, -8);
    EXPECT_EQ(of("ticket.batches", &shape).low, 2);
}

TEST(lint_ranges, division_of_whole_numbers_is_no_sum) {
    EXPECT_EQ(of("count.abnormal / 2").low, -endless);
}

}  // namespace
}  // namespace rolloutd::policies::lint
