// Lines across the steps in which a file is read.

#include "daemon/journal/line_reader.h"

#include <gtest/gtest.h>

#include "daemon/journal/record.h"
#include "tests/daemon/journal/memory_disk.h"

namespace rolloutd::daemon {
namespace {

using testing::memory_disk;

std::vector<std::size_t> lengths(line_reader& lines) {
    std::vector<std::size_t> out;
    for (auto line = lines.next(); line && *line; line = lines.next())
        out.push_back((*line)->size());
    return out;
}

memory_disk a_file(const std::string& bytes) {
    memory_disk files;
    files.files["f"] = std::make_shared<memory_disk::file>();
    files.files["f"]->bytes = bytes;
    return files;
}

TEST(line_reader, gives_lines_without_their_lf_and_the_tail_apart) {
    memory_disk files = a_file("one\n\nthree\nto");
    line_reader lines(files, "f");
    EXPECT_EQ(lengths(lines), (std::vector<std::size_t>{3, 0, 5}));
    EXPECT_EQ(lines.line(), 3U);
    EXPECT_EQ(lines.offset(), 11U);
    EXPECT_EQ(lines.tail(), 2U);
}

TEST(line_reader, joins_what_lies_across_steps) {
    const std::size_t length = 700'000;
    memory_disk files = a_file(std::string(length, 'a') + "\n" + std::string(length, 'b') + "\n" +
                               std::string(length, 'c') + "\n");
    line_reader lines(files, "f");
    EXPECT_EQ(lengths(lines), (std::vector<std::size_t>{length, length, length}));
    EXPECT_EQ(lines.tail(), 0U);
}

TEST(line_reader, holds_no_more_than_a_line_may_have) {
    memory_disk files = a_file(std::string(std::size_t{9} << 20, 'a') + "\n");
    line_reader lines(files, "f");
    const auto first = lines.next();
    ASSERT_TRUE(first && *first);
    EXPECT_GT((*first)->size(), record_limit);
    EXPECT_LE((*first)->size(), 3 * record_limit);
}

TEST(line_reader, takes_a_long_end_without_lf_for_the_tail) {
    memory_disk files = a_file("one\n" + std::string(std::size_t{9} << 20, '\0'));
    line_reader lines(files, "f");
    EXPECT_EQ(lengths(lines), (std::vector<std::size_t>{3}));
    EXPECT_EQ(lines.tail(), std::size_t{9} << 20);
    EXPECT_FALSE(*lines.next()) << "and stays at the end";
}

TEST(line_reader, says_when_the_file_cannot_be_read) {
    memory_disk files;
    line_reader lines(files, "none");
    EXPECT_FALSE(lines.next());
}

TEST(line_reader, lists_segments_by_number_and_nothing_else) {
    memory_disk files;
    for (const char* name : {"j/1000000000000.jsonl", "j/000000000001.jsonl"})
        files.files[name] = std::make_shared<memory_disk::file>();
    EXPECT_EQ(*list_segments(files, "j"),
              (std::vector<std::string>{"000000000001.jsonl", "1000000000000.jsonl"}));
    files.files["j/x"] = std::make_shared<memory_disk::file>();
    EXPECT_EQ(list_segments(files, "j").error().file, "j/x");
}

}  // namespace
}  // namespace rolloutd::daemon
