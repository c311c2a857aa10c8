#include "policies/policy_loader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace rolloutd::policies {
namespace {

using namespace std::chrono_literals;
using texts = std::vector<std::string>;

const std::string head = "version: 1\npolicy: p\nmatch: true\n";

load_result load(const std::string& text) { return load_policies({{"p.yaml", text}}); }

// With the three keys that every policy begins with; the rest begins in line 4.
load_result load_rest(const std::string& rest) { return load(head + rest); }

texts places(const load_result& from) {
    texts list;
    for (const issue& each : from.issues) {
        list.push_back(std::to_string(each.begin.line) + ":" + std::to_string(each.begin.column) +
                       " " + each.code);
    }
    return list;
}

std::string rule_with(const std::string& rest) {
    return "rules:\n  - name: r\n    when: count.abnormal > 0\n    " + rest + "\n";
}

// The policy of DESIGN §6, every feature once.
const std::string example = R"yaml(version: 1
policy: web-fleet
match: ticket.name.startsWith("deploy-web")
mode: enforce
variables:
  judged: count.finished + count.abnormal + count.stuck + count.given_up
  failed: percent(count.abnormal + count.stuck + count.given_up, judged)
rules:
  - name: too-many-failures
    needs: judged >= 5
    when: failed > ticket.failure_allowed
    for: 10s
    do: pause
  - name: bad-first-batch
    when: ticket.current_batch == 1 && count.abnormal >= 2
    do: pause
  - name: stuck-batch
    each: batch
    when: batch.current && batch.unchanged_for > ticket.timeout + duration("5m")
    do: skip_batch
    limit: {times: 2, cooldown: 10m}
  - name: hung-host
    each: instance
    when: instance.slowness > 3.0 && instance.running_for > ticket.timeout
    for: 1m
    do: cancel_instance
    limit: {percent: 5%}
  - name: next-after-bake
    when: |
      ticket.status == "PAUSED" && ticket.pause_cause == "rotation" &&
      count.abnormal + count.stuck + count.given_up == 0
    for: 10m
    do: continue
  - name: escalate
    needs: judged >= 5
    when: failed > 50.0
    do:
      - notify
      - pause
      - {after: 30m, do: cancel, approve: true}
windows:
  - deny: [continue, skip_batch]
    from: Fri 18:00
    to: Mon 08:00
    zone: Asia/Shanghai
    reason: weekend
  - {allow: continue, days: [Mon, Wed-Fri], hours: 22:00-06:00}
)yaml";

TEST(policy_loader, the_designs_example_loads_whole) {
    const load_result got = load(example);
    ASSERT_EQ(places(got), texts{}) << render(got.issues[0], example);
    ASSERT_EQ(got.set.policies.size(), 1U);
    const policy& web = got.set.policies[0];
    EXPECT_EQ(web.name, "web-fleet");
    EXPECT_EQ(web.ceiling, mode::enforce);
    EXPECT_EQ(web.text, example);
    ASSERT_EQ(web.rules.size(), 6U);
    EXPECT_EQ(web.rules[0].hold_for, 10s);
    EXPECT_EQ(web.rules[0].where, (source_location{"p.yaml", 9}));
    EXPECT_TRUE(web.rules[0].needs);
    EXPECT_FALSE(web.rules[1].needs);
    EXPECT_EQ(web.rules[2].each, subject_kind::batch);
    EXPECT_EQ(web.rules[2].limit, (rule_limit{2, 10min, std::nullopt}));
    EXPECT_EQ(web.rules[3].limit.percent_tenths, 50);
    ASSERT_EQ(web.rules[5].steps.size(), 3U);
    EXPECT_EQ(web.rules[5].steps[2], (ladder_step{action::cancel, 30min, true}));
}

