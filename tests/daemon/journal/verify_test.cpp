// Whoever changes the record is found, and the record is named.

#include "daemon/journal/verify.h"

#include <gmock/gmock.h>

#include <random>

#include "tests/daemon/journal/world.h"

namespace rolloutd::daemon {
namespace {

using namespace rolloutd::daemon::testing;
using ::testing::HasSubstr;

// Three files or so, with everything in them.
world& a_journal() {
    static world in;
    if (in.log) return in;
    in.options.rotate = 6000;
    in.start();
    for (int n = 0; n < 8; ++n) {
        in.record("SCT1", an_observation(n, 1));
        in.record("SCT2", a_decision());
    }
    in.settle();
    return in;
}

void copy(world& from, memory_disk& to) {
    to.files.clear();
    for (const auto& [path, file] : from.files.files)
        to.files[path] = std::make_shared<memory_disk::file>(*file);
}

std::string verdict_on(memory_disk& files) {
    const auto checked = verify_journal(files, {});
    return checked ? "good" : to_text(checked.error());
}

TEST(verify, a_journal_that_nobody_touched_is_good) {
    const auto checked = verify_journal(a_journal().files, {.deep = true});
    ASSERT_TRUE(checked) << to_text(checked.error());
    EXPECT_EQ(checked->last.seq, a_journal().log->last_seq());
    EXPECT_EQ(checked->last.hash, a_journal().log->last_hash());
    EXPECT_EQ(checked->records, a_journal().log->last_seq());
    EXPECT_GE(checked->files, 2U);
}

TEST(verify, any_flipped_bit_is_found_in_its_record) {
    std::mt19937 random(11);
    for (int n = 0; n < 3000; ++n) {
        memory_disk files;
        copy(a_journal(), files);
        auto place = files.files.begin();
        std::advance(place, random() % files.files.size());
        std::string& bytes = place->second->bytes;
        const std::size_t at = random() % bytes.size();
        const auto line =
            1 + std::count(bytes.begin(), bytes.begin() + static_cast<long>(at), '\n');
        bytes[at] = static_cast<char>(bytes[at] ^ (1 << (random() % 8)));
        const std::string found = verdict_on(files);
        if (place->first.starts_with("journal/")) {
            EXPECT_THAT(found, HasSubstr(place->first + ":" + std::to_string(line) + ": record "));
        } else {
            EXPECT_THAT(found, HasSubstr(place->first + " is not the one"));
        }
    }
}

TEST(verify, removed_swapped_and_repeated_lines_are_found) {
    const std::string name = "journal/000000000001.jsonl";
    memory_disk files;
    const auto with = [&](const std::function<void(std::vector<std::string>&)>& change) {
        copy(a_journal(), files);
        std::vector<std::string> lines = a_journal().lines();
        change(lines);
        std::string& bytes = files.files.at(name)->bytes;
        bytes.clear();
        for (const std::string& line : lines)
            bytes += line + "\n";
        return verdict_on(files);
    };
    using lines = std::vector<std::string>;
    EXPECT_EQ(with([](lines&) {}), "good");
    EXPECT_EQ(with([](lines& all) { all.erase(all.begin() + 2); }),
              name + ":3: record 3: its number is 4, expected is 3");
    EXPECT_EQ(with([](lines& all) { std::swap(all[2], all[3]); }),
              name + ":3: record 3: its number is 4, expected is 3");
    EXPECT_EQ(with([](lines& all) { all.insert(all.begin() + 2, all[2]); }),
              name + ":4: record 4: its number is 3, expected is 4");
    EXPECT_THAT(with([](lines& all) { all.erase(all.begin()); }), HasSubstr("record 1: "));
    EXPECT_THAT(with([](lines& all) { all.pop_back(); }),
                HasSubstr("are missing before this file"));
}

TEST(verify, missing_and_misnamed_files_are_found) {
    memory_disk files;
    copy(a_journal(), files);
    const auto names = *files.list("journal");
    ASSERT_GE(names.size(), 3U);
    files.files.erase("journal/" + names[1]);
    EXPECT_THAT(verdict_on(files), HasSubstr("are missing before this file"));
    copy(a_journal(), files);
    ASSERT_TRUE(files.rename("journal/" + names[1], "journal/000000000007.jsonl"));
    EXPECT_NE(verdict_on(files), "good");
    copy(a_journal(), files);
    files.files["journal/notes.txt"] = std::make_shared<memory_disk::file>();
    EXPECT_EQ(verdict_on(files),
              "journal/notes.txt: the folder holds a file that is no journal segment");
    copy(a_journal(), files);
    files.files.erase("snapshots/1");
    EXPECT_THAT(verdict_on(files), HasSubstr("its snapshot snapshots/1"));
}

TEST(verify, a_torn_tail_is_bad_unless_a_daemon_lives) {
    memory_disk files;
    copy(a_journal(), files);
    const std::string name = "journal/" + files.list("journal")->back();
    files.files.at(name)->bytes.pop_back();
    EXPECT_THAT(verdict_on(files), HasSubstr("the file ends within a record, without LF"));
    const auto tolerant = verify_journal(files, {.live = true});
    ASSERT_TRUE(tolerant);
    EXPECT_TRUE(tolerant->torn);
    EXPECT_FALSE(daemon_is_alive(files));
    const auto held = files.lock("lock");
    EXPECT_TRUE(daemon_is_alive(files));
}

TEST(verify, the_oldest_kept_file_may_begin_anywhere) {
    memory_disk files;
    copy(a_journal(), files);
    const auto names = *files.list("journal");
    files.files.erase("journal/" + names[0]);
    const auto checked = verify_journal(files, {.deep = true});
    ASSERT_TRUE(checked) << to_text(checked.error());
    EXPECT_EQ(checked->first, *parse_segment_name(names[1]));
    const auto part = verify_journal(a_journal().files, {.until = 3});
    EXPECT_EQ(part->last.seq, 3U);
}

}  // namespace
}  // namespace rolloutd::daemon
