// Comparable systems get a denominator, a boundary or missing data wrong, each in its own way
// (reference/peers.md §1). Here each of their rules is written down in the policy language and
// looked at just below, at and just above its boundary, and with no evidence at all.

#include <gtest/gtest.h>

#include "tests/support/rollout_story.h"

namespace rolloutd::tests {

using namespace policies;

namespace {

constexpr const char* bad = "count.abnormal + count.stuck + count.given_up";

// What the ticket's one rule says of ten seconds of this reading: "acts", or the verdict.
std::string said(const a_policy& policy, const a_ticket& seen) {
    rollout_story story{{policy}};
    story.watch(seen.read(), 3);
    if (!story.sent().empty()) return "acts";
    const auto verdicts = story.all<verdict_changed>();
    if (verdicts.empty()) return "false";  // where each rule begins, so that it is no change
    return std::string{to_text(verdicts.back().to)};
}

// A ticket of one batch with so many in each status; the rest waits.
a_ticket of(int size, const a_ticket::shares& counts) {
    return a_ticket().processing().batch(size).with_details().in_batch(1, counts);
}

a_policy share(const std::string& condition, const std::string& needs = "judged >= 1") {
    return a_policy()
        .variable("bad", bad)
        .variable("judged", "count.finished + bad")
        .rule(a_rule("share").needs(needs).when(condition).do_pause());
}

}  // namespace

TEST(peers, a_share_of_the_whole_group_is_written_as_such_and_hawkbits_strict_limit_is_visible) {
    const a_policy of_all = share("percent(bad, count.total) > 10.0", "count.total > 0");
    EXPECT_EQ(said(of_all, of(50, {{"ABNORMAL", 4}})), "false");
    EXPECT_EQ(said(of_all, of(50, {{"ABNORMAL", 5}})), "false");
    EXPECT_EQ(said(of_all, of(50, {{"ABNORMAL", 6}})), "acts");
    EXPECT_EQ(said(of_all, of(50, {{"PROCESSING", 50}})), "false");
}

TEST(peers, success_of_an_empty_group_is_not_success_as_it_is_for_hawkbit) {
    const a_policy succeeded = share("percent(count.finished, judged) >= 90.0", "true");
    EXPECT_EQ(said(succeeded, of(10, {})), "undetermined") << "0 of 0";
    EXPECT_EQ(said(succeeded, of(20, {{"FINISHED", 17}, {"ABNORMAL", 3}})), "false");
    EXPECT_EQ(said(succeeded, of(10, {{"FINISHED", 9}, {"ABNORMAL", 1}})), "acts");
    EXPECT_EQ(said(succeeded, of(20, {{"FINISHED", 19}, {"ABNORMAL", 1}})), "acts");
}

TEST(peers, a_limit_of_three_failures_trips_where_it_says_and_not_at_argos_fourth) {
    const a_policy third = share("count.abnormal >= 3", "true");
    EXPECT_EQ(said(third, of(10, {{"ABNORMAL", 2}})), "false");
    EXPECT_EQ(said(third, of(10, {{"ABNORMAL", 3}})), "acts");
    EXPECT_EQ(said(third, of(10, {{"ABNORMAL", 4}})), "acts");
    const a_policy fourth = share("count.abnormal > 3", "true");
    EXPECT_EQ(said(fourth, of(10, {{"ABNORMAL", 3}})), "false");
    EXPECT_EQ(said(fourth, of(10, {{"ABNORMAL", 4}})), "acts");
    EXPECT_EQ(said(third, of(10, {})), "false");
}

TEST(peers, a_check_that_found_nothing_is_not_argos_success_and_not_flaggers_failure) {
    const a_policy failing = share("percent(bad, judged) > 0.0", "true");
    const a_policy passing = share("percent(bad, judged) <= 0.0", "true");
    EXPECT_EQ(said(failing, of(10, {})), "undetermined");
    EXPECT_EQ(said(passing, of(10, {})), "undetermined");
    EXPECT_EQ(said(passing, of(10, {{"FINISHED", 1}})), "acts");
    EXPECT_EQ(said(failing, of(10, {{"FINISHED", 1}})), "false");
    EXPECT_EQ(said(failing, of(10, {{"ABNORMAL", 1}})), "acts");
}

TEST(peers, flaggers_failed_checks_add_up_for_ever_but_for_begins_anew_at_false) {
    rollout_story story{{a_policy().rule(
        a_rule("failing").when("count.abnormal > count.finished").hold(10s).do_pause())}};
    const a_ticket worse = of(10, {{"ABNORMAL", 1}});
    const a_ticket better = of(10, {{"ABNORMAL", 1}, {"FINISHED", 1}});
    const a_ticket worse_again = of(10, {{"ABNORMAL", 2}, {"FINISHED", 1}});
    story.watch(worse, 2);
    story.watch(better, 1);
    story.watch(worse_again, 2);
    EXPECT_TRUE(story.sent().empty()) << "5 s and 5 s are not 10 s at a stretch";
    story.watch(worse_again, 1, 4s);
    EXPECT_TRUE(story.sent().empty()) << "9 s";
    story.watch(worse_again, 1, 1s);
    EXPECT_EQ(story.sent().size(), 1u);
}

TEST(peers, flaggers_threshold_of_checks_is_a_time_that_is_reached_and_not_passed) {
    const auto acts_after = [](const a_ticket& seen, duration length) {
        rollout_story story{{a_policy().rule(
            a_rule("failing").when("count.abnormal > count.finished").hold(10s).do_pause())}};
        story.see(seen.read());
        story.after(length).see(seen.read());
        return story.sent().size();
    };
    const a_ticket worse = of(10, {{"ABNORMAL", 1}});
    EXPECT_EQ(acts_after(worse, 9s), 0u);
    EXPECT_EQ(acts_after(worse, 10s), 1u);
    EXPECT_EQ(acts_after(worse, 11s), 1u);
    EXPECT_EQ(acts_after(of(10, {}), 11s), 0u) << "no values are no failure";
}

TEST(peers, rules_are_judged_in_every_phase_and_not_in_some_as_with_flagger) {
    const a_policy any_phase =
        a_policy().rule(a_rule("five").when("count.abnormal >= 5").do_cancel());
    for (const char* phase : {"READY", "PROCESSING", "PAUSED", "ABNORMAL"}) {
        const auto in_phase = [&](int failed) {
            return said(any_phase, of(20, {{"ABNORMAL", failed}}).status(phase));
        };
        EXPECT_EQ(in_phase(0), "false") << phase;
        EXPECT_EQ(in_phase(4), "false") << phase;
        EXPECT_EQ(in_phase(5), "acts") << phase;
        EXPECT_EQ(in_phase(6), "acts") << phase;
    }
}

TEST(peers, ten_percent_of_fifty_is_the_fifth_or_the_sixth_error_as_written_not_both_as_with_ssm) {
    const a_policy reached = share("percent(bad, count.total) >= 10.0", "count.total > 0");
    EXPECT_EQ(said(reached, of(50, {{"ABNORMAL", 4}})), "false");
    EXPECT_EQ(said(reached, of(50, {{"ABNORMAL", 5}})), "acts");
    EXPECT_EQ(said(reached, of(50, {{"ABNORMAL", 6}})), "acts");
    EXPECT_EQ(said(reached, of(50, {})), "false");
}

TEST(peers, a_limit_that_must_be_exceeded_is_written_so_as_ssm_and_ansible_mean_theirs) {
    const a_policy exceeded = share("percent(bad, count.total) > 10.0", "count.total > 0");
    EXPECT_EQ(said(exceeded, of(50, {{"ABNORMAL", 4}})), "false");
    EXPECT_EQ(said(exceeded, of(50, {{"ABNORMAL", 5}})), "false");
    EXPECT_EQ(said(exceeded, of(50, {{"ABNORMAL", 6}})), "acts");
    EXPECT_EQ(said(exceeded, of(50, {})), "false");
    const a_policy after_three = share("bad > 3", "true");
    EXPECT_EQ(said(after_three, of(50, {{"ABNORMAL", 2}})), "false");
    EXPECT_EQ(said(after_three, of(50, {{"ABNORMAL", 3}})), "false");
    EXPECT_EQ(said(after_three, of(50, {{"ABNORMAL", 4}})), "acts") << "SSM stops on the 4th";
    EXPECT_EQ(said(after_three, of(50, {})), "false");
}

TEST(peers, a_host_that_never_answers_counts_as_failed_unlike_ssms_and_ansibles) {
    rollout_story story{{share("bad >= 1", "true")}};
    const a_ticket hangs = of(5, {{"FINISHED", 4}, {"PROCESSING", 1}});
    story.watch(hangs, 84);
    story.watch(hangs, 1);
    EXPECT_TRUE(story.sent().empty()) << "seven minutes since it was first seen, not longer";
    story.watch(hangs, 1, 1s);
    EXPECT_EQ(story.sent().size(), 1u);
    EXPECT_EQ(said(share("bad >= 1", "true"), of(5, {})), "false");
}

TEST(peers, iots_least_number_of_things_is_needs_and_its_at_least_is_written) {
    const a_policy abort = share("percent(bad, judged) >= 20.0", "judged >= 10");
    EXPECT_EQ(said(abort, of(50, {})), "undetermined");
    EXPECT_EQ(said(abort, of(50, {{"ABNORMAL", 9}})), "undetermined") << "nine of nine";
    EXPECT_EQ(said(abort, of(50, {{"FINISHED", 8}, {"ABNORMAL", 2}})), "acts") << "2 of 10";
    EXPECT_EQ(said(abort, of(50, {{"FINISHED", 9}, {"ABNORMAL", 2}})), "false") << "2 of 11";
    EXPECT_EQ(said(abort, of(50, {{"FINISHED", 8}, {"ABNORMAL", 3}})), "acts") << "3 of 11";
}

TEST(peers, an_instance_that_disappears_does_not_move_a_share_as_with_iot_and_hawkbit) {
    const a_policy abort = share("percent(bad, judged) >= 20.0", "judged >= 10");
    rollout_story story{{abort}};
    story.watch(of(11, {{"FINISHED", 9}, {"ABNORMAL", 2}}), 2);
    // 2 of 10 would be enough, had one finished instance not been deleted.
    story.watch(of(10, {{"FINISHED", 8}, {"ABNORMAL", 2}}), 2);
    EXPECT_TRUE(story.sent().empty());
    EXPECT_TRUE(story.state().blind);
    story.watch(of(10, {{"FINISHED", 8}, {"ABNORMAL", 2}}), 1);
    EXPECT_TRUE(story.all<observed>().back().new_baseline) << "it stays so, and that is recorded";
    EXPECT_EQ(story.sent().size(), 1u);
}

TEST(peers, ninety_five_percent_of_ten_is_not_rounded_up_to_all_as_with_codedeploy) {
    const a_policy healthy =
        share("percent(count.total - bad, count.total) < 95.0", "count.total > 0");
    EXPECT_EQ(said(healthy, of(10, {})), "false") << "nothing failed: not an instant failure";
    EXPECT_EQ(said(healthy, of(20, {})), "false");
    EXPECT_EQ(said(healthy, of(20, {{"ABNORMAL", 1}})), "false") << "exactly 95%";
    EXPECT_EQ(said(healthy, of(20, {{"ABNORMAL", 2}})), "acts");
    EXPECT_EQ(said(healthy, of(10, {{"ABNORMAL", 1}})), "acts") << "90%";
}

TEST(peers, a_share_of_the_batch_is_written_as_such_where_ansible_means_it_silently) {
    const auto seen = [](int failed) {
        return a_ticket().processing().batch(10).batch(90).with_details().in_batch(
            1, {{"ABNORMAL", failed}, {"PROCESSING", 10 - failed}});
    };
    const a_policy of_batch =
        a_policy().rule(a_rule("batch")
                            .each_batch()
                            .needs("batch.size > 0")
                            .when("percent(batch.count.abnormal, batch.size) >= 50.0")
                            .do_pause());
    EXPECT_EQ(said(of_batch, seen(4)), "false");
    EXPECT_EQ(said(of_batch, seen(5)), "acts") << "50 means 50, nobody writes 49";
    EXPECT_EQ(said(of_batch, seen(6)), "acts");
    EXPECT_EQ(said(of_batch, seen(0)), "false");
    const a_policy of_ticket = share("percent(bad, count.total) >= 50.0", "count.total > 0");
    EXPECT_EQ(said(of_ticket, seen(6)), "false") << "6 of 100";
}

TEST(peers, a_whole_failed_batch_stops_nothing_that_no_rule_names_unlike_ansibles) {
    const a_policy over = share("percent(bad, judged) > 100.0");
    EXPECT_EQ(said(over, of(10, {{"ABNORMAL", 9}, {"FINISHED", 1}})), "false");
    EXPECT_EQ(said(over, of(10, {{"ABNORMAL", 10}})), "false");
    const a_policy whole_batch =
        a_policy().rule(a_rule("batch")
                            .each_batch()
                            .when("batch.count.abnormal == batch.size && batch.size > 0")
                            .do_pause());
    EXPECT_EQ(said(whole_batch, of(10, {{"ABNORMAL", 9}, {"FINISHED", 1}})), "false");
    EXPECT_EQ(said(whole_batch, of(10, {{"ABNORMAL", 10}})), "acts") << "where one is written";
    EXPECT_EQ(said(whole_batch, of(10, {})), "false");
    EXPECT_EQ(said(over, of(10, {})), "undetermined");
}

TEST(peers, kayentas_missing_half_is_undetermined_and_its_score_inclusive_as_written) {
    const a_policy enough =
        share("percent(count.finished, judged) >= 75.0", "judged * 2 > count.total");
    EXPECT_EQ(said(enough, of(20, {})), "undetermined");
    EXPECT_EQ(said(enough, of(20, {{"FINISHED", 9}})), "undetermined");
    EXPECT_EQ(said(enough, of(20, {{"FINISHED", 10}})), "undetermined")
        << "half is not more than half";
    EXPECT_EQ(said(enough, of(20, {{"FINISHED", 11}})), "acts");
    EXPECT_EQ(said(enough, of(20, {{"FINISHED", 11}, {"ABNORMAL", 4}})), "false") << "11 of 15";
    EXPECT_EQ(said(enough, of(20, {{"FINISHED", 12}, {"ABNORMAL", 4}})), "acts") << "exactly 75%";
    EXPECT_EQ(said(enough, of(20, {{"FINISHED", 13}, {"ABNORMAL", 4}})), "acts") << "13 of 17";
}

TEST(peers, nomads_deadline_runs_on_while_paused_but_unchanged_for_stands_still) {
    rollout_story story{{a_policy().rule(
        a_rule("stuck").when("ticket.unchanged_for >= duration(\"60s\")").do_cancel())}};
    const a_ticket working = of(5, {{"PROCESSING", 5}});
    const a_ticket resting = of(5, {{"PROCESSING", 5}}).paused();
    story.see(working.read());
    EXPECT_TRUE(story.sent().empty()) << "nothing has been seen for any time";
    story.watch(working, 6);
    story.watch(resting, 100);
    EXPECT_TRUE(story.sent().empty()) << "30 s of work and 500 s of pause";
}

TEST(peers, no_time_at_all_means_the_first_one_as_with_nomads_deadline_of_zero) {
    const a_policy first = share("bad >= 1", "true");
    EXPECT_EQ(said(first, of(10, {})), "false");
    EXPECT_EQ(said(first, of(10, {{"FINISHED", 1}})), "false");
    EXPECT_EQ(said(first, of(10, {{"ABNORMAL", 1}})), "acts");
    EXPECT_EQ(said(first, of(10, {{"ABNORMAL", 2}})), "acts");
}

TEST(peers, nomads_deadline_is_not_over_before_its_time) {
    const auto after = [](duration last) {
        rollout_story story{{a_policy().rule(
            a_rule("stuck").when("ticket.unchanged_for >= duration(\"60s\")").do_cancel())}};
        const a_ticket working = of(5, {{"PROCESSING", 5}});
        story.see(working.read());
        story.watch(working, 11);
        story.watch(working, 1, last);
        return story.all<intended>().size();  // sent after one more look
    };
    EXPECT_EQ(after(4s), 0u) << "59 s";
    EXPECT_EQ(after(5s), 1u) << "60 s";
    EXPECT_EQ(after(6s), 1u) << "61 s";
}

}  // namespace rolloutd::tests
