// What `rolloutctl check --cost` says against what the cloud is asked: the facts that policies name
// decide which endpoints are read, and details are read of the batches that are changing alone.

#include <gtest/gtest.h>

#include "policies/lint/cost.h"
#include "tests/daemon/stage.h"
#include "tests/policies/lint/lint_support.h"

namespace rolloutd::daemon::testing {
namespace {

namespace lint = policies::lint;

int details_read(const scripted_gateway& cloud) {
    const auto at = cloud.calls.find("batch_detail");
    return at == cloud.calls.end() ? 0 : at->second;
}

int all_calls(const scripted_gateway& cloud) {
    int sum = 0;
    for (const auto& [endpoint, count] : cloud.calls)
        sum += count;
    return sum;
}

// The daemon over one ticket, with policies as people write them.
void begin(stage& on, const policies::policy_set& set) {
    setup made = a_setup({"SCT1"}, {}, on.folder / "s");
    made.rules.policies = std::make_shared<const policies::policy_set>(set);
    on.start(std::move(made));
    // The first readings list the batches and see every detail once.
    on.run_for(12s);
}

// Three batches of two: settled, at work with so many still to settle, waiting.
policies::reading at_work(int processing) {
    a_ticket made;
    made.processing().name("deploy-web").current(2).batch(2).batch(2).batch(2);
    made.in_batch(1, {{"FINISHED", 2}});
    made.in_batch(2, {{"FINISHED", 2 - processing}, {"PROCESSING", processing}});
    made.in_batch(3, {{"READY", 2}});
    return made.with_details().read();
}

TEST(reading_cost, is_what_check_says_whatever_facts_the_rules_name) {
    const std::vector<std::pair<std::string, int>> priced{
        {"  - {name: r, when: count.abnormal > 5, do: pause}\n", 2},
        {"  - {name: r, when: 'ticket.params[\"a\"] == \"b\"', do: pause}\n", 2},
        {"  - {name: r, when: ticket.unchanged_for > duration('9h'), do: pause}\n", 2},
        {"  - {name: r, when: count.stuck > 5, do: pause}\n", 3},
        {"  - {name: r, when: count.given_up > 5, do: pause}\n", 3},
        {"  - {name: r, when: 'batches.exists(b, b.count.abnormal > 5)', do: pause}\n", 3},
        {"  - {name: r, each: batch, when: batch.count.abnormal > 5, do: notify}\n", 3},
        {"  - {name: r, each: batch, when: count.abnormal > 5, do: notify}\n", 2},
        {"  - {name: r, each: instance, when: count.abnormal > 5, do: notify}\n", 3},
        {"  - {name: r, when: 'instances.exists(i, i.message == \"x\")', do: notify}\n", 3},
    };
    for (const auto& [rule, expected] : priced) {
        SCOPED_TRACE(rule);
        const policies::policy_set set = lint::loaded({lint::with_rules(rule)});
        EXPECT_EQ(lint::calls_per_poll(lint::cost_of(set), 1), expected);
        stage on;
        on.cloud.tickets["SCT1"] = at_work(1);
        begin(on, set);
        const int before = all_calls(on.cloud);
        on.run_for(50s);
        EXPECT_EQ(all_calls(on.cloud) - before, 10 * expected) << "ten polls in 50 s";
    }
}

TEST(reading_cost, the_cheaper_policies_of_a_ticket_pay_nothing_for_the_dearest) {
    const policies::policy_set set =
        lint::loaded({lint::with_rules("  - {name: r, when: count.abnormal > 5, do: pause}\n"),
                      "version: 1\npolicy: q\nmatch: ticket.name == 'deploy-db'\nrules:\n"
                      "  - {name: r, when: count.stuck > 5, do: pause}\n"});
    stage on;
    on.cloud.tickets["SCT1"] = at_work(1);
    begin(on, set);
    on.run_for(20s);
    EXPECT_EQ(details_read(on.cloud), 0) << "the policy that needs them speaks of other tickets";
}

TEST(reading_cost, details_are_read_of_the_batches_that_statistics_show_to_be_changing) {
    stage on;
    on.cloud.tickets["SCT1"] = at_work(1);
    begin(on, lint::loaded({lint::pause_when("count.stuck > 5")}));
    int before = details_read(on.cloud);
    on.run_for(20s);
    EXPECT_EQ(details_read(on.cloud) - before, 4) << "batch 2 alone, in four polls";

    on.cloud.tickets["SCT1"] = at_work(0);
    before = details_read(on.cloud);
    on.run_for(5s);
    EXPECT_EQ(details_read(on.cloud) - before, 1) << "batch 2 once more, for its end";
    on.run_for(20s);
    EXPECT_EQ(details_read(on.cloud) - before, 1) << "nothing runs and nothing changes";
}

TEST(reading_cost, with_two_batches_at_work_each_costs_its_call) {
    a_ticket both;
    both.processing().name("deploy-web").current(1).batch(2).batch(2);
    both.in_batch(1, {{"PROCESSING", 2}}).in_batch(2, {{"PROCESSING", 1}, {"FINISHED", 1}});
    const policies::policy_set set = lint::loaded({lint::pause_when("count.stuck > 5")});
    stage on;
    on.cloud.tickets["SCT1"] = both.with_details().read();
    begin(on, set);
    const int before = all_calls(on.cloud);
    on.run_for(50s);
    EXPECT_EQ(all_calls(on.cloud) - before, 10 * lint::calls_per_poll(lint::cost_of(set), 2));
}

}  // namespace
}  // namespace rolloutd::daemon::testing
