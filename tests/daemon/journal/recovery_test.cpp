// What the next process finds: torn tails, lost bytes, failed writes, damaged chains.

#include <gmock/gmock.h>

#include "daemon/journal/event_text.h"
#include "daemon/journal/verify.h"
#include "tests/daemon/journal/world.h"

namespace rolloutd::daemon {
namespace {

using namespace rolloutd::daemon::testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

void expect_whole(world& in) {
    const auto checked = verify_journal(in.files, {.deep = true});
    EXPECT_TRUE(checked) << to_text(checked.error());
}

TEST(recovery, an_empty_state_is_nothing_seen_yet) {
    world in;
    const auto state = in.open();
    ASSERT_TRUE(state);
    EXPECT_EQ(state->last.seq, 0U);
    EXPECT_TRUE(state->tickets.empty());
}

TEST(recovery, a_tail_torn_at_any_byte_is_set_aside) {
    world in;
    in.start();
    in.record("SCT1", policies::watched{});
    in.record("SCT1", a_decision());
    in.settle();
    const std::string whole = in.bytes();
    const std::size_t last = whole.rfind('\n', whole.size() - 2) + 1;
    for (std::size_t keep = last; keep < whole.size(); ++keep) {
        world after;
        for (const auto& [path, file] : in.files.files)
            after.files.files[path] = std::make_shared<memory_disk::file>(*file);
        after.bytes() = whole.substr(0, keep);
        const recovered state = after.start();
        EXPECT_EQ(state.last.seq, 3U);
        const std::vector<std::string> lines = after.lines();
        if (keep == last) {
            EXPECT_THAT(lines[3], HasSubstr("\"kind\":\"start\""));
        } else {
            EXPECT_THAT(lines[3], HasSubstr("\"kind\":\"repair\",\"what\":\"torn\""));
            EXPECT_EQ(
                after.files.files.at("torn/000000000001.jsonl." + std::to_string(last))->bytes,
                whole.substr(last, keep - last));
        }
        expect_whole(after);
    }
}

TEST(recovery, what_was_durable_survives_a_crash_at_any_byte) {
    for (std::size_t keep = 0; keep < 1500; keep += 7) {
        world in;
        in.start();
        const auto intent = in.log->append_intent("SCT1", an_intent(), {"PUT", "/v1/x", "{}"});
        ASSERT_TRUE(run_durable(in, intent.seq)->has_value());
        in.record("SCT1", a_decision());
        in.record("SCT2", policies::watched{});
        // The commit runs on the next turn: let it write but lose the fsync's promise.
        in.files.fail("sync");
        in.io.restart();
        in.io.poll_one();
        in.io.poll_one();
        in.crash(keep);
        const recovered state = in.start();
        EXPECT_GE(state.last.seq, intent.seq);
        EXPECT_EQ(state.tickets.at("SCT1").flights.size(), 1U);
        expect_whole(in);
    }
}

TEST(recovery, an_empty_last_file_is_begun_again) {
    world in;
    in.now = time_of("2026-11-21T23:59:59.000Z");
    in.start();
    in.files.files["journal/000000000003.jsonl"] = std::make_shared<memory_disk::file>();
    in.now += std::chrono::seconds(5);
    in.start();
    EXPECT_THAT(in.lines("000000000003.jsonl")[0], HasSubstr("\"kind\":\"checkpoint\""));
    expect_whole(in);
}

// The disk refuses once, in each way that it can; nothing is lost, no number is left out.
class refusing_disk : public ::testing::TestWithParam<std::string> {};

TEST_P(refusing_disk, once_costs_the_wait_but_no_record) {
    world in;
    in.options.rotate = 3500;
    in.start();
    ASSERT_TRUE(run_durable(in, in.record("SCT1", policies::watched{}).seq)->has_value());
    in.files.fail(GetParam());
    for (int n = 0; n < 4; ++n)
        in.record("SCT1", an_observation(n, 1));
    const sequence last = in.log->last_seq();
    const auto failed = run_durable(in, last);
    ASSERT_TRUE(failed.has_value());
    EXPECT_FALSE(failed->has_value());
    EXPECT_FALSE(in.log->writable());
    EXPECT_THAT(in.log->failure(), HasSubstr("refused by the test"));

    in.now += std::chrono::seconds(5);
    in.log->tick();
    in.settle();
    EXPECT_TRUE(in.log->writable());
    EXPECT_EQ(in.log->durable_seq(), in.log->last_seq());
    EXPECT_EQ(in.log->pending_bytes(), 0U);
    in.record("SCT1", an_observation(9, 1));
    in.settle();
    expect_whole(in);
    const policies::ticket_state live = in.as_recorded("SCT1");
    in.crash();
    EXPECT_TRUE(same_durable_state(in.fold().tickets.at("SCT1"), live));
}

INSTANTIATE_TEST_SUITE_P(each, refusing_disk,
                         ::testing::Values("append", "sync", "create", "rename", "sync_folder"));

TEST(recovery, after_a_failed_write_the_file_is_cut_and_the_rest_goes_to_a_new_one) {
    world in;
    in.start();
    const std::string durable = in.bytes();
    in.files.fail("append");
    in.record("SCT1", policies::watched{});
    in.settle();
    EXPECT_GT(in.bytes().size(), durable.size());
    in.now += std::chrono::seconds(1);
    in.log->tick();
    in.settle();
    EXPECT_EQ(in.bytes(), durable);
    EXPECT_EQ(in.lines("000000000003.jsonl").size(), 1U);
    in.record("SCT1", policies::foreign{});
    in.settle();
    EXPECT_THAT(in.lines("000000000004.jsonl")[0], HasSubstr("\"kind\":\"checkpoint\""));
    EXPECT_THAT(in.lines("000000000004.jsonl")[1], HasSubstr("\"kind\":\"foreign\""));
    expect_whole(in);
}

TEST(recovery, a_disk_that_stays_full_is_tried_again_and_again) {
    world in;
    in.options.pending_limit = 5000;
    in.start();
    in.files.fail_always("append");
    for (int n = 0; n < 20; ++n) {
        in.record("SCT1", an_observation(n % 5, 1));
        in.settle();
        in.now += std::chrono::seconds(5);
        in.log->tick();
        in.settle();
        EXPECT_FALSE(in.log->writable());
    }
    EXPECT_GT(in.log->pending_bytes(), 5000U);
    in.files.heal();
    in.now += std::chrono::seconds(5);
    in.log->tick();
    in.settle();
    EXPECT_TRUE(in.log->writable());
    expect_whole(in);
    EXPECT_TRUE(same_durable_state(in.fold().tickets.at("SCT1"), in.as_recorded("SCT1")));
}

TEST(recovery, a_broken_chain_stops_the_start_and_says_where) {
    world in;
    in.start();
    in.record("SCT1", policies::watched{});
    in.record("SCT1", a_decision());
    in.settle();
    const std::size_t third = in.bytes().find("\"seq\":3");
    in.bytes()[third + 60] ^= 1;
    const auto state = in.open();
    ASSERT_FALSE(state);
    EXPECT_EQ(state.error().why, journal_failure::kind::broken);
    EXPECT_EQ(to_text(state.error()),
              "journal/000000000001.jsonl:3: record 3: its hash does not match its bytes");
}

TEST(recovery, a_broken_chain_that_is_accepted_is_set_aside_and_named) {
    world in;
    in.start();
    in.record("SCT1", policies::watched{});
    in.settle();
    const std::string good = in.lines()[1];
    in.bytes()[in.bytes().find("\"seq\":3") + 60] ^= 1;
    in.options.accept_broken = "disk was replaced";
    const recovered state = in.start();
    EXPECT_TRUE(state.started_anew);
    EXPECT_TRUE(state.tickets.empty());
    EXPECT_TRUE(in.files.files.contains("broken/after-2/journal/000000000001.jsonl"));
    const std::vector<std::string> lines = in.lines();
    EXPECT_THAT(lines[1], HasSubstr("\"kind\":\"repair\",\"what\":\"broken\""));
    EXPECT_THAT(lines[1], HasSubstr("\"reason\":\"disk was replaced\""));
    EXPECT_THAT(lines[1], HasSubstr("\"last_seq\":2,\"last_hash\":\"" +
                                    good.substr(good.size() - 66, 64) + "\",\"last_epoch\":1"));
    EXPECT_THAT(lines[2], HasSubstr("\"epoch\":2,"));
    expect_whole(in);
}

TEST(recovery, begins_at_the_newest_good_snapshot) {
    world in;
    in.options.rotate = 3500;
    in.start();
    for (int n = 0; n < 12; ++n)
        in.record("SCT1", an_observation(n, 1));
    in.log->append(daemon_body(freeze_body{}));
    in.log->append(daemon_body(hold_body{}), "SCT1");
    in.settle();
    const recovered newest = in.fold();
    EXPECT_GT(newest.verified_from, 3U);
    EXPECT_TRUE(newest.fleet.frozen);
    EXPECT_THAT(newest.fleet.held, ElementsAre("SCT1"));
    for (auto& [path, file] : in.files.files)
        if (path.starts_with("snapshots/")) file->bytes[10] ^= 1;
    const recovered all = in.fold();
    EXPECT_EQ(all.verified_from, 1U);
    EXPECT_EQ(all.fleet, newest.fleet);
    EXPECT_TRUE(same_durable_state(all.tickets.at("SCT1"), newest.tickets.at("SCT1")));
    in.files.files.erase("journal/000000000001.jsonl");
    EXPECT_THAT(to_text(fold_journal(in.files).error()), HasSubstr("nothing to start from"));
}

TEST(recovery, a_snapshot_gives_the_same_state_back) {
    world in;
    in.start();
    for (int n = 0; n < 6; ++n) {
        in.record("SCT1", an_observation(n, 1));
        policies::verdict_changed turned;
        turned.policy = "web-fleet";
        turned.rule = "hung-host";
        turned.who = {policies::subject_kind::instance, 51045000000 + n};
        turned.to = policies::verdict::yes;
        turned.episode = 1;
        in.record("SCT1", turned);
        in.record("SCT1", a_decision());
        if (n == 3) in.record("SCT1", an_intent());
        in.now += std::chrono::seconds(5);
        const auto read = parse_snapshot(snapshot_text(in.tickets, in.log->fleet()));
        ASSERT_TRUE(read) << to_text(read.error());
        EXPECT_TRUE(same_durable_state(read->tickets.at("SCT1"), in.tickets.at("SCT1")));
        EXPECT_EQ(read->fleet, in.log->fleet());
    }
    for (const std::string bad : {"", "{}", "[]", "{\"fleet\":1,\"tickets\":{}}",
                                  "{\"fleet\":{},\"tickets\":{\"a\":{\"rules\":{\"x\":{}}}}}"})
        EXPECT_FALSE(parse_snapshot(bad)) << bad;
}

}  // namespace
}  // namespace rolloutd::daemon
