#include "trial_support.h"

namespace rolloutd::policies::trial::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

load_result timeline(const std::string& entries) {
    return load(
        "version: 1\npolicies: [p.yaml]\nticket: {batches: [10, 10]}\n"
        "tests: [{name: a, expect: [], until: 1h, timeline: [\n" +
        entries + "\n]}]\n");
}

load_result ticket(const std::string& text) {
    return load("version: 1\npolicies: [p.yaml]\nticket:\n  " + text +
                "\ntests: [{name: a, expect: [], timeline: [{at: 0s}]}]\n");
}

TEST(trial_timeline, an_entry_says_the_ticket_its_batches_and_single_instances) {
    const load_result loaded = timeline(
        "{at: 20s, status: Processing, batch 1: {finished: 8, abnormal: 1, processing: 1,"
        " instances: {i-3: {status: PROCESSING, zone: b}, i-4: abnormal}}, batch 2: processing,"
        " current: 2}");
    ASSERT_THAT(codes(loaded), IsEmpty());
    const timeline_entry& entry = loaded.file.tests.at(0).timeline.at(0);
    EXPECT_EQ(entry.at, 20s);
    EXPECT_EQ(entry.status, "PROCESSING");
    EXPECT_EQ(entry.current, 2);
    EXPECT_TRUE(entry.shows_ticket);
    ASSERT_THAT(entry.batches, SizeIs(2));
    EXPECT_THAT(*entry.batches[0].counts,
                ElementsAre(std::pair<const std::string, int>{"ABNORMAL", 1},
                            std::pair<const std::string, int>{"FINISHED", 8},
                            std::pair<const std::string, int>{"PROCESSING", 1},
                            std::pair<const std::string, int>{"READY", 0}));
    EXPECT_EQ(entry.batches[0].instances.at(0).number, 3);
    EXPECT_EQ(entry.batches[0].instances.at(0).texts.at("zone"), "b");
    EXPECT_EQ(entry.batches[0].instances.at(1).status, "ABNORMAL");
    EXPECT_EQ(entry.batches[1].counts->at("PROCESSING"), 10);
}

TEST(trial_timeline, an_entry_says_what_people_the_daemon_and_the_fleet_do) {
    const load_result loaded = timeline(
        "{at: 0s, person: continue, freeze: true, breaker: open, fleet: {watched: 20, unseen: 5},"
        " operations: ignored},\n"
        "{at: 1s, person: {skip_batch: 2, cancel_instance: i-20}, unseen: true,"
        " params: {a: '1'}, order_name: b}");
    ASSERT_THAT(codes(loaded), IsEmpty());
    const timeline_entry& first = loaded.file.tests.at(0).timeline.at(0);
    EXPECT_EQ(first.people.at(0).what, action::continue_ticket);
    EXPECT_EQ(first.frozen, true);
    EXPECT_EQ(first.breaker_open, true);
    EXPECT_EQ(first.fleet_unseen, 5);
    EXPECT_EQ(first.operations.at(action::cancel), manner::ignored);
    EXPECT_FALSE(first.shows_ticket);
    const timeline_entry& second = loaded.file.tests.at(0).timeline.at(1);
    EXPECT_EQ(second.people.at(0).batch, 2);
    EXPECT_EQ(second.people.at(1).instance, 20);
    EXPECT_EQ(second.unseen, true);
    EXPECT_EQ(second.order_name, "b");
}

TEST(trial_timeline, counts_that_do_not_fit_the_batch_are_refused) {
    EXPECT_THAT(codes(timeline("{at: 0s, batch 1: {finished: 11}}")), ElementsAre("5:19 bad-sum"));
    EXPECT_THAT(codes(timeline("{at: 0s, batch 1: {finished: 4, ready: 5}}")),
                ElementsAre("5:19 bad-sum"));
    EXPECT_THAT(codes(timeline("{at: 0s, batch 1: {finished: 4, ready: 6}}")), IsEmpty());
    EXPECT_THAT(codes(timeline("{at: 0s, batch 1: {finished: 10, instances: {i-1: abnormal}}}")),
                ElementsAre("5:19 bad-sum"));
    EXPECT_THAT(codes(timeline("{at: 0s, batch 1: {finished: -1}}")),
                ElementsAre("5:30 out-of-range"));
    EXPECT_THAT(codes(timeline("{at: 0s, batch 1: {finished: 999999999999999999999}}")),
                ElementsAre("5:30 wrong-type"));
}

TEST(trial_timeline, batches_and_instances_that_the_ticket_does_not_have_are_refused) {
    EXPECT_THAT(codes(timeline("{at: 0s, batch 3: finished}")), ElementsAre("5:10 bad-value"));
    EXPECT_THAT(codes(timeline("{at: 0s, batch 2-1: finished}")), ElementsAre("5:10 bad-value"));
    EXPECT_THAT(codes(timeline("{at: 0s, batch x: finished}")), ElementsAre("5:10 bad-value"));
    EXPECT_THAT(codes(timeline("{at: 0s, batch 99999999999: finished}")),
                ElementsAre("5:10 bad-value"));
    EXPECT_THAT(codes(timeline("{at: 0s, 'batch ': finished}")), ElementsAre("5:10 bad-value"));
    EXPECT_THAT(codes(timeline("{at: 0s, batch 1-2: finished}")), IsEmpty());
    EXPECT_THAT(codes(timeline("{at: 0s, batch 1: {instances: {i-11: abnormal}}}")),
                ElementsAre("5:32 bad-value"));
    EXPECT_THAT(codes(timeline("{at: 0s, batch 1: {instances: {i-0: abnormal, i--1: ready}}}")),
                ElementsAre("5:32 bad-value", "5:47 bad-value"));
    EXPECT_THAT(codes(timeline("{at: 0s, person: {cancel_instance: i-21}}")),
                ElementsAre("5:36 bad-value"));
    EXPECT_THAT(codes(timeline("{at: 0s, current: 3}")), ElementsAre("5:19 out-of-range"));
}

