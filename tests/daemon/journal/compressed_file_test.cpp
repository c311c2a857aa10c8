// A closed file in its other form: the same lines, and no byte of it can change unnoticed.

#include "daemon/journal/compressed_file.h"

#include <gmock/gmock.h>

#include "daemon/journal/line_reader.h"
#include "tests/daemon/journal/world.h"

namespace rolloutd::daemon {
namespace {

using namespace rolloutd::daemon::testing;

const std::string plain_file = "journal/000000000001.jsonl";
const std::string packed_file = plain_file + ".zst";

journal_result<void> compress(memory_disk& files) {
    file_compressor job(files, plain_file, packed_file, "snapshots/closed.tmp");
    for (;;) {
        const auto done = job.step();
        if (!done) return done.error();
        if (*done) return {};
    }
}

journal_result<std::string> text_of(memory_disk& files) {
    compressed_reader from(files, packed_file);
    std::string all;
    for (;;) {
        const auto piece = from.more();
        if (!piece) return piece.error();
        if (piece->empty()) return all;
        all += *piece;
    }
}

std::string a_text(int lines) {
    std::string text;
    for (int n = 0; n < lines; ++n)
        text += "{\"host\":\"web-" + std::to_string(n * 7919 % 1000) + "\"}\n";
    return text;
}

void put(memory_disk& files, const std::string& text) {
    files.files[plain_file] = std::make_shared<memory_disk::file>();
    files.files[plain_file]->bytes = text;
}

TEST(compressed_file, holds_the_same_text_in_less_room) {
    for (const int lines : {0, 1, 2'000, 120'000}) {
        memory_disk files;
        put(files, a_text(lines));
        ASSERT_TRUE(compress(files));
        EXPECT_EQ(*text_of(files), a_text(lines));
        if (lines > 1000) {
            EXPECT_LT(files.files.at(packed_file)->bytes.size(), a_text(lines).size() / 4);
        }
        EXPECT_FALSE(files.files.contains("snapshots/closed.tmp"));
    }
}

TEST(compressed_file, no_byte_of_it_can_change_be_added_or_be_lost) {
    memory_disk files;
    put(files, a_text(40));
    ASSERT_TRUE(compress(files));
    const std::string whole = files.files.at(packed_file)->bytes;
    for (std::size_t at = 0; at < whole.size(); ++at) {
        for (const int flip : {1, 2, 16, 128}) {
            std::string& bytes = files.files.at(packed_file)->bytes = whole;
            bytes[at] = static_cast<char>(bytes[at] ^ flip);
            EXPECT_FALSE(text_of(files)) << at;
        }
        files.files.at(packed_file)->bytes = whole.substr(0, at);
        EXPECT_FALSE(text_of(files)) << at;
    }
    files.files.at(packed_file)->bytes = whole + "x";
    EXPECT_FALSE(text_of(files));
    files.files.at(packed_file)->bytes = whole + whole;
    EXPECT_FALSE(text_of(files));
}

TEST(compressed_file, is_read_where_the_plain_one_was_listed) {
    memory_disk files;
    put(files, a_text(3));
    ASSERT_TRUE(compress(files));
    files.files.erase(plain_file);
    line_reader lines(files, plain_file);
    int count = 0;
    for (auto line = lines.next(); line && *line; line = lines.next())
        ++count;
    EXPECT_EQ(count, 3);
    EXPECT_EQ(lines.path(), packed_file);
    EXPECT_EQ(*list_segments(files, "journal"), std::vector<std::string>{"000000000001.jsonl.zst"});
    put(files, a_text(3));
    EXPECT_EQ(*list_segments(files, "journal"), std::vector<std::string>{"000000000001.jsonl"})
        << "the other may not be whole";
}

TEST(compressed_file, goes_on_where_the_plain_one_was_read_to) {
    memory_disk files;
    put(files, a_text(120'000));
    line_reader lines(files, plain_file);
    ASSERT_TRUE(*lines.next());
    ASSERT_TRUE(compress(files));
    files.files.erase(plain_file);
    int count = 1;
    for (auto line = lines.next(); line && *line; line = lines.next())
        ++count;
    EXPECT_EQ(count, 120'000);
    EXPECT_EQ(lines.offset(), a_text(120'000).size());
    EXPECT_EQ(lines.tail(), 0U);
}

TEST(compressed_file, that_ends_before_where_the_plain_one_was_read_to_is_damaged) {
    memory_disk files;
    put(files, a_text(10));
    ASSERT_TRUE(compress(files));
    put(files, a_text(120'000));
    line_reader lines(files, plain_file);
    ASSERT_TRUE(*lines.next());
    files.files.erase(plain_file);
    auto line = lines.next();
    while (line && *line)
        line = lines.next();
    ASSERT_FALSE(line);
    EXPECT_EQ(line.error().why, journal_failure::kind::broken);
}

class a_disk_that_refuses : public ::testing::TestWithParam<std::string> {};

TEST_P(a_disk_that_refuses, leaves_no_half_of_it) {
    memory_disk files;
    put(files, a_text(50));
    files.fail(GetParam());
    EXPECT_FALSE(compress(files));
    EXPECT_FALSE(files.files.contains("snapshots/closed.tmp")) << "which would fill a full disk";
    files.heal();
    const bool there = files.files.contains(packed_file);
    EXPECT_TRUE(!there || *text_of(files) == a_text(50));
    files.files.erase(packed_file);
    ASSERT_TRUE(compress(files)) << "and the next try succeeds";
    EXPECT_EQ(*text_of(files), a_text(50));
}

INSTANTIATE_TEST_SUITE_P(each, a_disk_that_refuses,
                         ::testing::Values("append", "sync", "create", "rename", "sync_folder",
                                           "read"));

}  // namespace
}  // namespace rolloutd::daemon
