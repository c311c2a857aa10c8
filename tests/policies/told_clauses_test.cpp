#include "policies/told_clauses.h"

#include <gmock/gmock.h>

#include "policies/policy_loader.h"
#include "tests/support/rollout_story.h"

namespace rolloutd::tests {
namespace {

using policies::told_clause;
using policies::told_condition;
using policies::verdict;
using ::testing::HasSubstr;

told_condition tell_clauses(const policies::policy& owner, std::size_t order,
                            const policies::fact_view& view, const policies::settings& rules,
                            policies::telling_budget left = {}) {
    policies::clause_teller teller(owner, rules, left);
    return teller.of_rule(order, {}, view);
}

told_condition tell(a_policy what) {
    rollout_story story({std::move(what)});
    a_ticket seen;
    seen.batch(10).processing().current(1).in_batch(1, {{"FINISHED", 4}, {"PROCESSING", 6}});
    story.see(seen);
    const policies::fact_view view{story.state(), story.now(), false};
    return tell_clauses(story.rules().policies->policies[0], 0, view, story.rules());
}

told_clause tell_one(const std::string& when) {
    const told_condition found = tell(a_policy().rule(a_rule("r").when(when).do_notify()));
    return found.clauses.empty() ? told_clause{} : found.clauses[0];
}

TEST(told_clauses, numbers_stay_integers_and_literals_are_not_repeated) {
    EXPECT_EQ(tell_one("count.finished >= 4").said, "count.finished is 4");
    EXPECT_EQ(tell_one("4 <= count.finished").said, "count.finished is 4");
    EXPECT_EQ(tell_one("count.finished + count.ready > 3").said,
              "count.finished + count.ready is 4 (count.finished = 4, count.ready = 0)");
    EXPECT_EQ(tell_one("ticket.timeout > duration(\"1m\")").said, "ticket.timeout is 5m");
}

TEST(told_clauses, shares_are_told_as_parts_of_a_whole) {
    EXPECT_EQ(tell_one("percent(count.finished, count.total) > 10.0").said,
              "percent(count.finished, count.total) is 40.0% (4 of 10 count.total)");
}

TEST(told_clauses, an_integer_is_never_told_in_percent) {
    EXPECT_EQ(
        tell_one("double(count.finished) > ticket.failure_allowed").said,
        "double(count.finished) is 4.0 (count.finished = 4), ticket.failure_allowed is 10.0%");
    EXPECT_EQ(tell_one("count.finished > ticket.failure_allowed").said,
              "count.finished is 4, ticket.failure_allowed is 10.0%");
}

TEST(told_clauses, what_is_made_of_a_share_is_none_itself) {
    EXPECT_THAT(tell_one("percent(count.finished, count.total) / 100.0 > 0.1").said,
                HasSubstr("/ 100.0 is 0.4 ("));
}

TEST(told_clauses, a_condition_that_is_too_long_to_take_apart_is_told_whole) {
    rollout_story story(
        {a_policy().rule(a_rule("r").when("count.finished > 3 && count.ready > 9").do_notify())});
    a_ticket seen;
    seen.batch(10).processing().current(1).in_batch(1, {{"FINISHED", 4}, {"PROCESSING", 6}});
    story.see(seen);
    const policies::fact_view view{story.state(), story.now(), false};
    const told_condition found =
        tell_clauses(story.rules().policies->policies[0], 0, view, story.rules(), {.bytes = 10});
    ASSERT_EQ(found.clauses.size(), 1U);
    EXPECT_EQ(found.clauses[0].text, "count.finished > 3 && count.ready > 9");
    EXPECT_EQ(found.clauses[0].now, verdict::no);
    EXPECT_EQ(found.clauses[0].said, "count.finished = 4, count.ready = 0");
}

TEST(told_clauses, what_compares_nothing_shows_its_values) {
    const told_clause told = tell_one("ticket.status in [\"PAUSED\"]");
    EXPECT_EQ(told.now, verdict::no);
    EXPECT_THAT(told.said, HasSubstr("ticket.status = PROCESSING"));
}

TEST(told_clauses, of_an_or_one_clause_suffices) {
    const told_condition found =
        tell(a_policy().rule(a_rule("r").when("count.finished > 9 || true").do_notify()));
    EXPECT_TRUE(found.any);
    ASSERT_EQ(found.clauses.size(), 2U);
    EXPECT_EQ(found.clauses[1].now, verdict::yes);
}

TEST(told_clauses, secrets_are_not_told) {
    rollout_story story(
        {a_policy().rule(a_rule("r").when("ticket.params[\"db_password\"] == \"x\"").do_notify())});
    a_ticket seen;
    seen.batch(10).processing().current(1);
    policies::reading what = seen.read();
    what.info.params["db_password"] = "hunter2";
    story.see(what);
    const policies::fact_view view{story.state(), story.now(), false};
    const told_condition found =
        tell_clauses(story.rules().policies->policies[0], 0, view, story.rules());
    ASSERT_EQ(found.clauses.size(), 1U);
    EXPECT_THAT(found.clauses[0].said, ::testing::Not(HasSubstr("hunter2")));
    EXPECT_THAT(found.clauses[0].said, HasSubstr("[redacted]"));
}

TEST(told_clauses, an_error_is_shown_where_it_stands_in_the_file_also_in_a_variable) {
    const std::string text =
        "version: 1\n"
        "policy: web\n"
        "match: true\n"
        "variables:\n"
        "  tier: ticket.labels[\"tier\"]\n"
        "rules:\n"
        "  - name: own\n"
        "    when: count.finished > 0 && ticket.labels[\"zone\"] == \"a\"\n"
        "    do: notify\n"
        "  - name: of-variable\n"
        "    when: tier == \"prod\"\n"
        "    do: notify\n";
    const auto loaded = policies::load_policies({{"web.yaml", text}}, {});
    ASSERT_EQ(loaded.set.policies.size(), 1U);
    rollout_story story({a_policy()});
    a_ticket seen;
    seen.batch(10).processing().current(1).in_batch(1, {{"FINISHED", 4}});
    story.see(seen);
    const policies::fact_view view{story.state(), story.now(), false};
    const policies::policy& owner = loaded.set.policies[0];
    const told_condition own = tell_clauses(owner, 0, view, story.rules());
    ASSERT_EQ(own.clauses.size(), 2U);
    EXPECT_THAT(own.clauses[1].place, HasSubstr("web.yaml:8:33"));
    const told_condition other = tell_clauses(owner, 1, view, story.rules());
    ASSERT_EQ(other.clauses.size(), 1U);
    EXPECT_THAT(other.clauses[0].place, HasSubstr("web.yaml:5:9"));
}

}  // namespace
}  // namespace rolloutd::tests