TEST(policy_loader, windows_are_minutes_of_the_week_or_of_days) {
    const std::vector<window> windows = load(example).set.policies.at(0).windows;
    ASSERT_EQ(windows.size(), 2U);
    EXPECT_FALSE(windows[0].allow);
    EXPECT_EQ(windows[0].what, (std::set{action::skip_batch, action::continue_ticket}));
    EXPECT_EQ(windows[0].span, (week_span{(4 * 24 + 18) * 60, 8 * 60}));
    EXPECT_EQ(windows[0].zone, "Asia/Shanghai");
    EXPECT_EQ(windows[0].reason, "weekend");
    EXPECT_TRUE(windows[1].allow);
    EXPECT_EQ(windows[1].hours, (day_hours{{0, 2, 3, 4}, 22 * 60, 6 * 60}));
    EXPECT_EQ(windows[1].zone, "UTC");
}

TEST(policy_loader, variables_are_compiled_for_each_kind_in_the_order_of_their_use) {
    const load_result got = load_rest(
        "variables:\n"
        "  a: b + 1\n"
        "  b: count.total\n"
        "  mine: batch.size + a\n"
        "rules:\n"
        "  - {name: one, when: a > 1, do: notify}\n"
        "  - {name: two, each: batch, when: mine > 1, do: skip_batch}\n");
    ASSERT_EQ(places(got), texts{}) << render(got.issues[0], "");
    const policy& what = got.set.policies[0];
    const auto names = [&](subject_kind kind) {
        texts list;
        for (const variable_definition& each : what.variables.at(kind))
            list.push_back(each.name);
        return list;
    };
    EXPECT_EQ(names(subject_kind::ticket), (texts{"b", "a"}));
    EXPECT_EQ(names(subject_kind::batch), (texts{"b", "a", "mine"}));
    EXPECT_EQ(names(subject_kind::instance), (texts{"b", "a"}));
}

TEST(policy_loader, variables_that_use_each_other_in_a_circle_are_refused_once) {
    const load_result got =
        load_rest("variables:\n  a: b\n  b: c\n  c: a\n  d: a > 1\n" + rule_with("do: pause"));
    EXPECT_EQ(places(got), texts{"5:3 cycle"});
    EXPECT_EQ(got.issues[0].message, "variables use each other in a circle: a -> b -> c -> a");
    EXPECT_EQ(places(load_rest("variables: {a: a + 1}\n" + rule_with("do: pause"))),
              texts{"4:13 cycle"});
}

TEST(policy_loader, facts_cannot_be_redefined) {
    for (const char* name : {"ticket", "count", "batch", "instance", "now"}) {
        const load_result got =
            load_rest("variables: {" + std::string(name) + ": 1}\n" + rule_with("do: pause"));
        EXPECT_EQ(places(got), texts{"4:13 redefined-fact"}) << name;
    }
    EXPECT_EQ(places(load_rest("variables: {in: 1, a-b: 2}\n" + rule_with("do: pause"))),
              (texts{"4:13 bad-value", "4:20 bad-value"}));
}

TEST(policy_loader, a_broken_variable_is_reported_once_and_not_where_it_is_used) {
    const load_result got = load_rest(
        "variables: {a: count.abnormale, b: a + 1}\n"
        "rules: [{name: r, when: b > 1 && a > 2, do: pause}]\n");
    EXPECT_EQ(got.issues.size(), 1U);
    EXPECT_EQ(got.issues.at(0).begin, (position{4, 22}));
}

TEST(policy_loader, a_rule_that_lacks_its_subject_is_told_so_once) {
    const load_result got = load_rest(
        "variables: {mine: batch.size}\n"
        "rules:\n"
        "  - name: r\n"
        "    needs: mine > 1\n"
        "    when: batch.current && batch.size > 1 && mine > 2\n"
        "    do: [skip_batch, {after: 5m, do: skip_batch}]\n"
        "  - {name: s, when: batch.current, do: skip_batch}\n");
    EXPECT_EQ(places(got), (texts{"7:12 wrong-subject", "10:21 undeclared"}));
}

