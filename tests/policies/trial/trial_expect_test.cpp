#include "trial_support.h"

namespace rolloutd::policies::trial::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(trial_expect, every_kind_of_expectation_can_be_said) {
    const load_result loaded = expecting(R"({at: 25s, rule: failing, verdict: "true"},
{between: [1s, 2s], rule: p/failing, verdict: undetermined(needs)},
{rule: failing, do: pause, between: [30s, 35s], times: 1},
{rule: hung, instance: i-3, propose: cancel_instance},
{rule: stuck, batch: 2, suppressed: limit, do: skip_batch},
{rule: bake, do: none},
{never: cancel},
{rule: failing, effect: confirmed, at: 35s},
{at: 1s, fact: failed_share, is: 20.0}
)");
    // The fact does not exist; all others are as they should be.
    ASSERT_THAT(codes(loaded), ElementsAre("13:16 undeclared"));
    const auto& all = loaded.file.tests.at(0).expect;
    ASSERT_THAT(all, SizeIs(9));
    EXPECT_EQ(all[0].says, verdict::yes);
    EXPECT_EQ(all[0].when.from, 25s);
    EXPECT_EQ(all[0].where.line, 5);
    EXPECT_EQ(all[1].reason, "needs");
    EXPECT_EQ(all[2].what, action::pause);
    EXPECT_EQ(all[2].times, 1);
    EXPECT_EQ(all[3].who, (subject{.kind = subject_kind::instance, .number = 3}));
    EXPECT_EQ(all[3].outcome, decision_outcome::propose);
    EXPECT_EQ(all[4].outcome, decision_outcome::suppressed);
    EXPECT_EQ(all[4].suppressed, suppression::limit);
    EXPECT_EQ(all[5].kind, expected_kind::nothing);
    EXPECT_EQ(all[6].kind, expected_kind::never);
    EXPECT_EQ(all[6].rule, "");
    EXPECT_EQ(all[7].effect, effect_kind::confirmed);
}

TEST(trial_expect, what_a_rule_can_never_do_is_refused) {
    const load_result loaded = expecting("{rule: failing, do: skip_batch}");
    ASSERT_THAT(codes(loaded), ElementsAre("5:21 never-does"));
    EXPECT_THAT(loaded.issues[0].hint, HasSubstr("it does pause"));
    EXPECT_THAT(codes(expecting("{rule: ladder, do: cancel}")), IsEmpty());
}

TEST(trial_expect, what_expects_nothing_too_much_or_at_no_time_is_refused) {
    EXPECT_THAT(codes(expecting("{rule: failing}")), ElementsAre("5:1 missing-key"));
    EXPECT_THAT(codes(expecting("{rule: failing, do: pause, verdict: 'true'}")),
                ElementsAre("5:17 conflict"));
    EXPECT_THAT(codes(expecting("{rule: failing, verdict: 'true'}")),
                ElementsAre("5:1 missing-key"));
    EXPECT_THAT(codes(expecting("{do: pause}")), ElementsAre("5:2 missing-key"));
    EXPECT_THAT(codes(expecting("{rule: failing, do: none, times: 2}")),
                ElementsAre("5:21 conflict"));
    EXPECT_THAT(codes(expecting("{rule: failing, do: pause, times: 0}")),
                ElementsAre("5:35 out-of-range"));
    EXPECT_THAT(codes(expecting("{rule: failing, dou: pause}")),
                ElementsAre("5:1 missing-key", "5:17 unknown-key"));
    EXPECT_THAT(codes(expecting("pause")), ElementsAre("5:1 wrong-type"));
}

TEST(trial_expect, times_that_make_no_sense_are_refused) {
    EXPECT_THAT(codes(expecting("{never: pause, between: [5s, 4s]}")),
                ElementsAre("5:25 bad-order"));
    EXPECT_THAT(codes(expecting("{never: pause, between: [5s]}")), ElementsAre("5:25 bad-value"));
    EXPECT_THAT(codes(expecting("{never: pause, between: 5s}")), ElementsAre("5:25 wrong-type"));
    EXPECT_THAT(codes(expecting("{never: pause, at: 5s, between: [5s, 6s]}")),
                ElementsAre("5:33 conflict"));
    EXPECT_THAT(codes(expecting("{never: pause, at: -5s}")), ElementsAre("5:20 wrong-type"));
}

TEST(trial_expect, a_fact_is_compiled_where_it_stands) {
    EXPECT_THAT(codes(expecting("{at: 1s, fact: 'percent(bad, judged)', is: 1}")), IsEmpty());
    EXPECT_THAT(codes(expecting("{at: 1s, fact: 'bad + judgd', is: 1}")),
                ElementsAre("5:23 undeclared"));
    EXPECT_THAT(codes(expecting("{at: 1s, fact: bad}")), ElementsAre("5:2 missing-key"));
    EXPECT_THAT(codes(expecting("{at: 1s, batch: 1, fact: batch.size, is: 10}")), IsEmpty());
    EXPECT_THAT(codes(expecting("{at: 1s, fact: batch.size, is: 10}")),
                ElementsAre("5:16 undeclared"));
}

TEST(trial_expect, with_several_policies_a_fact_says_whose_variables_it_means) {
    std::string second = usual_policy;
    second.replace(second.find("policy: p"), 9, "policy: q");
    const auto with = [&](const std::string& fact) {
        return codes(
            load("version: 1\npolicies: [p.yaml, q.yaml]\nticket: {batches: [1]}\n"
                 "tests: [{name: a, timeline: [{at: 0s}], expect: [{at: 1s, " +
                     fact + "}]}]\n",
                 {{"q.yaml", second}}));
    };
    EXPECT_THAT(with("fact: bad, is: 1"), ElementsAre("4:51 missing-key"));
    EXPECT_THAT(with("fact: bad, is: 1, rule: q/bake"), IsEmpty());
}

}  // namespace
}  // namespace rolloutd::policies::trial::test
