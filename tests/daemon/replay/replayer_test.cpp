#include "daemon/replay/replayer.h"

#include <gtest/gtest.h>

#include "tests/daemon/replay/recorded_story.h"

namespace rolloutd::daemon::testing {
namespace {

using namespace policies;

// A rollout that fails, is paused, and stays so.
void tell_of_a_pause(recorded_story& story) {
    story.watch();
    story.after(5s).see(failing(0));
    story.after(5s).see(failing(0));
    story.after(5s).see(failing(2));
    story.after(5s).see(failing(2));
    ASSERT_TRUE(story.after(5s).see(failing(2)).send);
    story.after(200ms).answer();
    reading paused = failing(2);
    paused.info.status = "PAUSED";
    story.after(5s).see(paused);
}

std::string swap(std::string text, const std::string& from, const std::string& to) {
    const std::size_t at = text.find(from);
    if (at != std::string::npos) text.replace(at, from.size(), to);
    return text;
}

TEST(replayer, concludes_anew_all_that_was_recorded) {
    recorded_story story;
    tell_of_a_pause(story);
    const replay_report got = story.replay();
    EXPECT_TRUE(got.differences.empty());
    for (const char* const kind : {"observe", "verdict", "decision", "intent", "result", "effect"})
        EXPECT_GT(got.kinds.at(kind), 0U) << kind;
    EXPECT_TRUE(got.undetermined.empty());
    EXPECT_EQ(got.tickets, std::set<ticket_id>{"SCT1"});
}

TEST(replayer, finds_one_changed_value_in_the_evidence_of_a_decision) {
    recorded_story story;
    tell_of_a_pause(story);
    story.rewrite([](std::string line) {
        if (line.find("\"kind\":\"decision\"") == std::string::npos) return line;
        return swap(std::move(line), "\"arguments\":[2,7]", "\"arguments\":[3,7]");
    });
    expect_whole(story.in);
    const replay_report got = story.replay();
    ASSERT_EQ(got.differences.size(), 1U);
    const replay_difference& found = got.differences.front();
    EXPECT_EQ(found.kind, "decision");
    EXPECT_EQ(found.ticket, "SCT1");
    EXPECT_EQ(found.place.file, "journal/000000000001.jsonl");
    EXPECT_EQ(found.place.line, found.seq);
    EXPECT_NE(found.recorded.find("[3,7]"), std::string::npos) << found.recorded;
    EXPECT_NE(found.produced.find("[2,7]"), std::string::npos) << found.produced;
}

TEST(replayer, finds_a_changed_reading_by_what_should_have_come_of_it) {
    recorded_story story;
    tell_of_a_pause(story);
    story.rewrite([](std::string line) {
        return swap(std::move(line), R"("ABNORMAL":{"count":2)", R"("ABNORMAL":{"count":1)");
    });
    EXPECT_FALSE(story.replay().differences.empty());
}

TEST(replayer, finds_an_intent_for_another_operation) {
    recorded_story story;
    tell_of_a_pause(story);
    story.rewrite(
        [](std::string line) { return swap(std::move(line), "PAUSE_ORDER", "CANCEL_ORDER"); });
    const replay_report got = story.replay();
    ASSERT_EQ(got.differences.size(), 1U);
    EXPECT_EQ(got.differences.front().kind, "intent");
}

TEST(replayer, finds_a_verdict_that_held_longer_than_it_can_have) {
    recorded_story story;
    tell_of_a_pause(story);
    story.after(5s).take(seen{failed_reading{"network", "timeout", "no answer", false}, 5s});
    story.rewrite([](std::string line) {
        if (line.find("\"kind\":\"verdict\"") == std::string::npos) return line;
        return swap(std::move(line), "\"held\":\"0s\"", "\"held\":\"5s\"");
    });
    const replay_report got = story.replay();
    ASSERT_FALSE(got.differences.empty());
    EXPECT_EQ(got.differences.front().kind, "verdict");
}

TEST(replayer, finds_a_record_that_was_taken_out) {
    recorded_story story;
    tell_of_a_pause(story);
    std::uint64_t seq = 0;
    std::uint64_t tseq = 0;
    story.in.settle();
    sha256 hasher;
    std::string last{no_hash};
    std::string made;
    for (const std::string& line : story.in.lines()) {
        auto each = parse_record(line);
        ASSERT_TRUE(each);
        if (each->head.kind == "decision") continue;
        each->head.seq = ++seq;
        if (!each->head.ticket.empty()) each->head.tseq = ++tseq;
        const sealed_line sealed = seal(open_line(each->head, each->body), last, hasher);
        last = sealed.hash;
        made += sealed.text;
    }
    story.in.bytes() = made;
    const replay_report got = story.replay();
    ASSERT_FALSE(got.differences.empty());
    EXPECT_NE(got.differences.front().produced.find("decision"), std::string::npos);
}

TEST(replayer, says_where_the_engine_concludes_nothing) {
    recorded_story story;
    story.watch();
    story.after(5s).see(failing(0));
    // A decision that nothing led to.
    story.after(5s).in.log->append("SCT1", a_decision());
    const replay_report got = story.replay();
    ASSERT_EQ(got.differences.size(), 1U);
    EXPECT_EQ(got.differences.front().produced, "");
}

TEST(replayer, goes_on_over_restarts_and_reloads) {
    recorded_story story;
    tell_of_a_pause(story);
    story.restart();
    story.after(20s).see(failing(2));
    reading paused = failing(2);
    paused.info.status = "PAUSED";
    story.after(5s).see(paused);
    story.reload(swap(guard_policy, "for: 10s", "for: 5s"));
    story.after(5s).see(paused);
    story.after(5s).see(failing(3));
    const replay_report got = story.replay();
    EXPECT_TRUE(got.differences.empty()) << got.differences.front().recorded << "\n"
                                         << got.differences.front().produced;
    EXPECT_GT(got.kinds.at("observe"), 4U);
}

// The reading had begun when the policies were changed.
TEST(replayer, takes_a_reading_under_way_at_a_reload_as_judged_by_the_old_rules) {
    recorded_story story;
    story.watch();
    story.after(5s).see(failing(0));
    story.after(5s).see(failing(1));
    const settings before = story.rules;
    story.reload(swap(guard_policy, "failed > ticket", "failed + 1.0 > ticket"));
    const settings after = story.rules;
    story.rules = before;
    story.after(5s).see(failing(2));
    story.rules = after;
    story.after(5s).see(failing(2));
    story.after(5s).see(failing(3));
    const replay_report got = story.replay();
    EXPECT_TRUE(got.differences.empty()) << got.differences.front().recorded << "\n"
                                         << got.differences.front().produced;
}

TEST(replayer, counts_what_rests_on_a_message_as_not_recorded) {
    recorded_story story(R"(version: 1
policy: guard
match: "true"
mode: enforce
rules:
  - name: disk-full
    when: instances.exists(i, i.message.contains("disk"))
    do: pause
)");
    story.watch();
    reading bad = tests::a_ticket()
                      .batch(2)
                      .current(1)
                      .processing()
                      .in_batch(1, {{"ABNORMAL", 1}, {"PROCESSING", 1}})
                      .with_details();
    bad.details.front().instances.front().message = "the disk is full";
    story.after(5s).see(bad);
    story.after(5s).see(bad);
    ASSERT_FALSE(story.in.tickets.at("SCT1").flights.empty());
    const replay_report got = story.replay();
    EXPECT_TRUE(got.differences.empty()) << got.differences.front().recorded;
    ASSERT_EQ(got.undetermined.size(), 1U);
    EXPECT_EQ(got.undetermined.begin()->first,
              "not recorded: instances' messages, which policy guard names");
}

TEST(replayer, says_when_a_policy_is_not_in_the_record) {
    recorded_story story;
    tell_of_a_pause(story);
    story.rewrite([](std::string line) {
        if (line.find("\"kind\":\"policy\"") == std::string::npos) return line;
        const std::size_t at = line.find("\"sha256\":\"") + 10;
        return line.replace(at, 1, line[at] == '0' ? "1" : "0");
    });
    const replay_report got = story.replay();
    EXPECT_EQ(got.compared, 0U);
    ASSERT_EQ(got.undetermined.size(), 1U);
    EXPECT_TRUE(got.undetermined.begin()->first.starts_with(
        "not recorded: the text of guard.yaml (sha256 "));
}

TEST(replayer, compares_one_ticket_alone) {
    recorded_story story;
    tell_of_a_pause(story);
    story.watch("SCT2");
    story.after(5s).see(failing(1), "SCT2");
    replay_options how;
    how.ticket = "SCT2";
    const replay_report got = story.replay(how);
    EXPECT_TRUE(got.differences.empty());
    EXPECT_EQ(got.tickets, std::set<ticket_id>{"SCT2"});
}

// A crash leaves the first records of a step, and nothing of the rest.
TEST(replayer, takes_a_step_that_a_crash_cut_short_as_far_as_it_goes) {
    recorded_story story;
    tell_of_a_pause(story);
    std::string& bytes = story.in.bytes();
    const std::size_t intent = bytes.find("\"kind\":\"intent\"");
    ASSERT_NE(intent, std::string::npos);
    bytes.erase(bytes.rfind('\n', intent) + 1);
    const replay_report got = story.replay();
    EXPECT_TRUE(got.differences.empty());
    EXPECT_EQ(got.cut_short, 1U);
}

TEST(replayer, begins_at_a_snapshot_where_older_records_are_not_asked_for) {
    recorded_story story;
    tell_of_a_pause(story);
    story.in.now += std::chrono::hours{24};
    reading paused = failing(2);
    paused.info.status = "PAUSED";
    story.see(paused);
    story.after(5s).see(failing(3));
    story.after(5s).see(failing(4));
    replay_options how;
    how.since = story.in.now - 6s;
    const replay_report got = story.replay(how);
    EXPECT_TRUE(got.differences.empty()) << got.differences.front().recorded << "\n"
                                         << got.differences.front().produced;
    EXPECT_GT(got.compared, 0U);
    EXPECT_LT(got.records, story.in.log->last_seq());
    EXPECT_TRUE(got.undetermined.empty());
}

TEST(replayer, begins_in_a_file_that_a_start_has_begun) {
    recorded_story story;
    story.watch();
    story.after(5s).see(failing(1));
    story.in.now += std::chrono::hours{24};
    story.restart();
    story.after(5s).see(failing(2));
    story.after(5s).see(failing(3));
    replay_options how;
    how.since = story.in.now - 6s;
    const replay_report got = story.replay(how);
    EXPECT_LT(got.records, story.in.log->last_seq());
    EXPECT_TRUE(got.undetermined.empty()) << got.undetermined.begin()->first;
    EXPECT_TRUE(got.differences.empty());
    EXPECT_GT(got.compared, 0U);
}

}  // namespace
}  // namespace rolloutd::daemon::testing
