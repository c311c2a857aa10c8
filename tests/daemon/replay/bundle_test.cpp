#include "daemon/replay/bundle.h"

#include <gtest/gtest.h>

#include "daemon/journal/line_reader.h"
#include "daemon/replay/tar_text.h"
#include "tests/daemon/replay/recorded_story.h"

namespace rolloutd::daemon::testing {
namespace {

using namespace policies;

reading with_secrets(reading what) {
    what.info.params = {{"db_password", "hunter2"}, {"size", "3"}};
    return what;
}

// Two tickets side by side; one is paused.
void tell(recorded_story& story) {
    story.watch();
    story.watch("SCT2");
    for (int n = 0; n < 3; ++n) {
        story.after(5s).see(with_secrets(failing(0)));
        story.after(1s).see(failing(n), "SCT2");
    }
    for (int n = 0; n < 4; ++n) {
        const bool sends = story.after(5s).see(with_secrets(failing(2))).send.has_value();
        if (sends) story.answer();
        story.after(1s).see(failing(n), "SCT2");
    }
}

std::vector<bundled_file> bundle_of(recorded_story& story, const ticket_id& id,
                                    std::optional<timestamp> since = std::nullopt) {
    story.in.settle();
    bundler made(id);
    std::string line;
    source_listener to;
    to.begin = [&](recovered before) { made.begin_with(std::move(before)); };
    to.line = [&](std::string_view text) { line = text; };
    to.take = [&](const daemon::record& each, const record_place&) {
        made.take(each, line);
        return true;
    };
    source_options how;
    how.since = since;
    const auto read = read_records(story.in.files, how, to);
    EXPECT_TRUE(read) << to_text(read.error());
    return made.files();
}

std::string text_of(const std::vector<bundled_file>& files, const std::string& name) {
    for (const bundled_file& each : files)
        if (each.name == name) return each.text;
    return "";
}

memory_disk unpacked(const std::vector<bundled_file>& files) {
    memory_disk disk;
    for (const bundled_file& each : files) {
        auto file = std::make_shared<memory_disk::file>();
        file->bytes = file->durable = each.text;
        file->named = true;
        disk.files[each.name] = file;
    }
    return disk;
}

replay_report replay_of(const std::vector<bundled_file>& files) {
    memory_disk disk = unpacked(files);
    EXPECT_TRUE(is_bundle(disk));
    replayer again(replay_options{});
    source_listener to;
    to.begin = [&](recovered before) { again.begin_with(std::move(before)); };
    to.take = [&](daemon::record each, const record_place& where) {
        return again.take(std::move(each), where);
    };
    const auto read = read_bundle(disk, to, [&](const fleet_view& view) { again.see_fleet(view); });
    EXPECT_TRUE(read) << to_text(read.error());
    again.finish();
    return again.report();
}

TEST(bundle, can_be_replayed_alone) {
    recorded_story story;
    tell(story);
    const replay_report got = replay_of(bundle_of(story, "SCT1"));
    EXPECT_TRUE(got.differences.empty()) << got.differences.front().recorded << "\n"
                                         << got.differences.front().produced;
    EXPECT_GT(got.kinds.at("intent"), 0U);
    EXPECT_EQ(got.tickets, std::set<ticket_id>{"SCT1"});
}

TEST(bundle, holds_nothing_of_other_tickets) {
    recorded_story story;
    tell(story);
    for (const bundled_file& each : bundle_of(story, "SCT1"))
        EXPECT_EQ(each.text.find("SCT2"), std::string::npos) << each.name;
}

TEST(bundle, holds_no_secret_and_no_salt) {
    recorded_story story;
    tell(story);
    const std::string salt = story.in.log->fleet().salt;
    ASSERT_EQ(salt.size(), 32U);
    for (const bundled_file& each : bundle_of(story, "SCT1")) {
        EXPECT_EQ(each.text.find("hunter2"), std::string::npos) << each.name;
        EXPECT_EQ(each.text.find(salt), std::string::npos) << each.name;
    }
    EXPECT_EQ(text_of(bundle_of(story, "SCT1"), "observations.jsonl").find("params"),
              std::string::npos);
}

std::vector<std::string> policies_in(const std::vector<bundled_file>& files) {
    std::vector<std::string> names;
    for (const bundled_file& each : files)
        if (each.name.starts_with("policies/")) names.push_back(each.name.substr(9));
    return names;
}

// Not those that never matched, and not what was loaded when the ticket was over.
TEST(bundle, holds_the_policies_that_judged_as_they_were_then) {
    const std::string other =
        "version: 1\npolicy: other\nmatch: \"false\"\nmode: enforce\nrules:\n"
        "  - {name: r, when: count.abnormal > 1, do: pause}\n";
    recorded_story story({{"guard.yaml", guard_policy}, {"other.yaml", other}});
    tell(story);
    std::string later = guard_policy;
    later.replace(later.find("for: 10s"), 8, "for: 20s");
    story.reload(later);
    story.after(5s).see(failing(4), "SCT2");
    const auto first = bundle_of(story, "SCT1");
    EXPECT_EQ(policies_in(first), std::vector<std::string>{"guard.yaml"});
    EXPECT_EQ(text_of(first, "policies/guard.yaml"), guard_policy);
    // Where two texts of one file have judged, both are there.
    story.after(5s).see(with_secrets(failing(0)));
    story.after(5s).see(with_secrets(failing(5)));
    story.after(5s).see(with_secrets(failing(5)));
    const auto both = bundle_of(story, "SCT1");
    EXPECT_EQ(policies_in(both).size(), 2U);
    EXPECT_EQ(text_of(both, "policies/guard.yaml"), guard_policy);
    EXPECT_EQ(both.back().text, later);
}

TEST(bundle, tells_its_story_without_steering_the_terminal) {
    recorded_story story;
    tell(story);
    story.after(5s).take(seen{failed_reading{"network", "\x1b[2J", "no answer", false}, 5s});
    const std::string told = text_of(bundle_of(story, "SCT1"), "history.txt");
    EXPECT_EQ(told.find('\x1b'), std::string::npos) << told;
    EXPECT_NE(told.find("?[2J"), std::string::npos) << told;
}

TEST(bundle, says_when_more_is_recorded_than_it_may_hold) {
    recorded_story story;
    tell(story);
    story.in.settle();
    bundler small("SCT1", 2000);
    bundler large("SCT1");
    std::string line;
    source_listener to;
    to.line = [&](std::string_view text) { line = text; };
    to.take = [&](const daemon::record& each, const record_place&) {
        large.take(each, line);
        small.take(each, line);
        return !small.too_large();
    };
    ASSERT_TRUE(read_records(story.in.files, {}, to));
    EXPECT_TRUE(small.too_large());
    EXPECT_FALSE(large.too_large());
}

// Its first records are in a file that is not kept any more.
TEST(bundle, brings_the_state_before_it_where_the_beginning_is_not_kept) {
    recorded_story story;
    tell(story);
    story.after(std::chrono::hours{24}).see(with_secrets(failing(3)));
    story.after(5s).see(with_secrets(failing(4)));
    std::string first;
    for (const auto& [name, file] : story.in.files.files)
        if (name.starts_with("journal/") && first.empty()) first = name;
    story.in.settle();
    story.in.files.files.erase(first);
    const auto files = bundle_of(story, "SCT1");
    EXPECT_NE(text_of(files, "state.snap"), "");
    const replay_report got = replay_of(files);
    EXPECT_TRUE(got.differences.empty()) << got.differences.front().recorded << "\n"
                                         << got.differences.front().produced;
    EXPECT_GT(got.compared, 0U);
}

TEST(bundle, shows_a_line_that_was_changed) {
    recorded_story story;
    tell(story);
    auto files = bundle_of(story, "SCT1");
    for (bundled_file& each : files) {
        if (each.name != "slice.jsonl") continue;
        each.text.replace(each.text.find("\"count\":2"), 9, "\"count\":3");
    }
    memory_disk disk = unpacked(files);
    const auto read =
        read_bundle(disk,
                    {[](const recovered&) {},
                     [](const daemon::record&, const record_place&) { return true; }, nullptr},
                    [](const fleet_view&) {});
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().what, "its hash does not match its bytes");
}

TEST(bundle, is_an_archive_that_tar_understands) {
    const std::string made =
        bundle_text({{"README", "hello\n"}}, "SCT1", time_of("2026-11-21T10:15:30.123Z"));
    ASSERT_EQ(made.size(), 512U * 4);
    EXPECT_EQ(made.substr(0, 12), std::string("SCT1/README\0", 12));
    EXPECT_EQ(made.substr(124, 11), "00000000006");
    EXPECT_EQ(made.substr(257, 5), "ustar");
    EXPECT_EQ(made.substr(512, 6), "hello\n");
    unsigned sum = 0;
    for (std::size_t n = 0; n < 512; ++n)
        sum += n >= 148 && n < 156 ? ' ' : static_cast<unsigned char>(made[n]);
    EXPECT_EQ(std::stoul(made.substr(148, 6), nullptr, 8), sum);
}

}  // namespace
}  // namespace rolloutd::daemon::testing