TEST(policy_loader, a_match_that_speaks_of_more_than_the_ticket_is_told_what_it_knows) {
    const load_result got =
        load("version: 1\npolicy: p\nmatch: batch.size > 1\n" + rule_with("do: pause"));
    ASSERT_EQ(got.issues.size(), 1U);
    EXPECT_EQ(got.issues[0].hint, "`match` knows only ticket");
}

TEST(policy_loader, a_rule_that_lacks_its_subject_is_told_to_add_it) {
    const load_result direct = load_rest(rule_with("do: skip_batch"));
    EXPECT_EQ(places(direct), texts{"7:9 wrong-subject"});
    EXPECT_EQ(direct.issues[0].hint, "add `each: batch` to the rule");
    const load_result fact = load_rest("rules: [{name: r, when: batch.size > 1, do: pause}]\n");
    ASSERT_EQ(fact.issues.size(), 1U);
    EXPECT_EQ(fact.issues[0].hint, "add `each: batch` to the rule");
    const load_result variable = load_rest(
        "variables: {v: instance.slowness, w: v}\nrules: [{name: r, when: w > 1.0, do: pause}]\n");
    EXPECT_EQ(places(variable), texts{"5:25 wrong-subject"});
    EXPECT_EQ(variable.issues[0].hint, "add `each: instance` to the rule");
    EXPECT_EQ(
        places(load_rest("variables: {v: batch.size + instance.batch}\n" + rule_with("do: pause"))),
        texts{"4:16 wrong-subject"});
    EXPECT_EQ(places(load_rest(rule_with("do: cancel_instance\n    each: batch"))),
              texts{"7:9 wrong-subject"});
}

TEST(policy_loader, everything_that_is_missing_is_told) {
    EXPECT_EQ(places(load("policy: p\n")),
              (texts{"1:1 missing-key", "1:1 missing-key", "1:1 missing-key"}));
    EXPECT_EQ(places(load_rest("rules: []\n")), texts{"4:8 no-rules"});
    EXPECT_EQ(places(load_rest("rules: [{}]\n")),
              (texts{"4:9 missing-key", "4:9 missing-key", "4:9 missing-key"}));
    EXPECT_EQ(places(load("")), texts{"1:1 empty-file"});
    EXPECT_EQ(places(load("- a\n")), texts{"1:1 wrong-type"});
}

TEST(policy_loader, impossible_values_are_refused_where_they_stand) {
    EXPECT_EQ(places(load_rest(rule_with("do: paws\n    for: soon\n    each: host"))),
              (texts{"7:9 bad-value", "8:10 wrong-type", "9:11 bad-value"}));
    EXPECT_EQ(places(load_rest(rule_with("do: []"))), texts{"7:9 empty-value"});
    EXPECT_EQ(places(load_rest(rule_with("do: {after: 1m, do: pause}"))), texts{"7:9 wrong-type"});
    EXPECT_EQ(places(load_rest(rule_with("do: [{after: 1m}, {do: notify, approve: true}]"))),
              (texts{"7:11 missing-key", "7:45 bad-value"}));
    EXPECT_EQ(
        places(load_rest(
            rule_with("do: pause\n    limit: {times: 0, cooldown: 5, percent: 101%, time: 3}"))),
        (texts{"8:20 out-of-range", "8:33 wrong-type", "8:45 out-of-range", "8:51 unknown-key"}));
    EXPECT_EQ(places(load_rest(rule_with("do: pause\n    name2: x"))), texts{"8:5 unknown-key"});
}

