#include "policies/trial/trial_loader.h"

#include "trial_support.h"

namespace rolloutd::policies::trial::test {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const char* const whole = R"(version: 1
policies: [p.yaml]
ticket: {name: deploy, success_rate: 98.5, batches: [{size: 10}, {size: 10, rotation: PAUSE}]}
every: 10s
mode: propose
tests:
  - name: takes what the file says
    until: 2m
    timeline: [{at: 0s}]
    expect: []
  - name: says its own
    ticket: {batches: [3]}
    every: 5s
    mode: observe
    exactly: false
    now: 2026-11-20 18:00 Test/East
    settings: {mode: enforce, effect_deadline: 30s, tries: 2, human_hold: 1m}
    operations: {pause: lost}
    timeline: [{at: 0s}, {at: 1m, unseen: true}]
    expect: [{at: 30s, rule: failing, verdict: "false"}]
)";

TEST(trial_loader, a_file_gives_its_tests_with_what_stands_at_the_top) {
    const load_result loaded = load(whole);
    ASSERT_THAT(codes(loaded), IsEmpty());
    ASSERT_THAT(loaded.file.tests, SizeIs(2));
    const trial_test& first = loaded.file.tests[0];
    EXPECT_EQ(first.ticket.success_rate_tenths, 985);
    EXPECT_EQ(first.ticket.batches[1].rotation, "PAUSE");
    EXPECT_EQ(first.every, 10s);
    EXPECT_EQ(first.until, 2min);
    EXPECT_EQ(first.as, mode::propose);
    EXPECT_TRUE(first.exactly);
    const trial_test& second = loaded.file.tests[1];
    EXPECT_EQ(second.ticket.batches.size(), 1U);
    EXPECT_EQ(second.ticket.name, "script");
    EXPECT_EQ(second.every, 5s);
    EXPECT_EQ(second.as, mode::observe);
    EXPECT_FALSE(second.exactly);
    EXPECT_EQ(second.until, 2min) << "a minute after the last time that it speaks of";
    EXPECT_EQ(to_text(second.start), "2026-11-20T10:00:00.000Z");
    EXPECT_EQ(second.rules.effect_deadline, 30s);
    EXPECT_EQ(second.rules.tries, 2);
    EXPECT_EQ(second.operations.at(action::pause), manner::lost);
    EXPECT_EQ(second.expect[0].rule, "failing");
}

TEST(trial_loader, every_mistake_is_told_at_once_each_where_it_stands) {
    const load_result loaded = load(R"(version: 2
policies: [p.yaml, p.yaml, none.yaml]
tickt: {}
every: 100ms
tests:
  - name: a
    ticket: {batches: [3]}
    now: yesterday
    until: 32d
    timeline: [{at: 0s}]
  - name: a
    ticket: {batches: [3]}
    settings: {retries: 3}
    timeline: [{at: 0s}]
    expect: [{at: 1s, rule: failing, verdict: maybe}]
)");
    EXPECT_THAT(codes(loaded), ElementsAre("1:10 version", "2:20 duplicate", "2:28 unreadable",
                                           "3:1 unknown-key", "4:8 out-of-range", "6:5 missing-key",
                                           "8:10 bad-value", "9:12 wrong-type", "11:5 duplicate",
                                           "13:16 unknown-key", "15:47 bad-value"));
    EXPECT_THAT(loaded.issues[3].hint, HasSubstr("ticket"));
}

TEST(trial_loader, the_mistakes_of_a_policy_are_told_with_those_of_its_tests) {
    const load_result loaded = load(
        "version: 1\npolicies: [bad.yaml]\ntests:\n  - name: a\n    ticket: {batches: [1]}\n"
        "    timeline: [{at: 0s, sttus: paused}]\n"
        "    expect: [{rule: nobody-knows, do: pause}]\n",
        {{"bad.yaml", "version: 1\npolicy: bad\nmatch: tickt.name == \"x\"\nrules: []\n"}});
    std::vector<std::string> files;
    for (const issue& each : loaded.issues)
        files.push_back(each.file + " " + each.code);
    EXPECT_THAT(files, Contains("x.test.yaml unknown-key"));
    EXPECT_THAT(files, Contains("bad.yaml undeclared"));
    EXPECT_THAT(files, ::testing::Not(Contains("x.test.yaml unknown-rule")))
        << "which rules there are is not known";
    EXPECT_THAT(loaded.sources, SizeIs(2));
}

TEST(trial_loader, the_findings_of_lint_are_no_mistakes_of_a_test) {
    const load_result loaded = load(
        "version: 1\npolicies: [p.yaml]\nticket: {batches: [1]}\n"
        "tests: [{name: a, timeline: [{at: 0s}], expect: []}]\n");
    EXPECT_THAT(loaded.issues, IsEmpty());
}

