#include "daemon/replay/backtest.h"

#include <gtest/gtest.h>

#include "daemon/replay/backtest_text.h"
#include "policies/policy_loader.h"
#include "tests/daemon/replay/recorded_story.h"

namespace rolloutd::daemon::testing {
namespace {

using namespace policies;

std::string with(const std::string& from, const std::string& to) {
    std::string text = guard_policy;
    text.replace(text.find(from), from.size(), to);
    return text;
}

backtest_report try_set(recorded_story& story, policy_set set, backtest_options how = {}) {
    story.in.settle();
    how.policies = std::make_shared<const policy_set>(std::move(set));
    source_options from;
    from.since = how.since;
    backtest test(std::move(how));
    const auto read = read_records(story.in.files, from,
                                   {[&](recovered before) { test.begin_with(std::move(before)); },
                                    [&](const daemon::record& each, const record_place&) {
                                        test.take(each);
                                        return true;
                                    }});
    EXPECT_TRUE(read) << to_text(read.error());
    test.finish();
    return test.report();
}

backtest_report try_on(recorded_story& story, const std::string& policy,
                       const backtest_options& how = {}) {
    load_result loaded = load_policies({{"tried.yaml", policy}});
    EXPECT_FALSE(has_errors(loaded.issues)) << loaded.issues.front().message;
    return try_set(story, std::move(loaded.set), how);
}

// 20 instances, of which so many have failed or finished, so many run, and the others wait.
reading rollout(int abnormal, int finished, int running) {
    return tests::a_ticket().batch(20).current(1).processing().in_batch(
        1, {{"ABNORMAL", abnormal},
            {"FINISHED", finished},
            {"PROCESSING", running},
            {"READY", 20 - abnormal - finished - running}});
}

reading in_status(reading what, const std::string& status) {
    what.info.status = status;
    return what;
}

void see_for(recorded_story& story, const reading& what, duration length) {
    for (duration done{}; done < length; done += 5s)
        if (story.after(5s).see(what).send) story.answer();
}

// One instance in five fails: the guard pauses ten seconds after it is seen.
void tell_of_a_failing_rollout(recorded_story& story) {
    story.watch();
    see_for(story, rollout(0, 0, 5), 20s);
    see_for(story, rollout(1, 4, 5), 15s);
    see_for(story, in_status(rollout(2, 8, 0), "PAUSED"), 60s);
    see_for(story, in_status(rollout(2, 8, 0), "CANCELED"), 5s);
    story.let_go();
}

TEST(backtest, finds_nothing_where_the_policies_are_the_same) {
    recorded_story story;
    tell_of_a_failing_rollout(story);
    const backtest_report got = try_on(story, guard_policy);
    EXPECT_EQ(got.tickets, 1U);
    EXPECT_EQ(got.differing, 0U) << render_backtest(got);
    EXPECT_EQ(got.paused_by_both, 1);
}

TEST(backtest, tells_how_much_sooner_a_stricter_policy_pauses) {
    recorded_story story;
    tell_of_a_failing_rollout(story);
    const backtest_report got = try_on(story, with("for: 10s", "for: 5s"));
    ASSERT_EQ(got.differing, 1U) << render_backtest(got);
    EXPECT_EQ(got.paused_sooner, 1);
    // The recorded readings are 5 s apart; the moment between them is told to half a second.
    EXPECT_GE(got.sooner_by, 4s);
    EXPECT_LE(got.sooner_by, 5s);
    EXPECT_EQ(got.needless_holds, 0);
}

TEST(backtest, tells_how_much_later_a_more_patient_one_would_have) {
    recorded_story story;
    tell_of_a_failing_rollout(story);
    const backtest_report got = try_on(story, with("for: 10s", "for: 40s"));
    ASSERT_EQ(got.differing, 1U) << render_backtest(got);
    EXPECT_EQ(got.paused_later, 1);
    EXPECT_GE(got.later_by, 29s);
    EXPECT_LE(got.later_by, 35s);
    EXPECT_EQ(got.otherwise.front().untouched, 0);
}

TEST(backtest, counts_the_instances_that_a_pause_would_have_kept_from_starting) {
    recorded_story story;
    story.watch();
    see_for(story, rollout(0, 0, 5), 20s);
    // One of ten is within the success rate of 90%: the recorded policy leaves it alone.
    see_for(story, rollout(1, 9, 5), 30s);
    see_for(story, rollout(2, 18, 0), 30s);
    see_for(story, in_status(rollout(2, 18, 0), "FINISHED"), 10s);
    story.let_go();
    const backtest_report got =
        try_on(story, with("failed > ticket.failure_allowed", "failed > 5.0"));
    ASSERT_EQ(got.differing, 1U) << render_backtest(got);
    EXPECT_EQ(got.paused_only_new, 1);
    EXPECT_EQ(got.untouched, 5U);
    // It ended as its success_rate allows, so the pause would have been for nothing.
    EXPECT_EQ(got.needless_holds, 1);
    EXPECT_GE(got.needless, 45s);
    EXPECT_LE(got.needless, 70s);
}

TEST(backtest, tells_which_pauses_a_laxer_policy_would_not_have_made) {
    recorded_story story;
    tell_of_a_failing_rollout(story);
    const backtest_report got =
        try_on(story, with("failed > ticket.failure_allowed", "failed > 90.0"));
    ASSERT_EQ(got.differing, 1U) << render_backtest(got);
    EXPECT_EQ(got.paused_only_old, 1);
    EXPECT_EQ(got.untouched, 0U);
    const std::string text = render_backtest(got);
    EXPECT_NE(text.find("SCT1"), std::string::npos);
    EXPECT_NE(text.find("not paused, and was"), std::string::npos) << text;
}

// Equal readings are not recorded: what time alone makes true has to be found between records.
TEST(backtest, finds_what_time_alone_would_have_made_true) {
    recorded_story story;
    story.watch();
    see_for(story, rollout(0, 0, 5), 20min);
    see_for(story, rollout(0, 5, 5), 10s);
    const backtest_report got = try_on(story, R"(version: 1
policy: patience
match: "true"
mode: enforce
rules:
  - name: no-progress
    when: ticket.unchanged_for > duration("8m")
    for: 30s
    do: pause
)");
    ASSERT_EQ(got.differing, 1U) << render_backtest(got);
    const timestamp begun = time_of("2026-11-21T10:15:30.123Z") + 5s;
    const duration until = got.otherwise.front().new_pause->at - begun;
    EXPECT_GE(until, 8min + 30s);
    EXPECT_LE(until, 8min + 32s);
}

TEST(backtest, leaves_out_policies_that_rest_on_what_was_not_recorded) {
    recorded_story story;
    tell_of_a_failing_rollout(story);
    const backtest_report got = try_on(story, R"(version: 1
policy: hosts
match: "true"
mode: enforce
rules:
  - name: disk-full
    when: instances.exists(i, i.status == "ABNORMAL")
    do: pause
)");
    ASSERT_EQ(got.left_out.size(), 1U);
    EXPECT_EQ(got.left_out.begin()->first, "hosts");
    // Nothing was tried: the recorded pause says nothing of these policies.
    EXPECT_EQ(got.tried, 0U);
    EXPECT_EQ(got.differing, 0U);
    EXPECT_EQ(got.paused_only_old, 0);
    const std::string text = render_backtest(got);
    EXPECT_TRUE(text.starts_with("undetermined: not recorded: policy hosts")) << text;
    EXPECT_NE(text.find("nothing judged of 1 ticket"), std::string::npos) << text;
}

std::string in_mode(const std::string& mode) { return with("enforce", mode); }

// The rollout that nobody paused, as it went on.
void tell_of_an_unguarded_rollout(recorded_story& story) {
    story.watch();
    see_for(story, rollout(0, 0, 5), 20s);
    see_for(story, rollout(2, 5, 5), 30s);
    see_for(story, rollout(4, 16, 0), 30s);
    see_for(story, in_status(rollout(4, 16, 0), "ABNORMAL"), 10s);
    story.let_go();
}

// The way from a shadow to a guard: the same rules, but they act.
TEST(backtest, tells_what_a_policy_in_shadow_would_do_if_it_acted) {
    recorded_story story(in_mode("observe"));
    tell_of_an_unguarded_rollout(story);
    const backtest_report got = try_on(story, guard_policy);
    ASSERT_EQ(got.differing, 1U) << render_backtest(got);
    EXPECT_EQ(got.paused_by_both, 0);
    EXPECT_EQ(got.paused_only_new, 1);
    EXPECT_EQ(got.wished_old, 1);
    EXPECT_EQ(got.untouched, 8U);
    EXPECT_NE(render_backtest(got).find("paused, and was not (only observed)"), std::string::npos)
        << render_backtest(got);
}

TEST(backtest, does_not_take_what_is_only_proposed_for_a_pause) {
    recorded_story story;
    tell_of_a_failing_rollout(story);
    for (const char* const mode : {"observe", "propose"}) {
        const backtest_report got = try_on(story, in_mode(mode));
        ASSERT_EQ(got.differing, 1U) << render_backtest(got);
        EXPECT_EQ(got.paused_by_both, 0) << mode;
        EXPECT_EQ(got.paused_only_old, 1) << mode;
        EXPECT_EQ(got.wished_new, 1) << mode;
        EXPECT_EQ(got.untouched, 0U) << mode;
    }
    // Nor a pause that comes later than the recorded one.
    std::string later = in_mode("observe");
    later.replace(later.find("for: 10s"), 8, "for: 40s");
    const backtest_report got = try_on(story, later);
    EXPECT_EQ(got.paused_later, 0) << render_backtest(got);
    EXPECT_EQ(got.wished_new, 1);
}

TEST(backtest, tries_policies_in_another_mode_of_the_daemon) {
    recorded_story story(guard_policy, mode::observe);
    tell_of_an_unguarded_rollout(story);
    EXPECT_EQ(try_on(story, guard_policy).differing, 0U);
    backtest_options how;
    how.ceiling = mode::enforce;
    EXPECT_EQ(try_on(story, guard_policy, how).paused_only_new, 1);
}

// A policy that cannot be tried is not set against the recorded one of its name.
TEST(backtest, does_not_count_what_policies_did_that_are_left_out) {
    recorded_story story;
    tell_of_a_failing_rollout(story);
    load_result loaded = load_policies({{"calm.yaml", R"(version: 1
policy: calm
match: "true"
rules:
  - name: never
    when: count.abnormal > 100
    do: notify
)"},
                                        {"guard.yaml", R"(version: 1
policy: guard
match: "true"
mode: enforce
rules:
  - name: disk-full
    when: instances.exists(i, i.status == "ABNORMAL")
    do: pause
)"}});
    ASSERT_FALSE(has_errors(loaded.issues));
    const backtest_report got = try_set(story, std::move(loaded.set));
    EXPECT_EQ(got.tried, 1U);
    EXPECT_EQ(got.differing, 0U) << render_backtest(got);
    EXPECT_EQ(got.paused_only_old, 0);
}

// A notice differs before what is asked for, the pause within it.
TEST(backtest, counts_what_was_done_since_then_alone) {
    const std::string notices = std::string(guard_policy) + R"(  - name: first-failure
    when: count.abnormal >= 1
    do: notify
)";
    recorded_story story;
    tell_of_a_failing_rollout(story);
    backtest_options how;
    // Between the first failure and the pause.
    how.since = story.in.now - 72s;
    std::string sooner = notices;
    sooner.replace(sooner.find("for: 10s"), 8, "for: 5s");
    const backtest_report within = try_on(story, sooner, how);
    EXPECT_EQ(within.paused_sooner, 1) << render_backtest(within);
    EXPECT_EQ(within.differing, 1U);
    // After the pause there is nothing of it to tell.
    how.since = story.in.now - 30s;
    const backtest_report after = try_on(story, guard_policy, how);
    EXPECT_EQ(after.tried, 1U);
    EXPECT_EQ(after.paused_by_both, 0) << render_backtest(after);
    // Where the pause would have been another, what came after would not have come about.
    const backtest_report apart = try_on(story, with("for: 10s", "for: 5s"), how);
    EXPECT_EQ(apart.tried, 0U) << render_backtest(apart);
    EXPECT_EQ(apart.undetermined.size(), 1U);
    // And what was over by then is not counted.
    how.since = story.in.now + 1s;
    EXPECT_EQ(try_on(story, guard_policy, how).tickets, 0U);
}

TEST(backtest, writes_what_it_found_for_programs) {
    recorded_story story;
    tell_of_a_failing_rollout(story);
    const std::string text = backtest_to_json(try_on(story, with("for: 10s", "for: 5s")));
    EXPECT_NE(text.find("\"differs\":true"), std::string::npos) << text;
    EXPECT_NE(text.find("\"paused_sooner\":1"), std::string::npos) << text;
    EXPECT_NE(text.find("\"rule\":\"guard/too-many-failures\""), std::string::npos) << text;
}

// What was read without a change under a freeze is not judged as if there had been none.
TEST(backtest, judges_the_time_of_a_freeze_as_it_was) {
    recorded_story story;
    story.watch();
    see_for(story, rollout(0, 0, 5), 20s);
    see_for(story, rollout(1, 4, 5), 5s);
    freeze_body freeze;
    freeze.reason = "data centre move";
    story.in.log->append(daemon_body{freeze});
    see_for(story, rollout(1, 4, 5), 60s);
    thaw_body thaw;
    thaw.reason = "done";
    story.in.log->append(daemon_body{thaw});
    see_for(story, rollout(1, 4, 5), 15s);
    see_for(story, in_status(rollout(2, 8, 0), "PAUSED"), 20s);
    story.let_go();
    const backtest_report got = try_on(story, guard_policy);
    EXPECT_EQ(got.differing, 0U) << render_backtest(got);
    EXPECT_EQ(got.paused_by_both, 1);
}

// Who was asked by the recorded policy and approved would have approved what another one asks, too.
TEST(backtest, takes_a_persons_word_for_the_same_proposal) {
    const std::string asking = with("    do: pause\n", "    do: [{do: pause, approve: true}]\n");
    recorded_story story(asking);
    story.watch();
    see_for(story, rollout(0, 0, 5), 20s);
    see_for(story, rollout(1, 4, 5), 20s);
    ASSERT_EQ(story.in.tickets["SCT1"].proposals.size(), 1U);
    operator_act word;
    word.what = act_kind::approve;
    word.proposal = story.in.tickets["SCT1"].proposals.front().id;
    word.by = {.uid = 1000, .author = "ana", .reason = "seen"};
    story.after(1s).take(word);
    see_for(story, rollout(1, 4, 5), 10s);
    see_for(story, in_status(rollout(2, 8, 0), "PAUSED"), 20s);
    story.let_go();
    backtest_report got = try_on(story, asking);
    EXPECT_EQ(got.differing, 0U) << render_backtest(got);
    // Nobody was asked what a policy wants that acts on its own account.
    got = try_on(story, guard_policy);
    EXPECT_EQ(got.differing, 1U);
}

}  // namespace
}  // namespace rolloutd::daemon::testing
