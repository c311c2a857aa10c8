#include "tests/sim/referee.h"

#include <gtest/gtest.h>

namespace rolloutd::sim {
namespace {

using namespace std::chrono_literals;

const timestamp start = *policies::parse_timestamp("2026-11-21T10:00:00.000Z");

TEST(rate_gauge, lets_a_burst_go_and_then_what_the_rate_earns) {
    rate_gauge gauge({.per_second = 20, .burst = 40});
    for (int n = 0; n < 40; ++n)
        EXPECT_TRUE(gauge.count(start)) << n;
    EXPECT_TRUE(gauge.count(start + 50ms));
    EXPECT_FALSE(gauge.count(start + 99ms));
}

TEST(rate_gauge, finds_an_interval_that_begins_anywhere) {
    rate_gauge gauge({.per_second = 10, .burst = 2});
    EXPECT_TRUE(gauge.count(start));
    EXPECT_TRUE(gauge.count(start + 10s));
    EXPECT_TRUE(gauge.count(start + 10s));
    EXPECT_TRUE(gauge.count(start + 10s + 100ms));
    EXPECT_FALSE(gauge.count(start + 10s + 199ms));
}

// What one ticket's story brings before the referee.
struct game : ::testing::Test {
    referee judge{{.per_second = 20, .burst = 40}};
    timestamp now = start;
    std::uint64_t number = 0;

