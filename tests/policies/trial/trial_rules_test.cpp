// Rules as tests name them: in expectations, and where an operator answers a proposal.

#include "trial_support.h"

namespace rolloutd::policies::trial::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(trial_rules, a_rule_that_no_policy_has_is_refused_with_the_nearest) {
    const load_result loaded = expecting("{rule: failin, do: pause}");
    ASSERT_THAT(codes(loaded), ElementsAre("5:8 unknown-rule"));
    EXPECT_THAT(loaded.issues[0].hint, HasSubstr("did you mean 'failing'?"));
    EXPECT_THAT(expecting("{rule: zzz, do: pause}").issues.at(0).hint,
                HasSubstr("known here: failing"));
}

TEST(trial_rules, a_name_that_two_policies_use_needs_the_policy_before_it) {
    std::string second = usual_policy;
    second.replace(second.find("policy: p"), 9, "policy: q");
    const auto with = [&](const std::string& rule) {
        return codes(
            load("version: 1\npolicies: [p.yaml, q.yaml]\nticket: {batches: [1]}\n"
                 "tests: [{name: a, timeline: [{at: 0s}], expect: [{rule: " +
                     rule + ", do: none}]}]\n",
                 {{"q.yaml", second}}));
    };
    EXPECT_THAT(with("failing"), ElementsAre("4:57 ambiguous"));
    EXPECT_THAT(with("q/failing"), IsEmpty());
}

TEST(trial_rules, a_subject_that_does_not_fit_the_rule_is_refused) {
    EXPECT_THAT(codes(expecting("{rule: failing, batch: 1, do: pause}")),
                ElementsAre("5:24 wrong-subject"));
    EXPECT_THAT(codes(expecting("{rule: stuck, instance: i-1, do: skip_batch}")),
                ElementsAre("5:25 wrong-subject"));
    EXPECT_THAT(codes(expecting("{rule: stuck, batch: 3, do: skip_batch}")),
                ElementsAre("5:22 out-of-range"));
    EXPECT_THAT(codes(expecting("{rule: stuck, batch: 1, instance: i-1, do: skip_batch}")),
                ElementsAre("5:35 conflict"));
}

}  // namespace
}  // namespace rolloutd::policies::trial::test
