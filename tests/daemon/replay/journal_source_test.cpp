#include "daemon/replay/journal_source.h"

#include <gtest/gtest.h>

#include "tests/daemon/replay/recorded_story.h"

namespace rolloutd::daemon::testing {
namespace {

struct heard {
    std::vector<sequence> numbers;
    std::vector<std::string> lines;
    int begun = 0;
    std::size_t tickets = 0;
};

journal_result<void> hear(recorded_story& story, heard& into, source_options how = {},
                          std::size_t most = 1000) {
    story.in.settle();
    source_listener to;
    to.begin = [&into](const recovered& before) {
        ++into.begun;
        into.tickets = before.tickets.size();
    };
    to.line = [&into](std::string_view line) { into.lines.emplace_back(line); };
    to.take = [&into, most](const record& what, const record_place& where) {
        EXPECT_EQ(where.file.substr(0, 8), "journal/");
        if (what.head.kind == "observe") {
            EXPECT_TRUE(what.body.contains("reading"));
        }
        into.numbers.push_back(what.head.seq);
        return into.numbers.size() < most;
    };
    return read_records(story.in.files, how, to);
}

// Three days, so three files.
void tell_of_days(recorded_story& story) {
    story.watch();
    for (int day = 0; day < 3; ++day) {
        story.after(5s).see(failing(day));
        story.after(5s).see(failing(day, 6));
        story.after(std::chrono::hours{24});
    }
}

TEST(journal_source, gives_every_record_once_and_in_order_with_whole_readings) {
    recorded_story story;
    tell_of_days(story);
    heard got;
    const auto done = hear(story, got);
    ASSERT_TRUE(done) << to_text(done.error());
    ASSERT_EQ(got.numbers.size(), story.in.log->last_seq());
    for (std::size_t n = 0; n < got.numbers.size(); ++n)
        EXPECT_EQ(got.numbers[n], n + 1);
    EXPECT_EQ(got.begun, 0);
    EXPECT_EQ(got.lines.front(), story.in.lines().front());
}

TEST(journal_source, stops_when_it_is_told_to) {
    recorded_story story;
    tell_of_days(story);
    heard got;
    ASSERT_TRUE(hear(story, got, {}, 3));
    EXPECT_EQ(got.numbers.size(), 3U);
}

TEST(journal_source, begins_at_the_newest_file_before_what_is_asked_for) {
    recorded_story story;
    tell_of_days(story);
    source_options how;
    how.since = story.in.now - std::chrono::hours{24};
    heard got;
    ASSERT_TRUE(hear(story, got, how));
    EXPECT_EQ(got.begun, 1);
    EXPECT_EQ(got.tickets, 1U);
    EXPECT_GT(got.numbers.front(), 1U);
}

TEST(journal_source, passes_over_a_snapshot_that_is_not_as_it_was_named) {
    recorded_story story;
    tell_of_days(story);
    story.in.settle();
    for (auto& [name, file] : story.in.files.files)
        if (name.starts_with("snapshots/")) file->bytes += " ";
    source_options how;
    how.since = story.in.now;
    heard got;
    ASSERT_TRUE(hear(story, got, how));
    EXPECT_EQ(got.numbers.front(), 1U);
}

TEST(journal_source, says_when_there_is_nothing_to_begin_from) {
    recorded_story story;
    tell_of_days(story);
    story.in.settle();
    for (auto& [name, file] : story.in.files.files)
        if (name.starts_with("snapshots/")) file->bytes.clear();
    story.in.files.files.erase("journal/000000000001.jsonl");
    heard got;
    const auto done = hear(story, got);
    ASSERT_FALSE(done);
    EXPECT_NE(done.error().what.find("nothing to replay from"), std::string::npos);
}

TEST(journal_source, names_the_record_that_was_changed) {
    recorded_story story;
    tell_of_days(story);
    story.in.settle();
    std::string& bytes = story.in.bytes();
    bytes[bytes.find("\"kind\":\"watch\"") + 9] = 'W';
    heard got;
    const auto done = hear(story, got);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().seq, got.numbers.size() + 1);
}

TEST(journal_source, has_nothing_to_say_of_an_empty_folder) {
    memory_disk empty;
    EXPECT_TRUE(read_records(empty, {}, {}));
}

}  // namespace
}  // namespace rolloutd::daemon::testing
