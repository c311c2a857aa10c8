// Variables, and the evidence that they leave.

#include "policies/rule_scope.h"

#include <gtest/gtest.h>

#include "tests/support/rollout_story.h"

namespace rolloutd::tests {

using namespace policies;

namespace {

ticket_state state_of(const reading& what) {
    ticket_state state;
    state.last = what;
    return state;
}

}  // namespace

TEST(rule_scope, variables_of_variables_leave_their_facts_in_the_evidence_once) {
    const policy owner = a_policy()
                             .variable("judged", "count.finished + count.abnormal")
                             .variable("failed", "percent(count.abnormal, judged)")
                             .rule(a_rule("x").when("failed > 10.0 && judged > 3").do_pause())
                             .build();
    const ticket_state state =
        state_of(a_ticket().batch(8).in_batch(1, {{"FINISHED", 6}, {"ABNORMAL", 2}}));
    const fact_view view{state, timestamp{}, false};
    const rule_scope scope{view, owner, {}, nullptr};
    cel::trace used;
    EXPECT_TRUE(scope.evaluate(owner.rules[0].when, &used).as_boolean());
    std::map<std::string, evidence_value> found;
    for (const evidence_item& each : scope.evidence(used)) {
        EXPECT_TRUE(found.emplace(each.name, each.value).second) << each.name << " twice";
    }
    EXPECT_EQ(found.at("failed"), evidence_value{25.0});
    EXPECT_EQ(found.at("judged"), evidence_value{std::int64_t{8}});
    EXPECT_EQ(found.at("count.abnormal"), evidence_value{std::int64_t{2}});
    EXPECT_EQ(found.at("count.finished"), evidence_value{std::int64_t{6}});
}

TEST(rule_scope, an_error_in_a_variable_is_the_rules_error) {
    const policy owner = a_policy()
                             .variable("failed", "percent(count.abnormal, count.finished)")
                             .rule(a_rule("x").when("failed > 10.0").do_pause())
                             .build();
    const ticket_state state = state_of(a_ticket().batch(8));
    const fact_view view{state, timestamp{}, false};
    const rule_scope scope{view, owner, {}, nullptr};
    EXPECT_EQ(scope.evaluate(owner.rules[0].when, nullptr).as_error().code, "division_by_zero");
}

TEST(rule_scope, evidence_holds_the_beginning_of_a_text_and_never_half_a_character) {
    const std::string half = std::string(199, 'x') + "\u00e9";
    EXPECT_EQ(to_evidence(cel::value::string(half)), evidence_value{std::string(199, 'x')});
    const std::string fits = std::string(198, 'x') + "\u00e9";
    EXPECT_EQ(to_evidence(cel::value::string(fits + "yz")), evidence_value{fits});
}

TEST(rule_scope, the_evidence_of_a_host_begins_with_its_number) {
    const policy owner =
        a_policy()
            .rule(a_rule("x").each_instance().when("instance.batch == 1").do_cancel_instance())
            .build();
    const ticket_state state = state_of(a_ticket().batch(8).with_details());
    const fact_view view{state, timestamp{}, false};
    const rule_scope scope{view, owner, {.kind = subject_kind::instance, .number = 1004}, nullptr};
    cel::trace used;
    scope.evaluate(owner.rules[0].when, &used);
    const auto evidence = scope.evidence(used);
    ASSERT_EQ(evidence.size(), 2u);
    EXPECT_EQ(evidence[0].name, "instance.id");
    EXPECT_EQ(evidence[0].value, evidence_value{std::int64_t{1004}});
}

TEST(rule_scope, evidence_keeps_numbers_and_writes_the_rest) {
    EXPECT_EQ(to_evidence(cel::value::integer(3)), evidence_value{std::int64_t{3}});
    EXPECT_EQ(to_evidence(cel::value::real(2.5)), evidence_value{2.5});
    EXPECT_EQ(to_evidence(cel::value::boolean(true)), evidence_value{true});
    EXPECT_EQ(to_evidence(cel::value::string("web")), evidence_value{"web"});
    EXPECT_EQ(to_evidence(cel::value::error("not_seen", "x")),
              evidence_value{"undetermined: not_seen"});
}

}  // namespace rolloutd::tests