TEST(trial_loader, what_is_no_map_no_list_or_nothing_is_said_once) {
    EXPECT_THAT(codes(load("")), ElementsAre("1:1 wrong-type"));
    EXPECT_THAT(codes(load("[]")), ElementsAre("1:1 wrong-type"));
    EXPECT_THAT(codes(load("version: 1\npolicies: p.yaml\ntests: 3\n")),
                ElementsAre("2:11 wrong-type", "3:8 wrong-type"));
    EXPECT_THAT(codes(load("version: 1\npolicies: []\ntests: []\n")),
                ElementsAre("2:11 out-of-range", "3:8 out-of-range"));
    EXPECT_THAT(codes(load(file_of("  - 3\n  - null\n"))),
                ElementsAre("4:5 wrong-type", "5:5 wrong-type"));
}

TEST(trial_loader, a_file_that_breaks_off_anywhere_is_refused_or_whole_and_never_a_crash) {
    const std::string text = whole;
    int refused = 0;
    for (std::size_t length = 0; length < text.size(); ++length) {
        refused += has_errors(load(text.substr(0, length)).issues) ? 1 : 0;
    }
    EXPECT_GT(refused, 500);
}

TEST(trial_loader, bytes_that_are_no_text_tags_and_aliases_are_refused) {
    EXPECT_TRUE(has_errors(load("version: 1\npolicies: [\xff\xfe]\n").issues));
    EXPECT_TRUE(has_errors(load(std::string("version: 1\0", 11)).issues));
    EXPECT_THAT(codes(load(file_of("  - &a {name: !x b}\n  - *a\n"))), Contains("4:5 anchor"));
    EXPECT_TRUE(has_errors(load(std::string(100'000, '[')).issues));
}

TEST(trial_loader, a_test_that_would_take_too_long_is_refused) {
    const std::string rest = ", timeline: [{at: 0s}], expect: []}\n";
    EXPECT_THAT(
        codes(load(file_of("  - {name: a, ticket: {batches: [1]}, every: 1s, until: 100h" + rest))),
        ElementsAre("4:5 too-long"));
    EXPECT_THAT(codes(load(file_of("  - {name: a, ticket: {batches: [1000]}, until: 48h" + rest))),
                ElementsAre("4:5 too-long"));
    EXPECT_THAT(codes(load(file_of("  - {name: a, ticket: {batches: [1]}, until: 800h" + rest))),
                ElementsAre("4:46 out-of-range"));
    EXPECT_THAT(codes(load(file_of("  - {name: a, ticket: {batches: [1001]}, until: 1m" + rest))),
                ElementsAre("4:34 out-of-range"));
    EXPECT_THAT(codes(load(file_of("  - {name: a, ticket: {batches: [1]}, until: 1h" + rest))),
                IsEmpty());
}

TEST(trial_loader, too_many_tests_are_refused) {
    std::string many;
    for (int i = 0; i < 501; ++i)
        many += "  - {name: a" + std::to_string(i) + "}\n";
    EXPECT_THAT(codes(load(file_of(many))), ElementsAre("4:3 out-of-range"));
}

TEST(trial_loader, times_that_the_test_never_reaches_are_mistakes) {
    const std::string begin = "  - {name: a, ticket: {batches: [1]}, until: 1m, ";
    EXPECT_THAT(codes(load(file_of(begin + "timeline: [{at: 61s}], expect: []}\n"))),
                ElementsAre("4:5 never-reached"));
    EXPECT_THAT(codes(load(file_of(begin + "timeline: [{at: 1m}], expect: "
                                           "[{never: pause, between: [0s, 2m]}]}\n"))),
                ElementsAre("4:81 never-reached"));
}

TEST(trial_loader, a_start_is_a_time_with_its_zone) {
    const auto start = [](const std::string& now) {
        const load_result loaded =
            load(file_of("  - {name: a, ticket: {batches: [1]}, now: " + now +
                         ", timeline: [{at: 0s}], expect: []}\n"));
        return has_errors(loaded.issues) ? std::string{"refused"}
                                         : to_text(loaded.file.tests.at(0).start);
    };
    EXPECT_EQ(start("2026-11-20T18:00:00Z"), "2026-11-20T18:00:00.000Z");
    EXPECT_EQ(start("2026-11-20 18:00 UTC"), "2026-11-20T18:00:00.000Z");
    EXPECT_EQ(start("2026-11-20T18:00:30+08:00"), "2026-11-20T10:00:30.000Z");
    EXPECT_EQ(start("2026-11-20 18:00 -03:30"), "2026-11-20T21:30:00.000Z");
    EXPECT_EQ(start("2026-11-20 18:00 Test/East"), "2026-11-20T10:00:00.000Z");
    for (const char* bad :
         {"2026-11-20", "2026-11-20 18:00", "2026-02-30 18:00 UTC", "2026-11-20 25:00 UTC",
          "2026-11-20 18:61 UTC", "1969-11-20 18:00 UTC", "2026-11-20 18:00 Nowhere/Land",
          "20261120T180000Z", "now", "2026-11-20 18:00 +8"}) {
        EXPECT_EQ(start(bad), "refused") << bad;
    }
}

}  // namespace
}  // namespace rolloutd::policies::trial::test
