// The five operations: where they are legal, what they do, and the options for what is not
// documented.

#include <gtest/gtest.h>

#include "tests/simulator/model.h"
#include "tests/simulator/test_support.h"

namespace coc_sim {
namespace {

using namespace testing;
using enum order_status;
using enum operation_kind;

TEST(sim_operations, pause_shows_at_once_and_running_instances_go_on) {
    batch_plan staggered = batch_of("ff");
    staggered.stagger = std::chrono::seconds(2);
    ticket one = ticket_of(plan_of({staggered, batch_of("f")}));
    EXPECT_EQ(one.apply(op(pause_order), at(1)).effect, "paused");
    EXPECT_EQ(one.status(), paused);
    one.advance(at(50));
    EXPECT_EQ(states(one), "FR|R") << "what had not begun must wait";
    EXPECT_EQ(one.apply(op(continue_order), at(51)).effect, "continued");
    EXPECT_EQ(states(one), "FP|R");
    one.advance(at(60));
    EXPECT_EQ(one.status(), finished);
}

TEST(sim_operations, pause_may_wait_for_what_runs) {
    ticket one = ticket_of(plan_of({batch_of("ff"), batch_of("f")}, {.pause_waits = true}));
    EXPECT_EQ(one.apply(op(pause_order), at(1)).effect, "pausing");
    EXPECT_EQ(one.status(), processing);
    EXPECT_EQ(one.apply(op(pause_order), at(2)).effect, "illegal");
    one.advance(at(3));
    EXPECT_EQ(one.status(), paused);
    EXPECT_EQ(states(one), "FF|R");
}

TEST(sim_operations, one_continue_releases_a_pause_and_the_rotation_that_fell_due_in_it) {
    ticket one = ticket_of(plan_of({batch_of("f", rotation::pause), batch_of("f")}));
    one.apply(op(pause_order), at(1));
    one.advance(at(10));
    one.apply(op(continue_order), at(10));
    EXPECT_EQ(states(one), "F|P");
}

TEST(sim_operations, a_rotation_pause_still_comes_after_an_early_continue) {
    ticket one = ticket_of(plan_of({batch_of("f", rotation::pause), batch_of("f")}));
    one.apply(op(pause_order), at(1));
    one.apply(op(continue_order), at(2));
    EXPECT_EQ(one.status(), processing);
    one.advance(at(10));
    EXPECT_EQ(one.status(), paused);
}

TEST(sim_operations, a_repeated_continue_is_refused_while_it_runs) {
    ticket one = ticket_of(plan_of({batch_of("f", rotation::pause), batch_of("f")}));
    EXPECT_TRUE(one.apply(op(continue_order), at(4)).accepted);
    const answer second = one.apply(op(continue_order), at(4.1));
    EXPECT_FALSE(second.accepted);
    EXPECT_EQ(second.code.substr(0, 8), "COC.0004");
}

TEST(sim_operations, continue_out_of_abnormal_goes_to_the_next_batch) {
    ticket_plan plan = plan_of({batch_of("a"), batch_of("f")}, {.success = evaluation::batch});
    ticket one = ticket_of(plan);
    one.advance(at(5));
    ASSERT_EQ(one.status(), abnormal);
    EXPECT_TRUE(one.apply(op(continue_order), at(6)).accepted);
    EXPECT_EQ(states(one), "A|P");
}

TEST(sim_operations, continue_out_of_abnormal_can_be_forbidden) {
    rules strict{.success = evaluation::batch};
    strict.legal[continue_order] = {paused};
    ticket one = ticket_of(plan_of({batch_of("a"), batch_of("f")}, strict));
    EXPECT_EQ(one.apply(op(continue_order), at(6)).effect, "illegal");
    EXPECT_EQ(one.status(), abnormal);
}

TEST(sim_operations, skipping_cancels_what_hangs_and_goes_on) {
    ticket one = ticket_of(plan_of({batch_of("fhh"), batch_of("f")}));
    EXPECT_EQ(one.apply(skip(1), at(9)).effect, "skipped");
    EXPECT_EQ(states(one), "FCC|P");
    EXPECT_EQ(one.current_batch(), 2);
    one.advance(at(12));
    EXPECT_EQ(one.status(), finished);
}

TEST(sim_operations, skipping_can_leave_the_instances_as_they_are) {
    ticket one = ticket_of(plan_of({batch_of("fh"), batch_of("f")}, {.skip_cancels = false}));
    one.apply(skip(1), at(1));
    EXPECT_EQ(states(one), "PP|P");
    one.advance(at(20));
    EXPECT_EQ(one.status(), finished);
    EXPECT_EQ(states(one), "FP|F");
}

TEST(sim_operations, only_the_current_unsettled_batch_can_be_skipped) {
    ticket one = ticket_of(plan_of({batch_of("f"), batch_of("h"), batch_of("f")}));
    EXPECT_FALSE(one.apply(skip(1), at(4)).accepted);
    EXPECT_FALSE(one.apply(skip(3), at(4)).accepted);
    EXPECT_FALSE(one.apply(skip(4), at(4)).accepted);
    EXPECT_FALSE(one.apply(op(skip_batch), at(4)).accepted);
    EXPECT_TRUE(one.apply(skip(2), at(4)).accepted);
}

TEST(sim_operations, a_later_batch_can_be_skipped_where_the_rules_say_so) {
    ticket one =
        ticket_of(plan_of({batch_of("f"), batch_of("f"), batch_of("f")}, {.skip_later = true}));
    EXPECT_TRUE(one.apply(skip(2), at(1)).accepted);
    one.advance(at(4));
    EXPECT_EQ(states(one), "F|C|P");
}

TEST(sim_operations, skipping_the_last_batch_ends_the_ticket) {
    ticket one = ticket_of(plan_of({batch_of("h")}));
    one.apply(skip(1), at(9));
    EXPECT_EQ(one.status(), finished);
    EXPECT_EQ(one.finished(), at(9));
}

TEST(sim_operations, cancelling_the_last_hung_instance_lets_the_next_batch_begin) {
    ticket one = ticket_of(plan_of({batch_of("fh"), batch_of("f")}));
    EXPECT_EQ(one.apply(cancel_one(101), at(9)).effect, "instance_canceled");
    EXPECT_EQ(states(one), "FC|P");
}

TEST(sim_operations, settled_and_unknown_instances_cannot_be_cancelled) {
    ticket one = ticket_of(plan_of({batch_of("fh")}));
    EXPECT_FALSE(one.apply(cancel_one(100), at(9)).accepted);
    EXPECT_EQ(one.apply(cancel_one(999), at(9)).code, "COC.00040702");
    EXPECT_FALSE(one.apply(op(cancel_instance), at(9)).accepted);
}

TEST(sim_operations, cancelling_the_ticket_cancels_what_is_not_settled) {
    ticket one = ticket_of(plan_of({batch_of("fh"), batch_of("f")}));
    EXPECT_EQ(one.apply(op(cancel_order), at(9)).effect, "canceled");
    EXPECT_EQ(one.status(), canceled);
    EXPECT_EQ(states(one), "FC|C");
    for (const auto kind : {pause_order, continue_order, cancel_order, skip_batch})
        EXPECT_EQ(one.apply(op(kind), at(10)).effect, "illegal");
}

TEST(sim_operations, an_effect_can_take_its_time) {
    ticket one = ticket_of(plan_of({batch_of("h")}, {.latency = std::chrono::seconds(2)}));
    EXPECT_EQ(one.apply(op(pause_order), at(1)).effect, "scheduled");
    one.advance(at(2.9));
    EXPECT_EQ(one.status(), processing);
    one.advance(at(3));
    EXPECT_EQ(one.status(), paused);
}

TEST(sim_operations, a_late_effect_that_is_illegal_by_then_does_nothing) {
    ticket one = ticket_of(plan_of({batch_of("f")}, {.latency = std::chrono::seconds(5)}));
    EXPECT_TRUE(one.apply(op(pause_order), at(1)).accepted);
    one.advance(at(10));
    EXPECT_EQ(one.status(), finished);
}

}  // namespace
}  // namespace coc_sim
