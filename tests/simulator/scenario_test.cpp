// What a scenario file may say, and how a bad one is refused.

#include "tests/simulator/scenario.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "tests/simulator/test_support.h"
#include "tests/simulator/yaml_reader.h"

namespace coc_sim {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string issues_of(const std::string& text) {
    std::string all;
    for (const std::string& line : load_scenario(text, "s.yaml").issues)
        all += line + "\n";
    return all;
}

std::string endings_of(const std::string& batch) {
    const auto loaded = load_scenario("tickets:\n- {id: A, batches: [" + batch + "]}", "s.yaml");
    EXPECT_THAT(loaded.issues, ElementsAre());
    std::string text;
    if (loaded.issues.empty())
        for (const auto& one : loaded.value.tickets.at(0).batches.at(0).instances)
            text += "farh"[static_cast<int>(one.ends)];
    return text;
}

TEST(sim_scenario, a_ticket_is_read_as_written) {
    const auto loaded = load_scenario(R"(
speed: 4
rules: {evaluation: cumulative, latency: 2s}
tickets:
  - id: SCT1
    name: deploy
    success_rate: 90.5
    timeout: 10m
    params: {version: "1.2"}
    rules: {pause_waits: true, legal: {CONTINUE_ORDER: [PAUSED]}}
    people: [{at: 5s, operation: SKIP_BATCH, batch: 2}]
    batches:
      - {size: 2, rotation: PAUSE, label: canary, takes: 5s, hosts: [web-1, web-2], zones: [z1]}
      - {size: 3, takes: {min: 2s, max: 4s}}
)",
                                      "s.yaml");
    ASSERT_THAT(loaded.issues, ElementsAre());
    EXPECT_EQ(loaded.value.speed, 4);
    const ticket_plan& plan = loaded.value.tickets.at(0);
    EXPECT_EQ(plan.order_name, "deploy");
    EXPECT_EQ(plan.success_rate, 90.5);
    EXPECT_EQ(plan.timeout, std::chrono::minutes(10));
    EXPECT_EQ(plan.params.at(0).value, "1.2");
    EXPECT_EQ(plan.people.at(0).what.batch, 2);
    EXPECT_EQ(plan.behaviour.success, evaluation::cumulative) << "inherited";
    EXPECT_EQ(plan.behaviour.latency, std::chrono::seconds(2)) << "inherited";
    EXPECT_TRUE(plan.behaviour.pause_waits);
    EXPECT_EQ(plan.behaviour.legal.at(operation_kind::continue_order),
              std::set{order_status::paused});
    const batch_plan& first = plan.batches.at(0);
    EXPECT_EQ(first.strategy, rotation::pause);
    EXPECT_EQ(first.label, "canary");
    EXPECT_EQ(first.instances.at(1).host, "web-2");
    EXPECT_EQ(first.instances.at(0).takes, std::chrono::seconds(5));
    for (const instance_plan& one : plan.batches.at(1).instances) {
        EXPECT_GE(one.takes, std::chrono::seconds(2));
        EXPECT_LE(one.takes, std::chrono::seconds(4));
    }
}

TEST(sim_scenario, endings_are_placed_by_position_count_and_step) {
    EXPECT_EQ(endings_of("{size: 5, fails: [2, 5], hangs: [3]}"), "fahfa");
    EXPECT_EQ(endings_of("{size: 4, fail_count: 2, rolls_back: [4]}"), "aafr");
    EXPECT_EQ(endings_of("{size: 6, fail_every: 3}"), "ffaffa");
}

TEST(sim_scenario, the_same_seed_plays_the_same) {
    const auto length = [](std::uint64_t seed) {
        return spread(std::chrono::seconds(1), std::chrono::hours(9), seed, "SCT1/b1-i1");
    };
    EXPECT_EQ(length(7), length(7));
    EXPECT_NE(length(7), length(8));
}

TEST(sim_scenario, one_entry_can_stand_for_many_tickets) {
    const auto loaded = load_scenario(
        "tickets:\n- {id: 'SCT{n}', name: 'load-{n}', count: 500, batches: [{size: 10}]}",
        "s.yaml");
    ASSERT_THAT(loaded.issues, ElementsAre());
    ASSERT_EQ(loaded.value.tickets.size(), 500U);
    EXPECT_EQ(loaded.value.tickets.back().id, "SCT000500");
    EXPECT_EQ(loaded.value.tickets.back().name, "load-000500");
}

