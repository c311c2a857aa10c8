// DESIGN §7, as conditions see it over time: when facts advance, from when they are known, and what
// they never forget.

#include <gtest/gtest.h>

#include "policies/facts.h"
#include "policies/rule_scope.h"
#include "tests/support/rollout_story.h"

namespace rolloutd::tests::facts_story {

using namespace policies;

namespace {

a_ticket running(int finished, int size = 10) {
    return a_ticket().batch(size).batch(2).with_details().in_batch(
        1, {{"FINISHED", finished}, {"PROCESSING", size - finished}});
}

// What the expression says at this moment of the story, for a subject of its kind.
cel::value value_of(const rollout_story& story, const std::string& text, const subject& who = {}) {
    const auto made = cel::compile(text, facts_environment(who.kind));
    if (!std::holds_alternative<cel::expression>(made)) return cel::value::error("compile", text);
    static const policy owner = a_policy().build();
    const fact_view view{story.state(), story.now(), false};
    const rule_scope scope{view, owner, who, nullptr};
    return scope.evaluate(std::get<cel::expression>(made), nullptr);
}

std::string text_of(const rollout_story& story, const std::string& text, const subject& who = {}) {
    const cel::value got = value_of(story, text, who);
    return got.is_error() ? got.as_error().code : got.text();
}

std::chrono::nanoseconds length_of(const rollout_story& story, const std::string& text,
                                   const subject& who = {}) {
    const cel::value got = value_of(story, text, who);
    if (got.is_error()) {
        ADD_FAILURE() << text << ": " << got.as_error().code;
        return {};
    }
    return got.as_duration();
}

const subject first_batch{.kind = subject_kind::batch, .number = 1};
const subject last_host{.kind = subject_kind::instance, .number = 1010};

}  // namespace

TEST(fact_stories, running_and_unchanged_advance_only_while_processing_is_seen) {
    struct sample {
        const char* text;
        subject who;
    };
    const std::vector<sample> clocks{{"ticket.running_for", {}},
                                     {"ticket.unchanged_for", {}},
                                     {"batch.running_for", first_batch},
                                     {"batch.unchanged_for", first_batch},
                                     {"instance.running_for", last_host}};
    rollout_story story{{a_policy()}};
    const auto expect_all = [&](duration expected, const char* when) {
        for (const sample& each : clocks)
            EXPECT_EQ(length_of(story, each.text, each.who), expected) << each.text << ", " << when;
    };
    story.watch(running(1), 3);
    expect_all(10s, "running");
    story.watch(running(1).paused(), 10);
    expect_all(10s, "paused");
    story.watch(running(1).abnormal(), 10);
    expect_all(10s, "ABNORMAL");
    story.watch(running(1), 2);
    expect_all(15s, "running again, from the reading that showed it");
    story.after(1h).see(running(1));
    expect_all(15s, "an hour that nobody saw");
    story.restart(story.now());
    story.watch(running(1), 1);
    expect_all(15s, "a restart");
}

TEST(fact_stories, paused_for_is_wall_time_since_paused_was_seen) {
    rollout_story story{{a_policy()}};
    story.watch(running(1), 2);
    EXPECT_EQ(length_of(story, "ticket.paused_for"), 0s);
    story.watch(running(1).paused(), 1);
    EXPECT_EQ(length_of(story, "ticket.paused_for"), 0s);
    story.watch(running(1).paused(), 2);
    EXPECT_EQ(length_of(story, "ticket.paused_for"), 10s);
    story.after(1h).see(running(1).paused());
    EXPECT_EQ(length_of(story, "ticket.paused_for"), 1h + 10s) << "looked at or not";
    story.watch(running(1), 1);
    EXPECT_EQ(length_of(story, "ticket.paused_for"), 0s);
}

TEST(fact_stories, unseen_for_is_known_while_blind_and_nothing_while_seen) {
    rollout_story story{{a_policy().rule(
        a_rule("blind").when("ticket.unseen_for >= duration(\"30s\")").do_notify())}};
    story.watch(running(1), 2);
    const timestamp seen = story.now();
    EXPECT_EQ(length_of(story, "ticket.unseen_for"), 0s);
    story.after(29999ms).fail();
    EXPECT_EQ(story.last().views.at(0).now, verdict::no);
    story.after(1ms).fail();
    EXPECT_EQ(story.last().views.at(0).now, verdict::yes);
    EXPECT_EQ(story.all<notified>().size(), 1u);
    EXPECT_EQ(fact_view(story.state(), story.now(), true).unseen_for(), story.now() - seen);
}

TEST(fact_stories, unchanged_for_of_a_batch_starts_anew_with_each_change_in_it_alone) {
    rollout_story story{{a_policy()}};
    const auto two = [](int first, int second) {
        return a_ticket()
            .batch(10)
            .batch(10)
            .with_details()
            .in_batch(1, {{"FINISHED", first}, {"PROCESSING", 10 - first}})
            .in_batch(2, {{"FINISHED", second}, {"PROCESSING", 10 - second}});
    };
    story.watch(two(1, 1), 3);
    story.watch(two(1, 2), 3);
    EXPECT_EQ(length_of(story, "batch.unchanged_for", first_batch), 25s);
    EXPECT_EQ(length_of(story, "batch.unchanged_for", {subject_kind::batch, 2}), 10s);
    EXPECT_EQ(length_of(story, "ticket.unchanged_for"), 10s);
}

TEST(fact_stories, slowness_is_known_from_the_fifth_finished_one_and_the_sixtieth_second_on) {
    rollout_story story{{a_policy()}};
    story.watch(running(0), 1);
    story.watch(running(5), 11);
    EXPECT_EQ(text_of(story, "instance.slowness", last_host), "too_early") << "55 s";
    story.after(4999ms).see(running(5));
    EXPECT_EQ(text_of(story, "instance.slowness", last_host), "too_early") << "59.999 s";
    story.after(1ms).see(running(5));
    EXPECT_EQ(value_of(story, "instance.slowness", last_host).as_real(), 12.0) << "60 s over 5 s";

    rollout_story few{{a_policy()}};
    few.watch(running(0), 1);
    few.watch(running(4), 20);
    EXPECT_EQ(text_of(few, "instance.slowness", last_host), "too_few");
}

TEST(fact_stories, slowness_takes_the_middle_of_an_even_number_and_only_of_those_that_finished) {
    rollout_story story{{a_policy()}};
    story.watch(running(0), 1);
    story.watch(running(3), 1, 10s);  // three took 10 s
    story.watch(running(6), 1, 10s);  // three took 20 s
    story.watch(a_ticket(running(6)).instance(1007, "ABNORMAL"), 1, 10s);
    for (int i = 0; i < 3; ++i)
        story.watch(a_ticket(running(6)).instance(1007, "ABNORMAL"), 1, 10s);
    EXPECT_EQ(value_of(story, "instance.slowness", last_host).as_real(), 60.0 / 15.0);
}

TEST(fact_stories, an_instance_that_was_running_at_first_sight_runs_since_then) {
    rollout_story story{{a_policy()}};
    story.watch(running(1), 1);
    EXPECT_EQ(length_of(story, "instance.running_for", last_host), 0s);
    story.watch(running(1), 2);
    EXPECT_EQ(length_of(story, "instance.running_for", last_host), 10s);
    EXPECT_EQ(text_of(story, "instance.running_for", {subject_kind::instance, 1001}), "missing")
        << "it was over before anybody looked";
    EXPECT_EQ(length_of(story, "instance.running_for", {subject_kind::instance, 2001}), 0s);
}

TEST(fact_stories, current_is_the_batch_whose_turn_it_is_while_it_has_something_to_do) {
    const auto current = [](const a_ticket& what, int batch) {
        rollout_story story{{a_policy()}};
        story.watch(what, 1);
        return value_of(story, "batch.current", {subject_kind::batch, batch}).as_boolean();
    };
    EXPECT_TRUE(current(running(1), 1));
    EXPECT_FALSE(current(running(1), 2)) << "not its turn";
    EXPECT_FALSE(current(running(1).paused(), 1)) << "the ticket is not PROCESSING";
    EXPECT_FALSE(current(running(10), 1)) << "nothing to do";
    EXPECT_TRUE(current(running(9).in_batch(1, {{"FINISHED", 9}}), 1)) << "one is READY";
    EXPECT_FALSE(current(running(9).in_batch(1, {{"FINISHED", 9}, {"ODD", 1}}), 1))
        << "what it is doing is not understood";
}

TEST(fact_stories, stuck_is_longer_than_the_timeout_and_two_minutes_to_the_millisecond) {
    rollout_story story{{a_policy()}};
    const a_ticket what = running(4).timeout(1min);
    story.watch(what, 13, 15s);
    EXPECT_EQ(length_of(story, "instance.running_for", last_host), 3min);
    EXPECT_EQ(text_of(story, "count.stuck"), "0");
    story.after(1ms).see(what);
    EXPECT_EQ(text_of(story, "count.stuck"), "6");
    EXPECT_EQ(text_of(story, "batch.count.stuck", first_batch), "6");
    story.watch(a_ticket(what).instance(1010, "FINISHED"), 1);
    EXPECT_EQ(text_of(story, "count.stuck"), "5") << "only while it is PROCESSING";
}

TEST(fact_stories, given_up_is_kept_for_the_tickets_life) {
    rollout_story story{{a_policy().rule(
        a_rule("s").each_batch().when("batch.current && batch.index == 1").do_skip())}};
    story.watch(running(6), 3);
    story.answer(answer_kind::accepted);
    const a_ticket left = a_ticket(running(6)).current(2);
    story.watch(left, 1);
    ASSERT_EQ(story.effect(), "confirmed");
    EXPECT_EQ(text_of(story, "count.given_up"), "4");
    story.watch(a_ticket(running(9)).current(2), 5);
    EXPECT_EQ(text_of(story, "count.given_up"), "4") << "although three of them finished";
    EXPECT_EQ(text_of(story, "batch.count.given_up", first_batch), "4");
    story.restart(story.now());
    story.reload({a_policy()});
    story.watch(a_ticket(running(9)).current(2), 1);
    EXPECT_EQ(text_of(story, "count.given_up"), "4");
}

TEST(fact_stories, now_is_the_same_for_one_evaluation) {
    rollout_story story{{a_policy().rule(
        a_rule("same").when("now == now && since(now) == duration(\"0s\")").do_notify())}};
    story.watch(running(1), 1);
    EXPECT_EQ(story.last().views.at(0).now, verdict::yes);
    EXPECT_EQ(length_of(story, "since(now - duration(\"90s\"))"), 90s);
    EXPECT_EQ(length_of(story, "since(now + duration(\"90s\"))"), -90s);
}

TEST(fact_stories, failure_allowed_is_computed_in_tenths) {
    for (int tenths = 10; tenths <= 1000; ++tenths) {
        rollout_story story{{a_policy()}};
        story.see(running(1).success_rate_tenths(tenths));
        const double allowed = value_of(story, "ticket.failure_allowed").as_real();
        ASSERT_EQ(allowed, (1000 - tenths) / 10.0) << tenths;
        // A share that equals it compares as equal.
        const std::string share = "percent(" + std::to_string(1000 - tenths) + ", 1000)";
        ASSERT_EQ(value_of(story, share).as_real(), allowed) << tenths;
    }
}

}  // namespace rolloutd::tests::facts_story
