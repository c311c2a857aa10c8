// Closed files: verified in the background, compressed, and the oldest removed; never what a start
// needs, and never so that the rest cannot be verified.

#include "daemon/journal/housekeeping.h"

#include <gmock/gmock.h>

#include "daemon/journal/history.h"
#include "tests/daemon/journal/world.h"

namespace rolloutd::daemon {
namespace {

using namespace rolloutd::daemon::testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// A day of records a day.
void live(world& in, int days) {
    for (int day = 0; day < days; ++day) {
        for (int n = 0; n < 6; ++n) {
            in.record("SCT1", an_observation((day + n) % 10, 1));
            in.record("SCT2", a_decision());
        }
        in.settle();
        in.now += std::chrono::days(1);
        in.record("SCT1", a_decision());
        in.settle();
        in.log->tick();
        in.settle();
    }
}

std::string deep_verdict(memory_disk& files) {
    const auto checked = verify_journal(files, {.deep = true});
    return checked ? "good" : to_text(checked.error());
}

void expect_recovers(world& in) {
    const recovered state = in.fold();
    for (const auto& [id, each] : in.tickets)
        EXPECT_TRUE(same_durable_state(state.tickets.at(id), in.as_recorded(id))) << id;
}

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
    in.start();
    in.record("SCT1", an_observation(1, 1));
    in.settle();
    in.files.fail("sync");
    in.record("SCT1", an_observation(2, 1));
    in.settle();
    in.now += std::chrono::seconds(10);
    in.log->tick();
    in.settle();
    live(in, 2);
    EXPECT_EQ(deep_verdict(in.files), "good");
    live(in, 3);
    EXPECT_EQ(deep_verdict(in.files), "good") << in.segments().front();
    EXPECT_GT(*parse_segment_name(in.segments().front()), 5U);
}

class a_disk_that_fails_once : public ::testing::TestWithParam<std::string> {};

TEST_P(a_disk_that_fails_once, costs_time_but_nothing_else) {
    for (int nth = 1; nth < 40; nth += 3) {
        world in;
        in.options.keeping = {true, std::chrono::hours(72), 0};
        in.start();
        live(in, 2);
        in.files.fail(GetParam(), nth);
        live(in, 3);
        in.files.heal();
        for (int n = 0; n < 3; ++n) {
            in.now += std::chrono::hours(2);
            in.log->tick();
            in.settle();
        }
        live(in, 1);
        EXPECT_EQ(deep_verdict(in.files), "good") << GetParam() << nth;
        EXPECT_EQ(in.log->disorder(), "");
        expect_recovers(in);
    }
}

INSTANTIATE_TEST_SUITE_P(each, a_disk_that_fails_once,
                         ::testing::Values("append", "sync", "create", "rename", "sync_folder",
                                           "remove", "read", "open"));

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