TEST(policy_loader, impossible_windows_are_refused) {
    const auto window_of = [](const std::string& text) {
        return places(load_rest(rule_with("do: pause") + "windows: [" + text + "]\n"));
    };
    EXPECT_EQ(window_of("{deny: [pause, notify], from: Fri 18:00, to: Mon 08:00}"),
              (texts{"8:19 window", "8:26 window"}));
    EXPECT_EQ(window_of("{deny: continue}"), texts{"8:11 window"});
    EXPECT_EQ(window_of("{from: Fri 18:00, to: Mon 08:00}"), texts{"8:11 window"});
    EXPECT_EQ(window_of("{deny: continue, from: Fri 18:00}"), texts{"8:12 missing-key"});
    EXPECT_EQ(window_of("{deny: continue, from: Fri 25:00, to: Friday 8:00}"),
              (texts{"8:34 bad-value", "8:49 bad-value"}));
    EXPECT_EQ(window_of("{deny: continue, from: Fri 18:00, to: Fri 18:00}"), texts{"8:49 window"});
    EXPECT_EQ(window_of("{deny: continue, days: Mo-Fr, hours: 9-17}"),
              (texts{"8:34 bad-value", "8:48 bad-value"}));
    EXPECT_EQ(window_of("{deny: continue, days: Mon, hours: 00:00-24:00}"), texts{});
}

class two_zones final : public cel::zone_source {
public:
    std::optional<std::chrono::seconds> offset(std::string_view zone, cel::instant) const override {
        if (zone == "UTC" || zone == "Asia/Shanghai") return std::chrono::seconds{0};
        return std::nullopt;
    }
};

TEST(policy_loader, zones_are_checked_where_the_machine_knows_them) {
    const std::string text =
        head + rule_with("do: pause") +
        "windows: [{deny: continue, days: Mon, hours: 00:00-24:00, zone: Mars}]\n";
    EXPECT_EQ(places(load(text)), texts{});
    const two_zones zones;
    load_options options;
    options.zones = &zones;
    EXPECT_EQ(places(load_policies({{"p.yaml", text}}, options)), texts{"8:65 unknown-zone"});
}

TEST(policy_loader, names_are_unique_over_all_files) {
    const std::string text = head + rule_with("do: pause");
    const load_result got = load_policies({{"b.yaml", text}, {"a.yaml", text}});
    ASSERT_EQ(got.issues.size(), 1U);
    EXPECT_EQ(got.issues[0].file, "b.yaml");
    EXPECT_EQ(got.issues[0].hint, "the first is a.yaml:2");
    EXPECT_EQ(places(load_rest("rules: [{name: r, when: 'true', do: pause}, {name: r, when: "
                               "'true', do: pause}]\n")),
              texts{"4:45 duplicate-name"});
}

TEST(policy_loader, a_broken_file_does_not_hide_the_problems_of_others) {
    const load_result got =
        load_policies({{"a.yaml", "policy: ]\n"}, {"b.yaml", head + "rulez: []\n"}});
    ASSERT_EQ(got.issues.size(), 3U);
    EXPECT_EQ(got.issues[0].file, "a.yaml");
    EXPECT_EQ(got.issues[1].file, "b.yaml");
    EXPECT_TRUE(has_errors(got.issues));
}

TEST(policy_loader, no_file_gives_the_empty_set) {
    const load_result got = load_policies({});
    EXPECT_TRUE(got.issues.empty());
    EXPECT_TRUE(got.set.policies.empty());
    EXPECT_EQ(got.set.reads, required_reads{});
    EXPECT_EQ(got.set.sha256.size(), 64U);
}

TEST(policy_loader, only_what_is_named_has_to_be_read) {
    const auto reads = [](const std::string& when) {
        return load_rest("variables: {v: count.stuck}\nrules: [{name: r, when: '" + when +
                         "', do: pause}]\n")
            .set.reads;
    };
    EXPECT_EQ(reads("count.abnormal > 1"), required_reads{});
    EXPECT_TRUE(reads("v > 1").details);
    EXPECT_TRUE(reads("batches.exists(b, b.size > 1)").details);
    EXPECT_TRUE(reads("ticket.params.size() > 1").params);
    EXPECT_TRUE(reads("ticket.order_name == \"a\"").order_name);
    EXPECT_FALSE(reads("ticket.order_name == \"a\"").params);
}