    parcel request(const std::string& method, const std::string& rest, const std::string& body) {
        parcel what;
        what.number = ++number;
        what.request.method = method;
        what.request.target = "/v1/job/script/orders/SCT1" + rest;
        what.request.body = body;
        return what;
    }
    void read(bool well) {
        const parcel what = request("GET", "/statistics", "");
        judge.written(what, now);
        judge.ended(what, well, now);
    }
    parcel pause() { return request("PUT", "/operation", R"({"operation_type":"PAUSE_ORDER"})"); }
    parcel resume() {
        return request("PUT", "/operation", R"({"operation_type":"CONTINUE_ORDER"})");
    }
    void carry_out(const parcel& what) {
        judge.written(what, now);
        judge.took_effect(what, "paused", now);
        judge.ended(what, true, now);
    }
    // `by`: the member that names the person whose it is, if it is one's.
    void intend(int seq, const std::string& operation, int episode, const std::string& by = "") {
        const std::string zeros(64, '0');
        judge.became_durable(
            R"({"v":1,"seq":)" + std::to_string(seq) +
            R"(,"at":"2026-11-21T10:00:00.000Z","kind":"intent","ticket":"SCT1","tseq":)" +
            std::to_string(seq) + R"(,"decision":)" + std::to_string(episode) +
            R"(,"policy":"web","rule":"bad","subject":"ticket","episode":)" +
            std::to_string(episode) + R"(,"step":0,)" + by +
            R"("request":{"method":"PUT","target":"/x","body":"{\"operation_type\":\")" +
            operation + R"(\"}"},"prev":")" + zeros + R"(","hash":")" + zeros + R"("})");
    }
    std::string first() const {
        return judge.violations().empty() ? "" : judge.violations().front();
    }
};

TEST_F(game, is_fair_when_each_operation_has_its_reading_and_intent) {
    read(true);
    intend(1, "PAUSE_ORDER", 1);
    carry_out(pause());
    read(true);
    intend(2, "PAUSE_ORDER", 2);
    carry_out(pause());
    EXPECT_EQ(first(), "");
    EXPECT_EQ(judge.effects_on("SCT1").at("paused"), 2);
}

TEST_F(game, an_operation_needs_an_intent_of_its_own) {
    read(true);
    intend(1, "PAUSE_ORDER", 1);
    const parcel sent = pause();
    judge.written(sent, now);
    judge.ended(sent, false, now);
    EXPECT_EQ(first(), "");
    judge.written(pause(), now);
    EXPECT_NE(first().find("without a durable intent"), std::string::npos) << first();
}

TEST_F(game, the_intent_must_be_for_the_same_operation) {
    read(true);
    intend(1, "CONTINUE_ORDER", 1);
    judge.written(pause(), now);
    EXPECT_NE(first().find("without a durable intent"), std::string::npos) << first();
}

TEST_F(game, two_effects_in_one_episode_are_one_too_many) {
    read(true);
    intend(1, "PAUSE_ORDER", 1);
    intend(2, "PAUSE_ORDER", 1);
    carry_out(pause());
    EXPECT_EQ(first(), "");
    carry_out(pause());
    EXPECT_NE(first().find("took effect 2 times"), std::string::npos) << first();
}

TEST_F(game, nothing_is_sent_beside_another_operation) {
    read(true);
    intend(1, "PAUSE_ORDER", 1);
    intend(2, "PAUSE_ORDER", 2);
    judge.written(pause(), now);
    EXPECT_EQ(first(), "");
    judge.written(pause(), now);
    EXPECT_NE(first().find("beside another"), std::string::npos) << first();
}

TEST_F(game, nothing_is_sent_upon_a_reading_that_failed) {
    read(true);
    read(false);
    intend(1, "PAUSE_ORDER", 1);
    judge.written(pause(), now);
    EXPECT_NE(first().find("reading that failed"), std::string::npos) << first();
}

TEST_F(game, all_but_a_pause_rests_on_a_young_reading) {
    read(true);
    intend(1, "PAUSE_ORDER", 1);
    intend(2, "CONTINUE_ORDER", 2);
    now += 2001ms;
    carry_out(pause());
    EXPECT_EQ(first(), "");
    judge.written(resume(), now);
    EXPECT_NE(first().find("too old"), std::string::npos) << first();
}

TEST_F(game, a_second_try_needs_a_reading_after_the_first) {
    read(true);
    intend(1, "PAUSE_ORDER", 1);
    intend(2, "PAUSE_ORDER", 1);
    intend(3, "PAUSE_ORDER", 1);
    now += 1s;
    const parcel lost = pause();
    judge.written(lost, now);
    judge.ended(lost, false, now);
    now += 1s;
    read(true);
    const parcel again = pause();
    judge.written(again, now);
    judge.ended(again, false, now + 1s);
    EXPECT_EQ(first(), "");
    judge.written(pause(), now + 2s);
    EXPECT_NE(first().find("without a reading"), std::string::npos) << first();
}

TEST_F(game, a_new_process_owes_nothing_to_what_was_under_way_but_has_to_read) {
    read(true);
    intend(1, "PAUSE_ORDER", 1);
    intend(2, "PAUSE_ORDER", 1);
    judge.written(pause(), now);
    now += 1s;
    judge.process_died(now);
    now += 1s;
    read(true);
    judge.written(pause(), now);
    EXPECT_EQ(first(), "");
}

TEST_F(game, no_rule_acts_while_people_forbid_it) {
    read(true);
    intend(1, "PAUSE_ORDER", 1);
    intend(2, "PAUSE_ORDER", 2);
    judge.act_heard("hold", "SCT2");
    carry_out(pause());
    EXPECT_EQ(first(), "");
    judge.act_heard("freeze", "");
    judge.written(pause(), now);
    EXPECT_NE(first().find("in spite of a freeze"), std::string::npos) << first();
}

TEST_F(game, a_person_acts_on_a_ticket_that_is_held_and_once_per_order) {
    read(true);
    judge.act_heard("hold", "SCT1");
    const std::string by_ana = R"("by":"ana",)";
    intend(1, "PAUSE_ORDER", 1, by_ana);
    carry_out(pause());
    intend(2, "PAUSE_ORDER", 2, by_ana);
    carry_out(pause());
    EXPECT_EQ(first(), "");
    read(true);
    intend(3, "PAUSE_ORDER", 2, by_ana);
    carry_out(pause());
    EXPECT_NE(first().find("took effect 2 times"), std::string::npos) << first();
}

TEST_F(game, who_is_told_that_something_is_recorded_must_not_be_told_too_early) {
    judge.act_heard("freeze", "");
    judge.act_answered("freeze", "", {.status = 200, .recorded = true, .seq = 7, .text = "frozen"},
                       now);
    EXPECT_NE(first().find("not durable"), std::string::npos) << first();
    EXPECT_EQ(judge.seen().acts.at("freeze"), 1);
}

TEST_F(game, what_was_durable_must_be_there_in_the_end) {
    const std::string line =
        R"({"v":1,"seq":1,"at":"2026-11-21T10:00:00.000Z","kind":"seen","prev":"","hash":")" +
        std::string(64, 'a') + R"("})";
    judge.became_durable(line);
    referee forgetful = judge;
    judge.found(line);
    judge.report_lost(now);
    EXPECT_EQ(first(), "");
    forgetful.report_lost(now);
    EXPECT_EQ(forgetful.violations().size(), 1U);
}

}  // namespace
}  // namespace rolloutd::sim
