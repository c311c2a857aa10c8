// Which requests a fault picks.

#include "tests/simulator/fault.h"

#include <gtest/gtest.h>

namespace coc_sim {
namespace {

fault_target get(std::string_view target, int seconds = 0) {
    return {.method = "GET",
            .target = target,
            .ticket = "SCT1",
            .since_start = std::chrono::seconds(seconds)};
}

// "..x" says: of the requests given in turn, the third met the fault.
std::string hits(const fault_plan& plan, int requests) {
    fault_book book;
    book.add(plan);
    std::string text;
    for (int i = 0; i < requests; ++i)
        text += book.next(get("/a/statistics")) ? 'x' : '.';
    return text;
}

// The window in which a fault strikes; `to` 0 means without end.
fault_plan counted(std::uint64_t from, std::uint64_t to, std::uint64_t every = 1) {
    fault_plan plan;
    plan.from = from;
    if (to > 0) plan.to = to;
    plan.every = every;
    return plan;
}

fault_plan of_kind(fault_kind kind) {
    fault_plan plan;
    plan.kind = kind;
    return plan;
}

TEST(sim_fault, without_conditions_every_request_meets_it) { EXPECT_EQ(hits({}, 3), "xxx"); }

TEST(sim_fault, requests_are_counted_from_one) {
    EXPECT_EQ(hits(counted(3, 3), 5), "..x..");
    EXPECT_EQ(hits(counted(2, 4), 6), ".xxx..");
    EXPECT_EQ(hits(counted(1, 0, 3), 7), "x..x..x");
    EXPECT_EQ(hits(counted(2, 5, 2), 7), ".x.x...");
}

TEST(sim_fault, method_path_and_ticket_must_all_match) {
    fault_plan plan;
    plan.method = "GET";
    plan.path = "/statistics$";
    plan.ticket = "SCT1";
    fault_book book;
    book.add(plan);
    fault_target put = get("/statistics");
    put.method = "PUT";
    fault_target other = get("/statistics");
    other.ticket = "SCT2";
    EXPECT_FALSE(book.next(get("/statistics/more")));
    EXPECT_FALSE(book.next(put));
    EXPECT_FALSE(book.next(other));
    EXPECT_EQ(book.states().front().seen, 0U);
    EXPECT_TRUE(book.next(get("/x/statistics")));
    EXPECT_EQ(book.states().front().applied, 1U);
}

TEST(sim_fault, a_window_is_half_open) {
    fault_plan plan;
    plan.after = std::chrono::seconds(10);
    plan.until = std::chrono::seconds(20);
    fault_book book;
    book.add(plan);
    EXPECT_FALSE(book.next(get("/", 9)));
    EXPECT_TRUE(book.next(get("/", 10)));
    EXPECT_TRUE(book.next(get("/", 19)));
    EXPECT_FALSE(book.next(get("/", 20)));
}

TEST(sim_fault, of_two_the_first_wins_and_both_count) {
    fault_plan second = counted(2, 2);
    second.kind = fault_kind::hang;
    fault_book book;
    book.add(second);
    book.add(of_kind(fault_kind::garbage));
    EXPECT_EQ(book.next(get("/")).value_or(fault_plan{}).kind, fault_kind::garbage);
    EXPECT_EQ(book.next(get("/")).value_or(fault_plan{}).kind, fault_kind::hang);
    EXPECT_EQ(book.states().back().seen, 2U);
    EXPECT_EQ(book.states().back().applied, 1U);
}

}  // namespace
}  // namespace coc_sim
