#include "tests/sim/prohibitions.h"

#include <gtest/gtest.h>

namespace rolloutd::sim {
namespace {

act_answer recorded_as(std::uint64_t seq) {
    return {.status = 200, .recorded = true, .seq = seq, .text = "done"};
}

struct stops : testing::Test {
    prohibitions judge;
    std::uint64_t last = 0;

    void durable(const std::string& kind, const std::string& ticket = "") {
        daemon::envelope head;
        head.seq = ++last;
        head.kind = kind;
        head.ticket = ticket;
        judge.became_durable(head);
    }
    void freeze() {
        judge.asked("", true);
        durable("freeze");
        EXPECT_EQ(judge.answered("", true, recorded_as(last)), "");
    }
};

TEST_F(stops, a_freeze_is_in_force_from_the_request_on) {
    EXPECT_EQ(judge.against("SCT1"), "");
    judge.asked("", true);
    EXPECT_EQ(judge.against("SCT1"), "freeze");
}

TEST_F(stops, a_hold_is_about_one_ticket) {
    judge.asked("SCT1", true);
    EXPECT_EQ(judge.against("SCT1"), "hold");
    EXPECT_EQ(judge.against("SCT2"), "");
}

TEST_F(stops, a_thaw_needs_its_record) {
    freeze();
    judge.asked("", false);
    EXPECT_EQ(judge.against("SCT1"), "freeze");
    durable("thaw");
    EXPECT_EQ(judge.against("SCT1"), "");
}

TEST_F(stops, what_is_acknowledged_as_recorded_has_to_be_durable) {
    judge.asked("SCT1", true);
    EXPECT_NE(judge.answered("SCT1", true, recorded_as(1)), "");
    act_answer honest = recorded_as(1);
    honest.recorded = false;
    EXPECT_EQ(judge.answered("SCT1", true, honest), "");
    EXPECT_EQ(judge.against("SCT1"), "hold") << "it is in force all the same";
}

TEST_F(stops, what_was_refused_is_not_in_force) {
    judge.asked("SCT1", true);
    EXPECT_EQ(judge.answered("SCT1", true, {.status = 404, .text = {}}), "");
    EXPECT_EQ(judge.against("SCT1"), "");
}

TEST_F(stops, a_recorded_freeze_survives_the_process_and_another_does_not) {
    judge.asked("SCT1", true);
    freeze();
    judge.process_died();
    EXPECT_EQ(judge.against("SCT1"), "freeze");
    EXPECT_TRUE(judge.recorded().at(""));
    EXPECT_FALSE(judge.recorded().contains("SCT1"));
}

TEST_F(stops, nobody_knows_what_a_crash_left_of_a_thaw_that_was_under_way) {
    freeze();
    judge.asked("", false);
    judge.process_died();
    EXPECT_EQ(judge.against("SCT1"), "");
}

TEST_F(stops, a_freeze_that_follows_a_thaw_stands) {
    freeze();
    judge.asked("", false);
    judge.asked("", true);
    durable("thaw");
    EXPECT_EQ(judge.against("SCT1"), "freeze");
    durable("freeze");
    EXPECT_EQ(judge.against("SCT1"), "freeze");
}

TEST_F(stops, a_ticket_that_is_let_go_is_held_no_more) {
    judge.asked("SCT1", true);
    durable("hold", "SCT1");
    durable("unwatch", "SCT1");
    EXPECT_EQ(judge.against("SCT1"), "");
}

}  // namespace
}  // namespace rolloutd::sim
