// DESIGN §7: the daemon reads only what the policies of a ticket name.

#include "policies/ticket_needs.h"

#include <gtest/gtest.h>

#include "policies/policy_loader.h"
#include "tests/support/a_ticket.h"

namespace rolloutd::tests {

using namespace policies;

namespace {

settings with_policies(std::vector<std::string> rules) {
    std::vector<source_file> files;
    for (std::size_t i = 0; i < rules.size(); ++i) {
        const std::string name = "p" + std::to_string(i);
        files.push_back({name + ".yaml", "version: 1\npolicy: " + name + "\n" + rules[i]});
    }
    load_result got = load_policies(files);
    for (const issue& each : got.issues)
        ADD_FAILURE() << each.message;
    settings made;
    made.policies = std::make_shared<const policy_set>(std::move(got.set));
    return made;
}

const char* const stuck_of_web =
    "match: ticket.name == 'web'\nrules: [{name: r, when: count.stuck > 1, do: pause}]\n";
const char* const cheap_for_all =
    "match: true\nrules: [{name: r, when: count.abnormal > 1, do: pause}]\n";

required_reads reads(const settings& rules, const std::string& name, ticket_state state = {}) {
    return reads_of_ticket(a_ticket().name(name).read().info, state, rules, timestamp{1h});
}

}  // namespace

TEST(ticket_needs, only_the_tickets_of_a_policy_pay_for_what_it_names) {
    const settings rules = with_policies({stuck_of_web, cheap_for_all});
    EXPECT_TRUE(rules.policies->reads.details);
    EXPECT_TRUE(reads(rules, "web").details);
    EXPECT_FALSE(reads(rules, "database").details);
    EXPECT_EQ(reads(with_policies({}), "web"), required_reads{});
}

TEST(ticket_needs, a_ticket_whose_match_cannot_be_told_is_read_whole) {
    const settings rules =
        with_policies({"match: ticket.labels['tier'] == 'prod'\n"
                       "rules: [{name: r, when: count.stuck > 1, do: pause}]\n"});
    EXPECT_TRUE(reads(rules, "web").details) << "it has no such label";
    ticket_state labelled;
    labelled.labels = {{"tier", "test"}};
    EXPECT_FALSE(reads(rules, "web", labelled).details);
    labelled.labels = {{"tier", "prod"}};
    EXPECT_TRUE(reads(rules, "web", labelled).details);
}

TEST(ticket_needs, a_match_that_changed_since_the_last_reading_counts_at_once_and_once_more) {
    const settings rules =
        with_policies({"match: ticket.status == 'PROCESSING'\n"
                       "rules: [{name: r, when: count.stuck > 1, do: pause}]\n"});
    const reading running = a_ticket().batch(2).processing();
    const reading paused = a_ticket().batch(2).paused();
    ticket_state state;
    state.last = paused;
    EXPECT_TRUE(reads_of_ticket(running.info, state, rules, timestamp{1h}).details);
    EXPECT_FALSE(reads_of_ticket(paused.info, state, rules, timestamp{1h}).details);
    state.last = running;
    EXPECT_TRUE(reads_of_ticket(paused.info, state, rules, timestamp{1h}).details);
}

TEST(ticket_needs, what_match_names_is_read_of_every_ticket) {
    const settings rules =
        with_policies({"match: '\"x\" in ticket.params'\nrules: [{name: r, when: count.abnormal > "
                       "1, do: pause}]\n"});
    EXPECT_TRUE(reads(rules, "database").params);
}

TEST(ticket_needs, instances_are_read_for_rules_about_each_of_them) {
    const settings rules =
        with_policies({"match: true\nrules: [{name: r, each: instance, when: count.abnormal > 1, "
                       "do: notify}]\n"});
    EXPECT_TRUE(reads(rules, "web").details);
}

TEST(ticket_needs, what_a_set_asks_for_by_itself_is_read_of_all) {
    settings rules = with_policies({cheap_for_all});
    auto set = std::make_shared<policy_set>(*rules.policies);
    set->reads.params = true;
    rules.policies = set;
    EXPECT_TRUE(reads(rules, "web").params);
}

}  // namespace rolloutd::tests
