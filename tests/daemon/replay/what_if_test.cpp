#include "daemon/replay/what_if.h"

#include <gtest/gtest.h>

#include "tests/support/a_policy.h"
#include "tests/support/a_ticket.h"
#include "tests/support/rollout_story.h"

namespace rolloutd::daemon {
namespace {

using namespace policies;
using namespace std::chrono_literals;
using tests::a_policy;
using tests::a_rule;
using tests::rollout_story;

a_policy pausing_at(int failures) {
    return a_policy("web").rule(
        a_rule("failing").when("count.abnormal >= " + std::to_string(failures)).do_pause());
}

reading with(int abnormal, const std::string& status = "PROCESSING") {
    return tests::a_ticket().status(status).current(1).batch(10).in_batch(
        1, {{"ABNORMAL", abnormal}, {"PROCESSING", 4}});
}

// A story's records under other policies.
what_if tried(const rollout_story& story, std::vector<a_policy> policies) {
    settings rules;
    rules.ceiling = mode::enforce;
    rules.generation = 1;
    rules.policies = tests::policy_set_of(std::move(policies));
    const fleet_view alone;
    const std::set<std::string> none;
    sequence number = 1'000'000;
    const what_if::world around{
        rules, alone, none, [&number](const event&, timestamp at) { return stamp{number++, at}; }};
    what_if made;
    timestamp last{};
    for (const tests::record& each : story.records()) {
        if (each.where.at != last) made.end_step();
        last = each.where.at;
        made.take(each.what, each.where, around);
    }
    made.end_step();
    return made;
}

// Two fail at 10 s, three at 20 s; three are too many, and it is paused.
rollout_story a_story() {
    rollout_story story({pausing_at(3)});
    story.after(5s).see(with(0));
    story.after(5s).see(with(2));
    story.after(10s).see(with(3));
    story.after(200ms).answer(answer_kind::accepted);
    story.after(5s).see(with(3, "PAUSED"));
    story.after(5s).see(with(4, "PAUSED"));
    return story;
}

TEST(what_if, does_the_same_by_the_same_rules) {
    const what_if got = tried(a_story(), {pausing_at(3)});
    EXPECT_FALSE(got.differs_at());
    ASSERT_TRUE(got.new_pause());
    EXPECT_EQ(got.new_pause()->at, got.old_pause()->at);
    // The recorded answer and effect are its own: the pause is known as the rule's.
    EXPECT_EQ(got.state().paused_by, "web/failing");
    EXPECT_TRUE(got.state().flights.empty());
}

// A skip waits for a second look. When none comes in time it is given up between two readings, and
// the next reading decides anew.
TEST(what_if, gives_up_what_the_record_gave_up_before_the_next_reading) {
    const std::vector<a_policy> skipping{
        a_policy("web").rule(a_rule("failing").when("count.abnormal >= 3").do_skip())};
    rollout_story story(skipping);
    story.watch(with(0), 3);
    story.after(5s).see(with(3));
    story.after(11s).wake();
    ASSERT_EQ(story.all<effected>().size(), 1U);
    ASSERT_EQ(story.all<effected>().front().effect, effect_kind::withdrawn);
    story.after(2s).see(with(3));
    ASSERT_EQ(story.all<intended>().size(), 2U);
    EXPECT_FALSE(tried(story, skipping).differs_at());
}

TEST(what_if, parts_where_it_would_have_paused_sooner) {
    const what_if got = tried(a_story(), {pausing_at(2)});
    ASSERT_TRUE(got.new_pause());
    ASSERT_TRUE(got.old_pause());
    EXPECT_EQ(got.old_pause()->at - got.new_pause()->at, 10s);
    EXPECT_EQ(got.differs_at(), got.new_pause()->at);
    // 2 have failed and 4 run, so 4 of the 10 were READY.
    EXPECT_EQ(got.ready_at_pause(), 4);
}

TEST(what_if, looks_on_at_a_paused_ticket_for_the_pause_that_comes_later) {
    const what_if got = tried(a_story(), {pausing_at(4)});
    ASSERT_TRUE(got.new_pause());
    EXPECT_GT(got.new_pause()->at, got.old_pause()->at);
    EXPECT_EQ(got.differs_at(), got.old_pause()->at);
}

// A pause that the record knows to be a rule's is not taken for a person's.
TEST(what_if, takes_recorded_operations_as_part_of_the_world) {
    const what_if got = tried(a_story(), {pausing_at(9)});
    EXPECT_FALSE(got.new_pause());
    EXPECT_EQ(got.state().paused_by, "(recorded) web/failing");
    EXPECT_FALSE(got.state().people.paused);
}

TEST(what_if, finds_the_moment_between_two_records) {
    rollout_story story({pausing_at(3)});
    story.watch(with(1), 60);
    story.after(5s).see(with(2));
    const what_if got = tried(
        story, {a_policy("slow").rule(
                   a_rule("still").when("ticket.unchanged_for > duration('2m')").do_pause())});
    ASSERT_TRUE(got.new_pause());
    const duration after = got.new_pause()->at - story.records().front().where.at;
    EXPECT_GT(after, 2min);
    EXPECT_LE(after, 2min + 1s);
}

TEST(what_if, knows_what_came_of_the_ticket) {
    rollout_story story({pausing_at(3)});
    story.after(5s).see(with(1));
    story.after(5s).see(tests::a_ticket().finished().current(1).batch(10).in_batch(
        1, {{"ABNORMAL", 1}, {"FINISHED", 9}}));
    const what_if got = tried(story, {pausing_at(3)});
    EXPECT_TRUE(got.end().over);
    EXPECT_TRUE(got.end().within_rate);
    EXPECT_EQ(got.end().status, "FINISHED");
    EXPECT_EQ(got.end().failed, 1);
}

}  // namespace
}  // namespace rolloutd::daemon