std::string definition(const std::string& variables, const std::string& rule_text) {
    const load_result got = load_rest("variables: " + variables + "\nrules: [" + rule_text + "]\n");
    EXPECT_FALSE(has_errors(got.issues)) << render(got.issues.at(0), "");
    return got.set.policies.at(0).rules.at(0).definition;
}

TEST(policy_loader, a_definition_changes_with_what_decides_and_with_nothing_else) {
    const std::string base =
        definition("{v: 1, w: v}", "{name: r, when: w > 1, do: pause, for: 1m}");
    EXPECT_EQ(base.size(), 64U);
    EXPECT_EQ(base, definition("{w: v, v: 1, u: 3}",
                               "{name: s, do: pause, for: 60s, when: w > 1, limit: {times: 1}}"));
    EXPECT_NE(base, definition("{v: 2, w: v}", "{name: r, when: w > 1, do: pause, for: 1m}"));
    EXPECT_NE(base, definition("{v: 1, w: v}", "{name: r, when: w > 2, do: pause, for: 1m}"));
    EXPECT_NE(base, definition("{v: 1, w: v}", "{name: r, when: w > 1, do: pause, for: 2m}"));
    EXPECT_NE(base, definition("{v: 1, w: v}", "{name: r, when: w > 1, do: cancel, for: 1m}"));
    EXPECT_NE(base, definition("{v: 1, w: v}",
                               "{name: r, needs: w > 0, when: w > 1, do: pause, for: 1m}"));
    EXPECT_NE(base, definition("{v: 1, w: v}",
                               "{name: r, each: batch, when: w > 1, do: pause, for: 1m}"));
}

TEST(policy_loader, the_sets_digest_does_not_depend_on_the_order_of_files) {
    const source_file a{"a.yaml", "version: 1\npolicy: a\nmatch: true\n" + rule_with("do: pause")};
    const source_file b{"b.yaml", "version: 1\npolicy: b\nmatch: true\n" + rule_with("do: pause")};
    const load_result one = load_policies({a, b});
    EXPECT_EQ(one.set.sha256, load_policies({b, a}).set.sha256);
    EXPECT_NE(one.set.sha256, load_policies({a}).set.sha256);
    EXPECT_EQ(one.set.policies.at(0).name, "a");
}

TEST(policy_loader, unused_variables_are_a_warning) {
    const load_result got = load_rest("variables: {v: 1}\n" + rule_with("do: pause"));
    EXPECT_EQ(places(got), texts{"4:13 unused-variable"});
    EXPECT_FALSE(has_errors(got.issues));
}

TEST(policy_loader, the_shipped_policies_load_without_a_word) {
    int found = 0;
    for (const auto& entry : std::filesystem::directory_iterator(ROLLOUTD_LIBRARY)) {
        const std::string path = entry.path().string();
        if (!path.ends_with(".yaml") || path.ends_with(".test.yaml")) continue;
        std::ifstream file(path);
        std::ostringstream text;
        text << file.rdbuf();
        for (const issue& each : load_policies({{path, text.str()}}).issues) {
            ADD_FAILURE() << render(each, text.str());
        }
        ++found;
    }
    EXPECT_GE(found, 3);
}

TEST(policy_loader, refuses_a_file_that_a_record_cannot_hold_whole) {
    const std::string policy = head + rule_with("do: pause");
    const std::string longest = policy + std::string(max_policy_bytes - policy.size(), '\n');
    EXPECT_EQ(places(load(longest)), texts{});
    const load_result longer = load(longest + "\n");
    EXPECT_EQ(places(longer), texts{"1:1 too-large"});
    EXPECT_TRUE(has_errors(longer.issues));
}

}  // namespace
}  // namespace rolloutd::policies
