#include "policies/trial/trial_runner.h"

#include "trial_support.h"

namespace rolloutd::policies::trial::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// "30s failing pause act".
std::vector<std::string> decisions(const trial_run& run) {
    std::vector<std::string> found;
    for (const seen_decision& each : run.decisions) {
        const std::string who = subject_name(each.what.who);
        std::string text = to_text(each.at) + " " + each.what.rule + " " +
                           (who.empty() ? "" : who + " ") +
                           std::string{policies::to_text(each.what.do_)} + " " +
                           std::string{policies::to_text(each.what.outcome)};
        if (each.what.outcome == decision_outcome::suppressed) {
            text += " " + std::string{policies::to_text(each.what.reason)};
        }
        found.push_back(std::move(text));
    }
    return found;
}

std::vector<std::string> effects(const trial_run& run) {
    std::vector<std::string> found;
    for (const seen_effect& each : run.effects) {
        found.push_back(to_text(each.at) + " " + std::string{policies::to_text(each.of.what.what)} +
                        " " + std::string{policies::to_text(each.effect)});
    }
    return found;
}

TEST(trial_runner, a_pause_comes_when_for_is_over_and_takes_effect) {
    const trial_run run = run_of(R"(    until: 1m
    timeline:
      - {at: 0s, batch 1: processing}
      - {at: 20s, batch 1: {finished: 3, abnormal: 2, processing: 5}}
    expect: [{at: 1m, fact: ticket.status, is: PAUSED}]
)");
    EXPECT_THAT(decisions(run), ElementsAre("30s failing pause act"));
    EXPECT_THAT(effects(run), ElementsAre("35s pause confirmed"));
    EXPECT_TRUE(run.facts.at(0).back().as_expected);
    EXPECT_EQ(run.span, 1min);
    EXPECT_EQ(run.readings, 13);
}

TEST(trial_runner, a_reading_is_made_when_for_ends_between_two_slots) {
    const trial_run run = run_of(R"(    every: 7s
    until: 30s
    timeline: [{at: 0s, batch 1: {finished: 3, abnormal: 2, processing: 5}}]
    expect: []
)");
    EXPECT_THAT(decisions(run), ElementsAre("10s failing pause act"));
}

TEST(trial_runner, other_operations_wait_for_the_second_look_which_comes_at_once) {
    const trial_run run = run_of(R"(    ticket: {batches: [{size: 4, zones: [a, b, a, b]}]}
    settings: {limits: {cancelled_percent: 50%}}
    until: 30s
    timeline: [{at: 0s, batch 1: processing}]
    expect: []
)");
    EXPECT_THAT(decisions(run), ElementsAre("5s hung i-2 cancel_instance act",
                                            "5s hung i-4 cancel_instance "
                                            "suppressed outranked",
                                            "10s hung i-4 cancel_instance act"));
    EXPECT_THAT(effects(run),
                ElementsAre("10s cancel_instance confirmed", "15s cancel_instance confirmed"));
}

