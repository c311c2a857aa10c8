// Closed files: verified in the background, compressed, and the oldest removed; never what a start
// needs, and never so that the rest cannot be verified.

#include "daemon/journal/housekeeping.h"

#include <gmock/gmock.h>

#include "daemon/journal/history.h"
#include "tests/daemon/journal/days.h"

namespace rolloutd::daemon {
namespace {

using namespace rolloutd::daemon::testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(housekeeping, closed_files_are_compressed_and_read_all_the_same) {
    world in;
    in.options.keeping.compress = true;
    in.start();
    live(in, 5);
    const auto names = in.segments();
    ASSERT_EQ(names.size(), 6U);
    for (std::size_t n = 0; n < names.size(); ++n)
        EXPECT_EQ(is_compressed(names[n]), n + 2 < names.size()) << names[n];
    EXPECT_EQ(deep_verdict(in.files), "good");
    expect_recovers(in);
    std::uint64_t shown = 0;
    ASSERT_TRUE(read_history(in.files, {}, [&](const record& each, std::string_view) {
        EXPECT_EQ(each.head.seq, ++shown);
        return true;
    }));
    EXPECT_EQ(shown, in.log->last_seq());
    in.start();
    in.record("SCT1", an_observation(1, 1));
    in.settle();
    EXPECT_EQ(deep_verdict(in.files), "good") << "a start goes on";
}

TEST(housekeeping, files_older_than_keep_are_removed_with_their_snapshots) {
    world in;
    in.options.keeping = {true, std::chrono::hours(72), 0};
    in.start();
    live(in, 9);
    const auto names = in.segments();
    EXPECT_EQ(names.size(), 5U) << "three days, and the two that are cut by the edge";
    EXPECT_GT(*parse_segment_name(names.front()), 1U);
    std::vector<std::string> snapshots = *in.files.list("snapshots");
    EXPECT_EQ(snapshots.size(), names.size());
    EXPECT_EQ(deep_verdict(in.files), "good");
    expect_recovers(in);
}

TEST(housekeeping, the_oldest_go_when_all_takes_too_much_room_but_never_what_a_start_needs) {
    world in;
    in.options.keeping = {false, {}, 30'000};
    in.start();
    live(in, 9);
    std::uint64_t all = 0;
    for (const auto& [path, file] : in.files.files)
        all += file->bytes.size();
    EXPECT_LT(all, 30'000U);
    EXPECT_GT(in.segments().size(), 2U);
    EXPECT_EQ(deep_verdict(in.files), "good");
    in.options.keeping.keep_bytes = 1;
    in.start();
    live(in, 2);
    EXPECT_EQ(in.segments().size(), 2U);
    EXPECT_EQ(deep_verdict(in.files), "good");
    expect_recovers(in);
    in.files.files.at("snapshots/" + std::to_string(*parse_segment_name(in.segments().back())))
        ->bytes[20] ^= 1;
    EXPECT_EQ(in.fold().verified_from, *parse_segment_name(in.segments().front()))
        << "an older snapshot is at hand when the newest is damaged";
}

TEST(housekeeping, files_without_a_checkpoint_go_with_the_one_before) {
    world in;
    in.options.keeping = {true, std::chrono::hours(48), 0};
    begin_with_two_that_belong_together(in);
    EXPECT_EQ(deep_verdict(in.files), "good");
    live(in, 3);
    EXPECT_EQ(deep_verdict(in.files), "good") << in.segments().front();
    EXPECT_GT(*parse_segment_name(in.segments().front()), 5U);
}

TEST(housekeeping, a_file_that_cannot_be_read_is_not_removed_for_that) {
    world in;
    in.options.keeping = {false, std::chrono::hours(72), 0};
    in.start();
    live(in, 3);
    for (const std::size_t which : {0U, 1U}) {
        const auto names = in.segments();
        in.files.unreadable = {"journal/" + names[which]};
        live(in, 5);
        EXPECT_EQ(in.segments().front(), names.front()) << "nobody knows what it is";
        EXPECT_THAT(in.log->disorder(), HasSubstr(names[which]));
        EXPECT_FALSE(in.log->damage());
        in.files.unreadable.clear();
        live(in, 1);
        EXPECT_EQ(in.log->disorder(), "");
        EXPECT_NE(in.segments().front(), names.front());
    }
    EXPECT_EQ(deep_verdict(in.files), "good");
}

TEST(housekeeping, a_file_whose_first_line_was_changed_is_evidence_and_stays) {
    for (const std::size_t place : {0U, 90U}) {
        world in;
        const bool compressed = place == 90;
        in.options.keeping = {compressed, std::chrono::hours(96), 0};
        in.start();
        live(in, 4);
        const std::string oldest = in.segments().front();
        ASSERT_EQ(is_compressed(oldest), compressed);
        in.bytes(oldest)[place] ^= 1;
        live(in, 6);
        EXPECT_EQ(in.segments().front(), oldest);
        EXPECT_TRUE(in.files.files.contains("snapshots/1"));
        ASSERT_TRUE(in.log->damage().has_value()) << "and a person is told";
        EXPECT_EQ(in.log->damage()->file, "journal/" + oldest);
    }
}

TEST(housekeeping, a_first_line_that_is_still_json_is_not_believed_without_its_hash) {
    world in;
    in.options.keeping = {false, std::chrono::hours(96), 0};
    in.start();
    live(in, 4);
    const std::size_t kind = in.bytes().find("checkpoint");
    in.bytes()[kind] ^= 1;
    live(in, 6);
    EXPECT_EQ(in.segments().front(), "000000000001.jsonl");
    EXPECT_TRUE(in.log->damage().has_value());
}

TEST(housekeeping, a_strange_file_keeps_all_as_it_is_until_it_is_gone) {
    world in;
    in.options.keeping.compress = true;
    in.start();
    in.files.files["journal/notes.txt"] = std::make_shared<memory_disk::file>();
    live(in, 3);
    EXPECT_THAT(in.log->disorder(), HasSubstr("journal/notes.txt"));
    EXPECT_FALSE(in.log->damage());
    in.files.files.erase("journal/notes.txt");
    an_hour_later(in);
    EXPECT_EQ(in.log->disorder(), "");
    EXPECT_TRUE(is_compressed(in.segments().front()));
}

TEST(housekeeping, a_clock_that_jumps_removes_a_file_an_hour_and_not_the_record) {
    world in;
    in.options.keeping = {false, std::chrono::hours(240), 0};
    in.start();
    live(in, 8);
    const std::size_t before = in.segments().size();
    in.now += std::chrono::days(91);
    in.log->tick();
    in.settle();
    EXPECT_GE(in.segments().size(), before - 1);
    for (std::size_t hours = 2; hours < 5; ++hours) {
        an_hour_later(in);
        EXPECT_GE(in.segments().size(), before - hours);
    }
    const std::string oldest = in.segments().front();
    in.start();
    in.log->tick();
    in.settle();
    EXPECT_EQ(in.segments().front(), oldest) << "a start removes nothing for its age";
    for (int n = 0; n < 10; ++n)
        an_hour_later(in);
    EXPECT_EQ(in.segments().size(), 2U);
}

TEST(housekeeping, what_fits_when_it_is_compressed_is_not_removed) {
    world in;
    in.start();
    live(in, 9);
    const auto names = in.segments();
    std::uint64_t plain = 0;
    for (const auto& [path, file] : in.files.files)
        plain += file->bytes.size();
    in.options.keeping = {true, {}, plain / 2};
    in.start();
    live(in, 1);
    EXPECT_EQ(in.segments().front(), names.front() + ".zst");
    EXPECT_EQ(deep_verdict(in.files), "good");
}

TEST(housekeeping, damage_in_an_old_part_is_found_in_the_background) {
    for (const bool compressed : {false, true}) {
        world in;
        in.options.keeping.compress = compressed;
        in.start();
        live(in, 4);
        in.log.reset();
        const std::string oldest = in.segments().front();
        ASSERT_EQ(is_compressed(oldest), compressed);
        in.bytes(oldest)[300] ^= 1;
        in.start();
        ASSERT_TRUE(in.log->damage().has_value());
        EXPECT_THAT(to_text(*in.log->damage()), HasSubstr("journal/" + oldest));
        const auto names = in.segments();
        in.now += std::chrono::hours(2);
        in.log->tick();
        in.settle();
        EXPECT_EQ(in.segments(), names) << "what is damaged is not touched";
    }
}

// What docs/operating.md tells a person to do.
TEST(housekeeping, the_way_out_of_damage_is_to_move_the_damaged_file_and_all_before_it_away) {
    world in;
    in.options.keeping = {true, std::chrono::hours(24 * 30), 0};
    begin_with_two_that_belong_together(in);
    live(in, 3);
    const auto names = in.segments();
    for (const std::size_t damaged : {0U, 3U}) {
        in.bytes(names[damaged])[200] ^= 1;
        in.start();
        ASSERT_TRUE(in.log->damage().has_value());
        EXPECT_EQ(in.log->damage()->file, "journal/" + names[damaged]);
        in.log.reset();
        for (const std::string& each : in.segments()) {
            if (each > names[damaged]) continue;
            ASSERT_TRUE(in.files.rename("journal/" + each, "old/journal/" + each));
        }
        EXPECT_EQ(deep_verdict(in.files), "good");
        in.start();
        EXPECT_FALSE(in.log->damage());
        live(in, 1);
        EXPECT_EQ(in.log->disorder(), "");
        EXPECT_EQ(deep_verdict(in.files), "good");
        expect_recovers(in);
    }
}

TEST(housekeeping, an_old_part_that_cannot_be_read_is_not_verified_until_it_can) {
    for (const bool damaged : {false, true}) {
        world in;
        in.options.keeping.compress = true;
        in.start();
        live(in, 4);
        in.log.reset();
        const auto names = in.segments();
        in.files.unreadable = {"journal/" + names[0]};
        if (damaged) in.bytes(names[1])[300] ^= 1;
        in.start();
        EXPECT_FALSE(in.log->damage());
        EXPECT_THAT(in.log->unverified(), HasSubstr(names[0]));
        an_hour_later(in);
        EXPECT_THAT(in.log->unverified(), HasSubstr(names[0])) << "still";
        EXPECT_EQ(in.log->disorder(), in.log->unverified());
        in.files.unreadable.clear();
        an_hour_later(in);
        EXPECT_EQ(in.log->unverified(), "");
        EXPECT_EQ(in.log->damage().has_value(), damaged) << "what lies behind it is looked at too";
        live(in, 1);
        EXPECT_EQ(in.log->disorder(), "");
    }
}

TEST(housekeeping, a_journal_that_is_whole_is_verified_in_the_background_and_nothing_is_said) {
    world in;
    in.start();
    live(in, 3);
    EXPECT_GT(in.start().verified_from, 1U);
    EXPECT_FALSE(in.log->damage());
}

TEST(housekeeping, any_changed_byte_of_any_file_is_found) {
    world in;
    in.options.keeping.compress = true;
    in.start();
    live(in, 2);
    ASSERT_TRUE(is_compressed(in.segments().front()));
    ASSERT_EQ(deep_verdict(in.files), "good");
    const std::map<std::string, std::shared_ptr<memory_disk::file>> all = in.files.files;
    for (const auto& [path, file] : all)
        for (std::size_t at = 0; at < file->bytes.size(); ++at) {
            const char was = file->bytes[at];
            file->bytes[at] = static_cast<char>(was ^ (1 << (at % 8)));
            EXPECT_FALSE(verify_journal(in.files, {})) << path << " byte " << at;
            file->bytes[at] = was;
        }
    EXPECT_EQ(deep_verdict(in.files), "good");
}

}  // namespace
}  // namespace rolloutd::daemon
