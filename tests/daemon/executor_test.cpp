#include "daemon/executor.h"

#include <gtest/gtest.h>

#include "tests/api/run.h"
#include "tests/daemon/stage.h"

namespace rolloutd::daemon::testing {
namespace {

using api::test::run;
using api::test::settle;

// A journal that says what the test wants.
class told_recorder final : public recorder {
public:
    policies::stamp record(const policies::ticket_id&, const policies::event&,
                           policies::timestamp at) override {
        return {1, at};
    }
    void record_seen(policies::timestamp, policies::timestamp) override {}
    boost::asio::awaitable<bool> durable(policies::sequence seq) override {
        asked_for = seq;
        co_return well;
    }
    policies::fleet_view fleet(const policies::ticket_id&, policies::timestamp) const override {
        return {};
    }
    bool writable() const override { return well; }
    bool well = true;
    policies::sequence asked_for = 0;
};

struct sending : ::testing::Test {
    boost::asio::io_context io{1};
    api::manual_clock time{io.get_executor(), policies::timestamp{1'000'000'000ms}};
    scripted_gateway cloud{time};
    told_recorder records;
    metrics counters{time.now()};
    memory_log log;
    brakes stops;
    executor hands{executor::parts{io.get_executor(), time, cloud, records, counters, log, stops}};

    permit a_permit(policies::action what) {
        permit made;
        made.ticket = "SCT1";
        made.what.what.what = what;
        made.intent = 17;
        made.given = time.steady_now();
        return made;
    }
    policies::input carry_out(permit what) { return run(io, hands.carry_out(std::move(what))); }
    void TearDown() override { run(io, hands.join()); }
};

TEST_F(sending, an_operation_goes_out_once_and_its_answer_comes_back) {
    const auto got = carry_out(a_permit(policies::action::pause));
    const auto* answer = std::get_if<policies::answer>(&got);
    ASSERT_NE(answer, nullptr);
    EXPECT_EQ(answer->intent, 17U);
    EXPECT_EQ(answer->kind, policies::answer_kind::accepted);
    EXPECT_EQ(records.asked_for, 17U);
    EXPECT_EQ(cloud.operations.size(), 1U);
}

TEST_F(sending, nothing_is_sent_when_the_intent_cannot_be_made_durable) {
    records.well = false;
    const auto got = carry_out(a_permit(policies::action::pause));
    ASSERT_TRUE(std::holds_alternative<policies::withheld>(got));
    EXPECT_EQ(std::get<policies::withheld>(got).why, "journal");
    EXPECT_TRUE(cloud.operations.empty());
}

TEST_F(sending, brakes_hold_even_a_pause_back) {
    for (const std::string why : {"stop", "freeze", "hold"}) {
        stops = {};
        stops.stopping = why == "stop";
        stops.frozen = why == "freeze";
        if (why == "hold") stops.held.insert("SCT1");
        const auto got = carry_out(a_permit(policies::action::pause));
        ASSERT_TRUE(std::holds_alternative<policies::withheld>(got)) << why;
        EXPECT_EQ(std::get<policies::withheld>(got).why, why);
    }
    EXPECT_TRUE(cloud.operations.empty());
}

TEST_F(sending, a_persons_operation_passes_freeze_and_hold_but_no_stop) {
    permit asked = a_permit(policies::action::pause);
    asked.what.by = "ana";
    stops.frozen = true;
    stops.held.insert("SCT1");
    EXPECT_TRUE(std::holds_alternative<policies::answer>(carry_out(asked)));
    stops.stopping = true;
    EXPECT_TRUE(std::holds_alternative<policies::withheld>(carry_out(asked)));
    EXPECT_EQ(cloud.operations.size(), 1U);
}

TEST_F(sending, a_permit_is_good_for_two_seconds_but_for_a_pause) {
    permit skip = a_permit(policies::action::skip_batch);
    permit pause = a_permit(policies::action::pause);
    time.advance(2001ms);
    EXPECT_TRUE(std::holds_alternative<policies::withheld>(carry_out(skip)));
    EXPECT_TRUE(std::holds_alternative<policies::answer>(carry_out(pause)));
    EXPECT_EQ(cloud.operations.size(), 1U);
}

boost::asio::awaitable<void> keep(executor& hands, permit what,
                                  std::optional<policies::input>& to) {
    policies::input got = co_await hands.carry_out(std::move(what));
    to = std::move(got);
}

// An operation under way, and what came of it.
struct sending_slowly : sending {
    ~sending_slowly() override { run(io, group.join()); }

    void begin(policies::action what) {
        group.spawn("test", keep(hands, a_permit(what), got));
        settle(io);
    }

    std::optional<policies::input> got;
    api::task_group group{io.get_executor(), nullptr};
};

TEST_F(sending_slowly, a_stop_waits_for_the_answer_for_so_long_and_then_calls_it_unknown) {
    cloud.hold_operations = true;
    begin(policies::action::pause);
    EXPECT_EQ(hands.in_flight(), 1);
    hands.stop_by(time.now() + 8s);
    settle(io);
    EXPECT_FALSE(got) << "there is time left";
    time.advance(8s);
    settle(io);
    ASSERT_TRUE(got);
    EXPECT_EQ(std::get<policies::answer>(*got).kind, policies::answer_kind::unknown);
    EXPECT_EQ(hands.in_flight(), 0);
}

// As long as it waited, its ticket would not be read, and a pause would come late.
TEST_F(sending_slowly, what_can_no_longer_be_written_is_not_waited_for) {
    cloud.hold_turns = true;
    begin(policies::action::continue_ticket);
    time.advance(2s);
    settle(io);
    EXPECT_FALSE(got);
    time.advance(1ms);
    settle(io);
    ASSERT_TRUE(got);
    EXPECT_EQ(std::get<policies::withheld>(*got).why, "late");
    cloud.release();
    settle(io);
    EXPECT_TRUE(cloud.operations.empty());
}

// What is on its way is waited for, however old its reading becomes meanwhile.
TEST_F(sending_slowly, what_was_written_in_time_may_be_answered_late) {
    cloud.hold_operations = true;
    begin(policies::action::continue_ticket);
    time.advance(20s);
    settle(io);
    EXPECT_FALSE(got);
    cloud.release();
    settle(io);
    ASSERT_TRUE(got);
    EXPECT_EQ(std::get<policies::answer>(*got).kind, policies::answer_kind::accepted);
}

// What waits for a connection or for our own rate limit could else be written much later, beside
// the next try of the same operation.
TEST_F(sending_slowly, a_call_that_is_given_up_can_send_nothing_any_more) {
    cloud.hold_turns = true;
    begin(policies::action::pause);
    time.advance(59s);
    settle(io);
    EXPECT_FALSE(got) << "a pause may wait";
    time.advance(1s);
    settle(io);
    ASSERT_TRUE(got);
    EXPECT_EQ(std::get<policies::withheld>(*got).why, "abandoned");
    cloud.release();
    settle(io);
    EXPECT_TRUE(cloud.operations.empty());
    EXPECT_EQ(log.count("operation_failed"), 0) << "it was asked to end";
}

}  // namespace
}  // namespace rolloutd::daemon::testing