TEST(trial_timeline, one_mistake_in_a_range_of_batches_is_one_message) {
    EXPECT_THAT(codes(timeline("{at: 0s, batch 1-2: fnished}")), ElementsAre("5:21 bad-value"));
    EXPECT_THAT(timeline("{at: 0s, batch 1-2: fnished}").issues.at(0).hint,
                HasSubstr("did you mean 'finished'?"));
}

TEST(trial_timeline, entries_stand_in_the_order_of_time_and_there_is_one_at_least) {
    EXPECT_THAT(codes(timeline("{at: 5s},\n{at: 4s}")), ElementsAre("6:1 bad-order"));
    EXPECT_THAT(codes(timeline("{at: 5s},\n{at: 5s}")), IsEmpty());
    EXPECT_THAT(codes(timeline("")), ElementsAre("4:52 out-of-range"));
    EXPECT_THAT(codes(timeline("{status: paused}")), ElementsAre("5:2 missing-key"));
    EXPECT_THAT(codes(timeline("3")), ElementsAre("5:1 wrong-type"));
    std::string many;
    for (int i = 0; i < 2001; ++i)
        many += "{at: 5s},\n";
    EXPECT_THAT(codes(timeline(many)), ElementsAre("4:52 out-of-range"));
}

TEST(trial_timeline, words_that_are_not_known_are_refused_with_the_nearest) {
    const load_result loaded = timeline(
        "{at: 0s, status: pausd, operations: {pause: lots}, breaker: shut, freeze: 1, "
        "person: notify, fleet: {seen: 1}, unsen: true}");
    EXPECT_THAT(codes(loaded),
                ElementsAre("5:18 bad-value", "5:45 bad-value", "5:61 bad-value", "5:75 wrong-type",
                            "5:86 bad-value", "5:102 unknown-key", "5:112 unknown-key"));
    EXPECT_THAT(loaded.issues.front().hint, HasSubstr("'paused'"));
    EXPECT_THAT(loaded.issues.back().hint, HasSubstr("'unseen'"));
}

TEST(trial_ticket, everything_about_it_can_be_said) {
    const load_result loaded = ticket(
        "{id: SCT1, name: n, order_name: o, creator: c, script_uuid: SC1, script_version: 2.0.0, "
        "success_rate: 95%, timeout: 10m, age: 1h, labels: {tier: prod}, params: {a: b}, "
        "batches: [5, {size: 5, rotation: PAUSE, label: canary, zones: [a, b]}]}");
    ASSERT_THAT(codes(loaded), IsEmpty());
    const ticket_shape& made = loaded.file.tests.at(0).ticket;
    EXPECT_EQ(made.id, "SCT1");
    EXPECT_EQ(made.success_rate_tenths, 950);
    EXPECT_EQ(made.timeout, 10min);
    EXPECT_EQ(made.age, 1h);
    EXPECT_EQ(made.labels.at("tier"), "prod");
    EXPECT_EQ(made.params.at("a"), "b");
    EXPECT_EQ(made.batches.at(1).label, "canary");
    EXPECT_THAT(made.batches.at(1).zones, ElementsAre("a", "b"));
}

TEST(trial_ticket, what_no_ticket_can_be_is_refused) {
    EXPECT_THAT(codes(ticket("{name: a}")), ElementsAre("4:4 missing-key"));
    EXPECT_THAT(codes(ticket("{batches: []}")), ElementsAre("4:13 out-of-range"));
    EXPECT_THAT(codes(ticket("{batches: [0]}")), ElementsAre("4:14 out-of-range"));
    EXPECT_THAT(codes(ticket("{batches: [1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]}")),
                ElementsAre("4:13 out-of-range"));
    EXPECT_THAT(codes(ticket("{batches: [{sise: 3}]}")),
                ElementsAre("4:15 missing-key", "4:15 unknown-key"));
    EXPECT_THAT(codes(ticket("{batches: [1], success_rate: 0}")), ElementsAre("4:32 out-of-range"));
    EXPECT_THAT(codes(ticket("{batches: [1], success_rate: 98.55}")),
                ElementsAre("4:32 wrong-type"));
    EXPECT_THAT(codes(ticket("{batches: [1], labels: [a]}")), ElementsAre("4:26 wrong-type"));
    EXPECT_THAT(codes(ticket("{batches: [1], labels: {a: [b]}}")), ElementsAre("4:30 wrong-type"));
}

}  // namespace
}  // namespace rolloutd::policies::trial::test