TEST(trial_runner, each_manner_of_the_cloud_shows_as_its_effect) {
    const auto with = [](const std::string& how) {
        return effects(run_of("    operations: {pause: " + how + R"(}
    until: 90s
    timeline: [{at: 0s, batch 1: {finished: 3, abnormal: 2, processing: 5}}]
    expect: []
)"));
    };
    EXPECT_THAT(with("works"), ElementsAre("15s pause confirmed"));
    EXPECT_THAT(with("refused"), ElementsAre("10s pause refused"));
    EXPECT_THAT(with("ignored"), ElementsAre("15s pause pending"));
    EXPECT_EQ(with("unanswered").front(), "10s pause unknown");
    EXPECT_EQ(with("unanswered").back(), "10s pause confirmed");
    EXPECT_EQ(with("lost").back(), "10s pause lost") << "after three tries";
    EXPECT_THAT(with("busy"), ::testing::Contains("10s pause lost").Times(0));
}

TEST(trial_runner, operations_work_again_from_when_the_timeline_says_so) {
    const trial_run run = run_of(R"(    operations: refused
    until: 15m
    timeline:
      - {at: 0s, batch 1: {finished: 3, abnormal: 2, processing: 5}}
      - {at: 1m, operations: works}
    expect: []
)");
    EXPECT_THAT(effects(run), ElementsAre("10s pause refused", "10m15s pause confirmed"))
        << "due again after the cooldown";
}

TEST(trial_runner, unseen_is_undetermined_until_the_ticket_is_shown_again) {
    const trial_run run = run_of(R"(    until: 2m
    timeline:
      - {at: 0s, batch 1: {finished: 9, processing: 1}}
      - {at: 30s, unseen: true}
      - {at: 60s, batch 1: finished}
    expect: []
)");
    const auto& says = run.verdicts.at({.policy = "p", .rule = "failing", .who = {}});
    ASSERT_THAT(says, SizeIs(3));
    EXPECT_EQ(says[1].at, 30s);
    EXPECT_EQ(says[1].says, verdict::undetermined);
    EXPECT_EQ(says[2].at, 60s);
    const auto& stuck = run.verdicts.at(
        {.policy = "p", .rule = "stuck", .who = {.kind = subject_kind::batch, .number = 0}});
    EXPECT_EQ(stuck.at(1).reason, "not_seen");
}

TEST(trial_runner, a_policy_that_does_not_speak_of_the_ticket_is_unmatched) {
    const trial_run run = run_of(R"(    ticket: {name: other, batches: [10]}
    until: 1m
    timeline: [{at: 0s, batch 1: abnormal}]
    expect: []
)");
    EXPECT_THAT(run.decisions, IsEmpty());
    for (const auto& [key, points] : run.verdicts) {
        ASSERT_THAT(points, SizeIs(1)) << key.rule;
        EXPECT_EQ(points[0].says, std::nullopt) << key.rule;
    }
}

TEST(trial_runner, the_mode_of_a_test_stands_in_place_of_the_policies_own) {
    const auto with = [](const std::string& mode) {
        return decisions(run_of("    mode: " + mode + R"(
    until: 1m
    timeline: [{at: 0s, batch 1: abnormal}]
    expect: []
)"));
    };
    EXPECT_THAT(with("observe"), ElementsAre("10s failing pause observe"));
    EXPECT_THAT(with("propose"), ElementsAre("10s failing pause propose"));
    EXPECT_THAT(with("enforce"), ElementsAre("10s failing pause act"));
}

TEST(trial_runner, windows_follow_the_simulated_time) {
    const auto at = [](const std::string& now) {
        return decisions(run_of("    now: " + now + R"( Test/East
    until: 10m
    timeline: [{at: 0s, params: {alarm: red}}]
    expect: []
)"));
    };
    EXPECT_THAT(at("2026-11-20 12:00"),
                ElementsAre("0s ladder notify act", "5m ladder cancel act"));
    EXPECT_THAT(at("2026-11-20 23:50"),
                ElementsAre("0s ladder notify act", "5m ladder cancel act"));
    EXPECT_THAT(at("2026-11-21 12:00"),
                ElementsAre("0s ladder notify act", "5m ladder cancel suppressed window"));
    EXPECT_THAT(at("2026-11-22 23:50"),
                ElementsAre("0s ladder notify act", "5m ladder cancel suppressed window",
                            "10m ladder cancel act"));
}

TEST(trial_runner, a_persons_act_is_not_the_daemons) {
    const trial_run run = run_of(R"(    ticket: {batches: [{size: 5, rotation: PAUSE}, 5]}
    until: 10m
    timeline:
      - {at: 0s, batch 1: processing}
      - {at: 30s, person: pause}
      - {at: 60s, person: continue}
      - {at: 90s, person: {skip_batch: 1}}
      - {at: 2m, person: cancel}
    expect:
      - {at: 45s, fact: ticket.pause_cause, is: other}
      - {at: 75s, fact: ticket.status, is: PROCESSING}
      - {at: 100s, fact: ticket.current_batch, is: 2}
)");
    EXPECT_THAT(run.decisions, IsEmpty());
    for (const auto& [index, points] : run.facts)
        EXPECT_TRUE(points.back().as_expected) << index << points.back().value;
    EXPECT_LT(run.span, 3min) << "a ticket that is over is let go";
}

TEST(trial_runner, a_freeze_withholds_all_but_what_stops) {
    const trial_run run = run_of(R"(    until: 8m
    timeline: [{at: 0s, params: {alarm: red}, freeze: true}, {at: 6m, freeze: false}]
    expect: []
)");
    EXPECT_THAT(decisions(run),
                ElementsAre("0s ladder notify act", "5m ladder cancel suppressed freeze",
                            "6m ladder cancel act"));
}

TEST(trial_runner, the_same_test_runs_the_same_each_time) {
    const std::string lines = R"(    until: 1h
    timeline:
      - {at: 0s, batch 1: {finished: 4, abnormal: 1, processing: 5}}
      - {at: 1m, unseen: true}
      - {at: 9m, batch 1: {finished: 5, abnormal: 3, processing: 2}}
    expect: []
)";
    EXPECT_EQ(decisions(run_of(lines)), decisions(run_of(lines)));
}

TEST(trial_runner, whoever_looks_on_sees_each_reading) {
    const trial_file file = one_test(R"(    until: 20s
    timeline: [{at: 0s}, {at: 10s, unseen: true}]
    expect: []
)");
    std::vector<std::string> seen;
    run_trial(file, file.tests.at(0), [&seen](const standing& now) {
        seen.push_back(to_text(now.at) + ".." + to_text(now.next) + (now.blind ? " blind" : ""));
    });
    EXPECT_THAT(seen, ElementsAre("0s..5s", "5s..10s", "10s..15s blind", "15s..20s blind",
                                  "20s..25s blind"));
}

TEST(trial_runner, a_test_that_asks_too_much_is_stopped_and_says_so) {
    std::string facts;
    for (int i = 0; i < 150; ++i)
        facts += "      - {between: [0s, 1h], fact: bad, is: 0}\n";
    const trial_result result = result_of(
        "    ticket: {batches: [1]}\n    every: 5s\n    until: 1h\n    exactly: false\n    mode: "
        "observe\n"
        "    timeline: [{at: 0s}]\n    expect:\n" +
        facts);
    ASSERT_THAT(result.failures, SizeIs(1));
    EXPECT_THAT(result.failures[0].text, ::testing::HasSubstr("more than 100000 times"));
}

TEST(trial_runner, a_ticket_that_never_rests_is_stopped_before_it_fills_the_memory) {
    std::string entries;
    for (int i = 0; i < 2000; ++i) {
        entries += "      - {at: " + std::to_string(i * 5) + "s, batch 1: {" +
                   (i % 2 == 0 ? "processing: 100" : "ready: 100") + "}}\n";
    }
    const trial_run run = run_of(
        "    ticket: {batches: [{size: 100, zones: [b]}]}\n    until: 3h\n    mode: observe\n"
        "    timeline:\n" +
        entries + "    expect: []\n");
    EXPECT_EQ(run.stopped, "more happens in it than can be kept");
}

TEST(trial_runner, a_month_of_readings_ends) {
    const trial_run run = run_of(R"(    ticket: {batches: [1]}
    mode: observe
    until: 744h
    every: 1h
    timeline: [{at: 0s, batch 1: processing}]
    expect: []
)");
    EXPECT_EQ(run.span, 744h);
    EXPECT_EQ(run.stopped, "");
}

}  // namespace
}  // namespace rolloutd::policies::trial::test