TEST(sim_scenario, every_problem_is_told_with_its_line) {
    const std::string issues = issues_of(
        "sped: 2\n"
        "tickets:\n"
        "- id: A\n"
        "  success_rate: 101\n"
        "  batches:\n"
        "  - {size: ten}\n"
        "  - {size: 3, fails: [4]}\n"
        "  - {rotation: STOP, takes: 5}\n"
        "faults:\n"
        "- {kind: explode}\n"
        "- {kind: delay, path: '('}\n");
    EXPECT_THAT(issues, HasSubstr("s.yaml:1: scenario: unknown key `sped`"));
    EXPECT_THAT(issues, HasSubstr("s.yaml:4: ticket: `success_rate` must be a number"));
    EXPECT_THAT(issues, HasSubstr("s.yaml:6: batch: `size` must be a whole number from 1 to 999"));
    EXPECT_THAT(issues, HasSubstr("s.yaml:7: batch: `fails` must hold whole numbers from 1 to 3"));
    EXPECT_THAT(issues, HasSubstr("s.yaml:8: batch: `rotation` must be CONTINUE or PAUSE"));
    EXPECT_THAT(issues, HasSubstr("s.yaml:8: batch: `takes` must be a duration"));
    EXPECT_THAT(issues, HasSubstr("s.yaml:10: fault: `kind` must be one of"));
    EXPECT_THAT(issues, HasSubstr("s.yaml:11: fault: `path` is no regular expression"));
    EXPECT_THAT(issues, HasSubstr("s.yaml:11: fault: a fault of kind delay needs `delay`"));
}

TEST(sim_scenario, shapes_that_make_no_sense_are_refused) {
    EXPECT_THAT(issues_of("[1, 2"), HasSubstr("s.yaml:1: "));
    EXPECT_THAT(issues_of("just text"), HasSubstr("scenario must be a mapping"));
    EXPECT_THAT(issues_of(""), HasSubstr("scenario must be a mapping"));
    EXPECT_THAT(issues_of("faults: [{kind: truncate, applied: false}]"),
                HasSubstr("`applied` cannot be false"));
    EXPECT_THAT(issues_of("tickets: 5"), HasSubstr("`tickets` must be a list"));
    EXPECT_THAT(issues_of("speed: 1\nspeed: 2"),
                HasSubstr("s.yaml:2: scenario: the key `speed` is given twice"));
    EXPECT_THAT(issues_of("tickets:\n- {id: A}"), HasSubstr("`batches` must be a list of 1 to 20"));
    EXPECT_THAT(issues_of("tickets:\n- {id: 'a b', batches: [{}]}"),
                HasSubstr("`id` must be 1 to 26"));
    EXPECT_THAT(issues_of("tickets:\n- {id: A, batches: [{}]}\n- {id: A, batches: [{}]}"),
                HasSubstr("have the id `A` twice"));
    EXPECT_THAT(issues_of("tickets:\n- {id: A, count: 2, batches: [{}]}"),
                HasSubstr("must contain {n}"));
    EXPECT_THAT(issues_of("tickets:\n- {id: A, batches: [{takes: {min: 3s, max: 2s}}]}"),
                HasSubstr("`max` must not be less than min"));
}

TEST(sim_scenario, durations_are_strict) {
    using namespace std::chrono_literals;
    EXPECT_EQ(parse_duration("1h30m"), 90min);
    EXPECT_EQ(parse_duration("500ms"), 500ms);
    EXPECT_EQ(parse_duration("0s"), 0s);
    for (const char* bad :
         {"", "5", "s", "5x", "1m1h", "1s1s", "-5s", "5 s", "1.5s", "999999999999d"})
        EXPECT_EQ(parse_duration(bad), std::nullopt) << bad;
}

std::string file_text(const std::string& name) {
    std::ifstream in(std::string(COC_SIM_SCENARIOS) + "/" + name);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

TEST(sim_scenario, the_scenarios_that_are_shipped_load) {
    for (const char* name : {"guarded.yaml", "faults.yaml", "load.yaml"}) {
        const auto loaded = load_scenario(file_text(name), name);
        EXPECT_THAT(loaded.issues, ElementsAre());
        EXPECT_FALSE(loaded.value.tickets.empty()) << name;
    }
}

TEST(sim_scenario, the_example_of_the_readme_loads) {
    const std::string readme = file_text("../README.md");
    const std::string fence = "```yaml\n";
    const std::size_t begin = readme.find(fence) + fence.size();
    const std::string example = readme.substr(begin, readme.find("```", begin) - begin);
    EXPECT_THAT(example, HasSubstr("tickets:"));
    EXPECT_THAT(load_scenario(example, "README.md").issues, ElementsAre());
}

}  // namespace
}  // namespace coc_sim
