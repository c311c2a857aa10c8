// What the next process finds and mends: torn tails, lost bytes, damaged chains.

#include "daemon/journal/repair.h"

#include <gmock/gmock.h>

#include "daemon/journal/event_text.h"
#include "tests/daemon/journal/world.h"

namespace rolloutd::daemon {
namespace {

using namespace rolloutd::daemon::testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(repair, a_tail_torn_at_any_byte_is_set_aside) {
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

TEST(repair, what_was_durable_survives_a_crash_at_any_byte) {
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

TEST(repair, a_file_whose_name_was_not_synced_is_named_before_the_journal_goes_on_in_it) {
    world in;
    in.open();
    // The new file's bytes reach the disk, its name in the folder does not: the process dies there.
    in.files.fail_from("sync_folder", 2);
    in.log->start({});
    in.settle();
    ASSERT_TRUE(in.files.failed());
    in.kill();
    ASSERT_THAT(in.segments(), ElementsAre("000000000001.jsonl"));
    in.start();
    const auto intent = in.log->append_intent("SCT1", an_intent(), {"PUT", "/v1/x", "{}"});
    ASSERT_TRUE(run_durable(in, intent.seq)->has_value());
    in.crash();
    EXPECT_EQ(in.fold().last.seq, intent.seq);
}

TEST(repair, an_empty_last_file_is_begun_again) {
    world in;
    in.now = time_of("2026-11-21T23:59:59.000Z");
    in.start();
    in.files.files["journal/000000000003.jsonl"] = std::make_shared<memory_disk::file>();
    in.now += std::chrono::seconds(5);
    in.start();
    EXPECT_THAT(in.lines("000000000003.jsonl")[0], HasSubstr("\"kind\":\"checkpoint\""));
    expect_whole(in);
}

TEST(repair, a_broken_chain_that_is_accepted_is_set_aside_and_named) {
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

TEST(repair, what_is_set_aside_opens_the_breaker_until_a_person_closes_it) {
    world in;
    in.start();
    in.settle();
    in.bytes()[in.bytes().find("\"seq\":1") + 60] ^= 1;
    in.options.accept_broken = "disk was replaced";
    in.start();
    in.settle();
    in.options.accept_broken.clear();
    const recovered after = in.start();
    EXPECT_FALSE(after.started_anew) << "only the run that set it aside enforces nothing";
    EXPECT_TRUE(after.fleet.ledger.breaker_open);
    EXPECT_THAT(after.fleet.ledger.breaker_why, HasSubstr("disk was replaced"));
}

TEST(repair, a_start_that_dies_before_it_is_recorded_leaves_it_to_the_next_one) {
    world in;
    in.start();
    in.record("SCT1", policies::watched{});
    in.settle();
    in.bytes()[in.bytes().find("\"seq\":3") + 60] ^= 1;
    in.options.accept_broken = "disk was replaced";
    ASSERT_TRUE(in.open());
    in.log.reset();
    in.options.accept_broken.clear();
    const recovered state = in.start();
    EXPECT_TRUE(state.started_anew);
    EXPECT_TRUE(in.fold().fleet.ledger.breaker_open);
    EXPECT_EQ(in.fold().fleet.epoch, 2U);
    EXPECT_THAT(in.lines()[1], HasSubstr("\"what\":\"broken\""));
    EXPECT_THAT(in.lines()[1], HasSubstr("\"moved_to\":\"broken/after-2\""));
    expect_whole(in);
}

TEST(repair, the_last_good_record_is_found_past_second_forms_and_stray_files) {
    world in;
    in.start();
    for (int day = 0; day < 2; ++day) {
        in.record("SCT1", policies::foreign{});
        in.settle();
        in.now += std::chrono::days(1);
    }
    in.record("SCT1", policies::foreign{});
    in.record("SCT1", policies::foreign{});
    in.settle();
    ASSERT_EQ(in.segments().size(), 3U);
    const sequence last = in.log->last_seq() - 1;
    // A crash has left the second file in both forms, somebody a file of his own before it.
    in.files.files["journal/" + in.segments()[1] + ".zst"] = std::make_shared<memory_disk::file>();
    in.files.files["journal/000000000001.jsonl.orig"] = std::make_shared<memory_disk::file>();
    std::string& bytes = in.bytes(in.segments().back());
    bytes[bytes.size() - 200] ^= 1;
    in.options.accept_broken = "disk was replaced";
    const recovered state = in.start();
    EXPECT_TRUE(state.started_anew);
    EXPECT_EQ(parse_record(in.lines()[1])->body.at("last_seq"), last);
}

}  // namespace
}  // namespace rolloutd::daemon
