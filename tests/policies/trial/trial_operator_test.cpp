// What people do with rolloutctl, as tests say it.

#include "trial_support.h"

namespace rolloutd::policies::trial::test {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

load_result timeline_of(const std::string& entries) {
    return load(file_of("  - {name: one, ticket: {batches: [10, 10]}, expect: [], timeline: [\n" +
                        entries + "]}\n"));
}

const std::string failing_at_zero = "{at: 0s, batch 1: {finished: 3, abnormal: 2, processing: 5}}";

TEST(trial_operator, every_command_can_be_said) {
    const load_result loaded = timeline_of(
        "{at: 0s, operator: hold}, {at: 0s, operator: release}, {at: 0s, operator: freeze},"
        "{at: 0s, operator: thaw}, {at: 0s, operator: approve}, {at: 0s, operator: deny},"
        "{at: 0s, operator: pause}, {at: 0s, operator: continue}, {at: 0s, operator: cancel},"
        "{at: 1s, operator: {approve: failing}}, {at: 1s, operator: {deny: p/hung, instance: i-3}},"
        "{at: 1s, operator: {skip_batch: 2}}, {at: 1s, operator: {cancel_instance: i-4}}");
    ASSERT_THAT(codes(loaded), IsEmpty());
    std::vector<command> said;
    for (const timeline_entry& each : loaded.file.tests.at(0).timeline)
        said.push_back(each.operators.at(0).what);
    EXPECT_THAT(said, ElementsAre(command::hold, command::release, command::freeze, command::thaw,
                                  command::approve, command::deny, command::operate,
                                  command::operate, command::operate, command::approve,
                                  command::deny, command::operate, command::operate));
    const auto& all = loaded.file.tests.at(0).timeline;
    EXPECT_EQ(all[7].operators[0].call.what, action::continue_ticket);
    EXPECT_EQ(all[10].operators[0].rule, "hung");
    EXPECT_EQ(all[10].operators[0].who->number, 3);
    EXPECT_EQ(all[11].operators[0].call.batch, 2);
    EXPECT_EQ(all[12].operators[0].call.instance, 4);
}

TEST(trial_operator, what_cannot_be_meant_is_refused_where_it_stands) {
    EXPECT_THAT(codes(timeline_of("{at: 0s, operator: resume}")), ElementsAre("5:20 bad-value"));
    EXPECT_THAT(codes(timeline_of("{at: 0s, operator: {approve: faling}}")),
                ElementsAre("5:30 unknown-rule"));
    EXPECT_THAT(codes(timeline_of("{at: 0s, operator: {approve: hung, deny: hung}}")),
                ElementsAre("5:42 conflict"));
    EXPECT_THAT(codes(timeline_of("{at: 0s, operator: {approve: failing, instance: i-1}}")),
                ElementsAre("5:49 wrong-subject"));
    EXPECT_THAT(codes(timeline_of("{at: 0s, operator: {}}")), ElementsAre("5:20 missing-key"));
    EXPECT_THAT(codes(timeline_of("{at: 0s, operator: {skip_batch: 3}}")),
                ElementsAre("5:33 out-of-range"));
    EXPECT_THAT(codes(timeline_of("{at: 0s, operator: {hold: true}}")),
                ElementsAre("5:20 missing-key", "5:21 unknown-key"));
}

TEST(trial_operator, an_approval_is_served_at_once_and_its_effect_is_seen) {
    EXPECT_THAT(failures("    mode: propose\n    until: 1m\n    timeline: [" + failing_at_zero +
                         ", {at: 32s, operator: approve}]\n"
                         "    expect:\n"
                         "      - {rule: failing, propose: pause, at: 10s, times: 1}\n"
                         "      - {rule: failing, do: pause, at: 32s, times: 1}\n"
                         "      - {rule: failing, effect: confirmed, at: 35s}\n"
                         "      - {at: 35s, fact: ticket.status, is: PAUSED}\n"),
                IsEmpty());
}

TEST(trial_operator, a_denial_spends_the_episode) {
    EXPECT_THAT(failures("    mode: propose\n    until: 3h\n    timeline: [" + failing_at_zero +
                         ", {at: 30s, operator: {deny: failing}}]\n"
                         "    expect:\n"
                         "      - {rule: failing, propose: pause, at: 10s, times: 1}\n"),
                IsEmpty());
}

TEST(trial_operator, a_hold_withholds_until_it_is_released) {
    EXPECT_THAT(failures("    until: 2m\n    timeline: [{at: 2s, operator: hold}, "
                         "{at: 5s, batch 1: {finished: 3, abnormal: 2, processing: 5}}, "
                         "{at: 61s, operator: release}]\n"
                         "    expect:\n"
                         "      - {rule: failing, suppressed: hold, at: 15s}\n"
                         "      - {rule: failing, do: pause, at: 61s, times: 1}\n"),
                IsEmpty());
}

TEST(trial_operator, a_freeze_and_a_thaw_are_those_of_the_fleet) {
    EXPECT_THAT(failures("    until: 8m\n    timeline: [{at: 0s, params: {alarm: red}}, "
                         "{at: 1m, operator: freeze}, {at: 6m, operator: thaw}]\n"
                         "    expect:\n"
                         "      - {rule: ladder, suppressed: freeze, at: 5m}\n"
                         "      - {rule: ladder, do: cancel, between: [6m, 7m], times: 1}\n"),
                IsEmpty());
}

TEST(trial_operator, an_operation_by_rolloutctl_is_no_rule_s_and_counts_as_a_person_s) {
    EXPECT_THAT(failures("    until: 15m\n    timeline: [{at: 0s, batch 1: processing}, "
                         "{at: 1m, operator: pause}, {at: 3m, operator: continue}]\n"
                         "    expect:\n"
                         "      - {operator: pause, effect: confirmed, between: [1m, 65s]}\n"
                         "      - {at: 2m, fact: ticket.pause_cause, is: operator}\n"
                         "      - {operator: continue, effect: confirmed, between: [3m, 185s]}\n"
                         "      - {rule: stuck, suppressed: human}\n"
                         "      - {never: continue}\n"),
                IsEmpty());
}

TEST(trial_operator, an_act_of_which_nothing_comes_fails_the_test_unless_that_is_expected) {
    const std::string lines =
        "    timeline: [{at: 0s, batch 1: processing}, "
        "{at: 10s, operator: continue}, {at: 20s, operator: approve}]\n";
    EXPECT_THAT(failures(lines + "    expect: []\n"),
                ElementsAre(AllOf(HasSubstr("the operator's continue at 10s was refused: illegal"),
                                  HasSubstr("PROCESSING")),
                            "the operator's approve at 20s was refused: no proposal is open"));
    EXPECT_THAT(failures(lines + "    expect:\n      - {at: 10s, refused: continue}\n"
                                 "      - {at: 20s, refused: approve, times: 1}\n"),
                IsEmpty());
    EXPECT_THAT(
        failures("    timeline: [{at: 5s, operator: pause}]\n"
                 "    expect: [{at: 5s, refused: pause}]\n"),
        ElementsAre("the operator's pause is expected to be refused at 5s, but it was not"));
}

TEST(trial_operator, of_several_proposals_the_subject_says_which) {
    const std::string lines =
        "    ticket: {batches: [{size: 8, zones: [a, b]}], timeout: 1h}\n"
        "    mode: propose\n    settings: {limits: {cancelled_percent: 50%}}\n    until: 1m\n";
    EXPECT_THAT(failures(lines + "    timeline: [{at: 0s, batch 1: processing},"
                                 " {at: 20s, operator: {approve: hung}}]\n"
                                 "    exactly: false\n    expect: []\n"),
                ElementsAre("the operator's approve at 20s was refused: 4 proposals of 'hung' are "
                            "open: say which"));
    EXPECT_THAT(
        failures(lines + "    timeline: [{at: 0s, batch 1: processing},"
                         " {at: 20s, operator: {approve: hung, instance: i-4}}]\n"
                         "    exactly: false\n"
                         "    expect: [{rule: hung, instance: i-4, do: cancel_instance, times: 1},"
                         " {rule: hung, instance: i-2, do: none, between: [11s, 1m]}]\n"),
        IsEmpty());
}

TEST(trial_operator, what_people_did_is_shown_among_the_decisions) {
    const trial_result got = result_of(
        "    until: 1m\n    timeline: [{at: 10s, operator: hold}]\n"
        "    expect: [{rule: failing, do: pause}]\n");
    ASSERT_THAT(got.diff, SizeIs(2));
    EXPECT_EQ(got.diff[1].what, "hold");
    EXPECT_EQ(got.diff[1].rule, "(operator)");
    EXPECT_EQ(got.diff[1].at, 10s);
}

}  // namespace
}  // namespace rolloutd::policies::trial::test
