#include "daemon/replay/replay_text.h"

#include <gtest/gtest.h>

#include "daemon/journal/json_text.h"

namespace rolloutd::daemon {
namespace {

replay_report a_report() {
    replay_report what;
    what.records = 12;
    what.steps = 4;
    what.compared = 9;
    what.tickets = {"SCT1"};
    what.versions = {ROLLOUTD_VERSION};
    what.undetermined["not recorded: instances' messages, which policy guard names"] = 2;
    return what;
}

TEST(replay_text, says_how_much_was_compared_and_what_could_not_be) {
    EXPECT_EQ(
        render_replay(a_report()),
        "ok: 9 records of 1 ticket concluded again in 4 steps, 2 steps undetermined, of 12 records "
        "read\n"
        "undetermined: not recorded: instances' messages, which policy guard names: 2 "
        "steps\n");
}

TEST(replay_text, names_record_file_and_both_sides_of_a_difference) {
    replay_report what = a_report();
    replay_difference found;
    found.seq = 57;
    found.place = {"journal/000000000041.jsonl", 17};
    found.ticket = "SCT1";
    found.at = *policies::parse_timestamp("2026-11-21T10:15:30.123Z");
    found.recorded = "decision {\"do\":\"pause\"}";
    found.produced = "decision {\"do\":\"cancel\"}";
    what.differences.push_back(found);
    const std::string text = render_replay(what);
    EXPECT_TRUE(text.starts_with("differs: ")) << text;
    EXPECT_NE(text.find("journal/000000000041.jsonl:17: record 57, SCT1 at "
                        "2026-11-21T10:15:30.123Z: the engine concludes otherwise\n"
                        "  recorded: decision {\"do\":\"pause\"}\n"
                        "  produced: decision {\"do\":\"cancel\"}\n"),
              std::string::npos)
        << text;
    what.differences.front().produced.clear();
    EXPECT_NE(render_replay(what).find("does not conclude what was recorded"), std::string::npos);
}

TEST(replay_text, does_not_call_it_ok_where_nothing_was_compared) {
    replay_report what = a_report();
    what.compared = 0;
    EXPECT_TRUE(render_replay(what).starts_with("nothing compared: 0 records of 1 ticket"));
    EXPECT_NE(replay_to_json(what).find("\"equal\":false"), std::string::npos);
}

// Names and messages come from the cloud.
TEST(replay_text, lets_no_text_of_the_record_steer_the_terminal) {
    replay_report what = a_report();
    replay_difference found;
    found.ticket = "SCT1";
    found.recorded =
        "notify {\"text\":\"\xc2\x9b"
        "2J\x1b[2J\"}";
    found.produced = "notify {\"text\":\"\xe2\x80\xae\"}";
    what.differences.push_back(found);
    const std::string text = render_replay(what);
    for (const char* const part : {"\x1b", "\xc2\x9b", "\xe2\x80\xae"})
        EXPECT_EQ(text.find(part), std::string::npos) << text;
}

TEST(replay_text, is_json_for_programs) {
    const std::string text = replay_to_json(a_report());
    ASSERT_TRUE(parse_json(text.substr(0, text.size() - 1)));
    EXPECT_NE(text.find("\"equal\":true"), std::string::npos);
    EXPECT_NE(text.find("\"compared\":9"), std::string::npos);
}

TEST(replay_text, tells_when_another_version_has_written) {
    replay_report what = a_report();
    what.versions.insert("0.0.9");
    EXPECT_NE(render_replay(what).find("recorded by version 0.0.9, replayed by " ROLLOUTD_VERSION),
              std::string::npos);
}

}  // namespace
}  // namespace rolloutd::daemon
