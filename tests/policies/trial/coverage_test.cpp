#include "policies/trial/coverage.h"

#include "trial_support.h"

namespace rolloutd::policies::trial::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class coverage_of_tests : public ::testing::Test {
protected:
    void run(const std::string& lines) {
        const trial_file file = one_test(lines);
        const onlooker look = covered.watch(file);
        covered.note(file, run_trial(file, file.tests.at(0), look));
    }

    rule_coverage of(const std::string& rule) const {
        for (const rule_coverage& each : covered.report()) {
            if (each.rule == rule) return each;
        }
        ADD_FAILURE() << "no rule " << rule;
        return {};
    }

    // "ticket.status == \"PAUSED\": false".
    std::vector<std::string> gaps(const std::string& rule) const {
        std::vector<std::string> found;
        for (const condition_coverage& each : of(rule).conditions) {
            if (each.varied()) continue;
            found.push_back(each.text + (each.seen_true    ? ": true"
                                         : each.seen_false ? ": false"
                                                           : ": neither"));
        }
        return found;
    }

    coverage covered;
};

TEST_F(coverage_of_tests, a_rule_that_never_came_to_act_is_told) {
    run("    until: 1m\n    timeline: [{at: 0s, batch 1: {finished: 8, abnormal: 2}}]\n"
        "    expect: []\n");
    EXPECT_TRUE(of("failing").fired);
    EXPECT_FALSE(of("bake").fired);
    EXPECT_EQ(of("failing").where.file, "p.yaml");
    EXPECT_THAT(covered.report(), SizeIs(5));
}

TEST_F(coverage_of_tests, parts_of_a_condition_that_never_varied_are_told) {
    run("    until: 1m\n    timeline: [{at: 0s}, {at: 30s, status: paused}]\n    expect: []\n");
    EXPECT_THAT(gaps("bake"),
                ElementsAre("ticket.pause_cause == \"rotation\": false", "bad == 0: true"));
}

TEST_F(coverage_of_tests, what_is_undetermined_is_neither_true_nor_false) {
    run("    until: 1m\n    timeline: [{at: 0s}]\n    expect: []\n");
    EXPECT_THAT(gaps("ladder"), ElementsAre("has(ticket.params.alarm): false",
                                            "ticket.params[\"alarm\"] == \"red\": neither"));
}

TEST_F(coverage_of_tests, tests_add_up) {
    run("    until: 1m\n    timeline: [{at: 0s, params: {alarm: red}}]\n    expect: []\n");
    EXPECT_THAT(gaps("ladder"), SizeIs(2));
    run("    until: 1m\n    timeline: [{at: 0s}, {at: 5s, params: {alarm: green}}]\n"
        "    expect: []\n");
    EXPECT_THAT(gaps("ladder"), IsEmpty());
    EXPECT_THAT(covered.report(), SizeIs(5)) << "the same policy, not another one";
}

TEST_F(coverage_of_tests, steps_of_a_ladder_that_were_never_taken_are_told) {
    run("    until: 1m\n    timeline: [{at: 0s, params: {alarm: red}}]\n    expect: []\n");
    EXPECT_THAT(of("ladder").missed_steps(), ElementsAre(1));
    run("    until: 6m\n    timeline: [{at: 0s, params: {alarm: red}}]\n    expect: []\n");
    EXPECT_THAT(of("ladder").missed_steps(), IsEmpty());
    EXPECT_THAT(of("bake").missed_steps(), IsEmpty()) << "it never fired, which says it all";
}

TEST_F(coverage_of_tests, any_subject_counts) {
    run("    ticket: {batches: [{size: 4, zones: [a, b]}]}\n    until: 30s\n"
        "    timeline: [{at: 0s, batch 1: {processing: 2}}]\n    expect: []\n");
    EXPECT_THAT(gaps("hung"), IsEmpty());
    EXPECT_TRUE(of("hung").fired);
}

TEST_F(coverage_of_tests, a_policy_that_does_not_match_is_not_looked_at) {
    run("    ticket: {name: other, batches: [4]}\n    until: 30s\n"
        "    timeline: [{at: 0s, batch 1: processing}]\n    expect: []\n");
    EXPECT_THAT(gaps("failing"), ElementsAre("judged >= 5: neither",
                                             "percent(bad, judged) > ticket.failure_allowed: "
                                             "neither"));
}

}  // namespace
}  // namespace rolloutd::policies::trial::test
