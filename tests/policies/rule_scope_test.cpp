// Variables, and the evidence that they leave.

#include "policies/rule_scope.h"

#include <gtest/gtest.h>

#include "tests/support/rollout_story.h"

namespace rolloutd::tests {

using namespace policies;

namespace {

ticket_state state_with(const reading& what) {
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
        state_with(a_ticket().batch(8).in_batch(1, {{"FINISHED", 6}, {"ABNORMAL", 2}}));
    const fact_view view{state, timestamp{}, false};
    const rule_scope scope{view, owner, {}, nullptr};
    cel::trace used;
    EXPECT_TRUE(scope.evaluate(owner.rules[0].when, &used).as_boolean());
    std::map<std::string, evidence_value> found;
    for (const evidence_item& each : scope.evidence(used, {})) {
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
    const ticket_state state = state_with(a_ticket().batch(8));
    const fact_view view{state, timestamp{}, false};
    const rule_scope scope{view, owner, {}, nullptr};
    EXPECT_EQ(scope.evaluate(owner.rules[0].when, nullptr).as_error().code, "division_by_zero");
}

TEST(rule_scope, the_evidence_of_a_host_begins_with_its_number) {
    const policy owner =
        a_policy()
            .rule(a_rule("x").each_instance().when("instance.batch == 1").do_cancel_instance())
            .build();
    const ticket_state state = state_with(a_ticket().batch(8).with_details());
    const fact_view view{state, timestamp{}, false};
    const rule_scope scope{view, owner, {.kind = subject_kind::instance, .number = 1004}, nullptr};
    cel::trace used;
    scope.evaluate(owner.rules[0].when, &used);
    const auto evidence = scope.evidence(used, {});
    ASSERT_EQ(evidence.size(), 2u);
    EXPECT_EQ(evidence[0].name, "instance.id");
    EXPECT_EQ(evidence[0].value, evidence_value{std::int64_t{1004}});
}

TEST(rule_scope, a_text_made_of_a_secret_is_hidden_and_a_number_is_not) {
    const policy owner =
        a_policy()
            .variable("login", "ticket.params.user + ticket.params.db_pass")
            .variable("greeting", "'hello ' + login")
            .variable("length", "size(login)")
            .variable("host", "'host ' + ticket.params.user")
            .rule(a_rule("x").when("greeting != '' && length > 1 && host != ''").do_pause())
            .build();
    reading what = a_ticket().batch(8);
    what.info.params = {{"user", "ada"}, {"db_pass", "hunter2"}};
    const ticket_state state = state_with(what);
    const fact_view view{state, timestamp{}, false};
    const rule_scope scope{view, owner, {}, nullptr};
    cel::trace used;
    EXPECT_TRUE(scope.evaluate(owner.rules[0].when, &used).as_boolean());
    std::map<std::string, evidence_value> found;
    for (const evidence_item& each : scope.evidence(used, {"pass"}))
        found.emplace(each.name, each.value);
    EXPECT_EQ(found.at("greeting"), evidence_value{"[redacted]"});
    EXPECT_EQ(found.at("login"), evidence_value{"[redacted]"});
    EXPECT_EQ(found.at("ticket.params.db_pass"), evidence_value{"[redacted]"});
    EXPECT_EQ(found.at("ticket.params.user"), evidence_value{"ada"});
    EXPECT_EQ(found.at("host"), evidence_value{"host ada"});
    EXPECT_EQ(found.at("length"), evidence_value{std::int64_t{10}});
}

}  // namespace rolloutd::tests
