// The ticket's life without anybody's operations: which batch runs when, and how a ticket ends.

#include "tests/simulator/model.h"

#include <gtest/gtest.h>

#include "tests/simulator/test_support.h"

namespace coc_sim {
namespace {

using namespace testing;
using enum order_status;

TEST(sim_model, a_ticket_is_ready_until_its_start_delay_is_over) {
    ticket_plan plan = plan_of({batch_of("f")});
    plan.start_delay = std::chrono::seconds(5);
    ticket one = ticket_of(plan);
    one.advance(at(4.999));
    EXPECT_EQ(one.status(), ready);
    EXPECT_EQ(states(one), "R");
    one.advance(at(5));
    EXPECT_EQ(one.status(), processing);
    EXPECT_EQ(states(one), "P");
}

TEST(sim_model, a_batch_begins_when_the_one_before_is_settled) {
    ticket one = ticket_of(plan_of({batch_of("fa"), batch_of("f")}));
    one.advance(at(2.999));
    EXPECT_EQ(states(one), "PP|R");
    EXPECT_EQ(one.current_batch(), 1);
    one.advance(at(3));
    EXPECT_EQ(states(one), "FA|P");
    EXPECT_EQ(one.current_batch(), 2);
    EXPECT_EQ(one.finished(), std::nullopt);
    one.advance(at(6));
    EXPECT_EQ(one.status(), finished);
    EXPECT_EQ(one.finished(), at(6));
}

TEST(sim_model, one_late_look_sees_what_many_looks_would_have_seen) {
    ticket patient = ticket_of(plan_of({batch_of("faf"), batch_of("ff"), batch_of("r")}));
    ticket restless = ticket_of(plan_of({batch_of("faf"), batch_of("ff"), batch_of("r")}));
    for (int step = 0; step <= 200; ++step)
        restless.advance(at(step * 0.1));
    patient.advance(at(20));
    EXPECT_EQ(states(patient), "FAF|FF|R");
    EXPECT_EQ(states(restless), states(patient));
    EXPECT_EQ(restless.finished(), patient.finished());
    EXPECT_EQ(patient.finished(), at(9));
}

TEST(sim_model, time_does_not_go_back) {
    ticket one = ticket_of(plan_of({batch_of("f"), batch_of("f")}));
    one.advance(at(4));
    one.advance(at(1));
    EXPECT_EQ(states(one), "F|P");
}

TEST(sim_model, a_rotation_pause_holds_between_batches_only) {
    ticket one =
        ticket_of(plan_of({batch_of("f", rotation::pause), batch_of("f", rotation::pause)}));
    one.advance(at(100));
    EXPECT_EQ(one.status(), paused);
    EXPECT_EQ(one.current_batch(), 1);
    EXPECT_EQ(states(one), "F|R");
    EXPECT_TRUE(one.apply(op(operation_kind::continue_order), at(101)).accepted);
    EXPECT_EQ(states(one), "F|P");
    one.advance(at(104));
    EXPECT_EQ(one.status(), finished) << "after the last batch there is nothing to pause for";
}

TEST(sim_model, a_hung_instance_keeps_its_batch_for_ever) {
    ticket one = ticket_of(plan_of({batch_of("fh"), batch_of("f")}));
    one.advance(at(1e6));
    EXPECT_EQ(one.status(), processing);
    EXPECT_EQ(states(one), "FP|R");
}

TEST(sim_model, instances_of_a_batch_may_start_one_after_another) {
    batch_plan staggered = batch_of("fff");
    staggered.stagger = std::chrono::seconds(1);
    ticket one = ticket_of(plan_of({staggered}));
    one.advance(at(1.5));
    EXPECT_EQ(states(one), "PPR");
    one.advance(at(3.5));
    EXPECT_EQ(states(one), "FPP");
}

TEST(sim_model, the_success_rate_never_matters_by_default) {
    ticket one = ticket_of(plan_of({batch_of("aaaa"), batch_of("f")}));
    one.advance(at(10));
    EXPECT_EQ(one.status(), finished);
}

TEST(sim_model, the_success_rate_of_each_batch_can_stop_the_ticket) {
    ticket_plan plan = plan_of({batch_of("fffff"), batch_of("fffaa"), batch_of("f")},
                               {.success = evaluation::batch});
    plan.success_rate = 70;
    ticket one = ticket_of(plan);
    one.advance(at(100));
    EXPECT_EQ(one.status(), abnormal);
    EXPECT_EQ(one.finished(), std::nullopt) << "ABNORMAL is not the end (reference §3.3)";
    EXPECT_EQ(states(one), "FFFFF|FFFAA|R");
}

TEST(sim_model, a_success_rate_that_is_just_met_goes_on) {
    ticket_plan plan = plan_of({batch_of("fffaa"), batch_of("f")}, {.success = evaluation::batch});
    plan.success_rate = 60;
    ticket one = ticket_of(plan);
    one.advance(at(100));
    EXPECT_EQ(one.status(), finished);
}

TEST(sim_model, a_cumulative_success_rate_counts_the_batches_before) {
    ticket_plan plan = plan_of({batch_of("fffff"), batch_of("fffaa"), batch_of("f")},
                               {.success = evaluation::cumulative});
    plan.success_rate = 70;
    ticket one = ticket_of(plan);
    one.advance(at(100));
    EXPECT_EQ(one.status(), finished) << "8 of 10 is more than 70 %";
}

TEST(sim_model, what_a_person_does_happens_at_its_time) {
    ticket_plan plan = plan_of({batch_of("f"), batch_of("f")});
    plan.people.push_back({.at = std::chrono::seconds(1), .what = op(operation_kind::pause_order)});
    plan.people.push_back(
        {.at = std::chrono::seconds(9), .what = op(operation_kind::continue_order)});
    ticket one = ticket_of(plan);
    one.advance(at(8));
    EXPECT_EQ(one.status(), paused);
    EXPECT_EQ(states(one), "F|R");
    one.advance(at(9));
    EXPECT_EQ(states(one), "F|P");
}

TEST(sim_model, every_word_of_the_wire_reads_back) {
    for (const auto status : {ready, processing, abnormal, paused, canceled, finished})
        EXPECT_EQ(parse_order_status(to_text(status)), status);
    EXPECT_EQ(parse_order_status("ROLLBACKED"), std::nullopt);
    EXPECT_EQ(parse_instance_status("ROLLBACKED"), instance_status::rollbacked);
    EXPECT_EQ(parse_operation_kind("RETRY_INSTANCE"), std::nullopt);
    EXPECT_EQ(parse_rotation("PAUSE"), rotation::pause);
}

}  // namespace
}  // namespace coc_sim
