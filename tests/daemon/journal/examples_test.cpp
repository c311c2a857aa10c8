// The examples of docs/journal.md are what the code writes and reads.

#include <gtest/gtest.h>

#include <fstream>
#include <set>

#include "daemon/journal/event_text.h"
#include "daemon/journal/history.h"
#include "daemon/journal/json_text.h"

namespace rolloutd::daemon {
namespace {

TEST(journal_examples, are_read_and_written_as_they_stand) {
    std::ifstream page(ROLLOUTD_SOURCE_DIR "/docs/journal.md");
    ASSERT_TRUE(page);
    std::set<std::string> kinds;
    for (std::string line; std::getline(page, line);) {
        const std::size_t brace = line.find(" {\"");
        if (!line.starts_with("    ") || brace == std::string::npos || line[4] == '{') continue;
        record what;
        what.head.kind = line.substr(4, brace - 4);
        const std::string text = line.substr(brace + 1);
        const auto body = parse_json(text);
        ASSERT_TRUE(body) << line;
        what.body = body->get_object();
        kinds.insert(what.head.kind);
        const auto event = parse_event(what);
        const auto own = parse_daemon_body(what);
        ASSERT_TRUE(event || own) << line << to_text(event.error()) << to_text(own.error());
        // The journal adds the request to an intent, and writes a reading as a change.
        for (const char* added : {"request", "journal", "epoch"})
            if (what.head.kind == "intent") what.body.erase(added);
        if (what.body.contains("change")) continue;
        const bool of_daemon = !event || what.body.contains("about");
        EXPECT_EQ(json_text(of_daemon ? body_of(*own) : body_of(*event)), json_text(what.body));
    }
    EXPECT_EQ(kinds.size(), 25U) << "every kind has an example";
    const std::set<std::string> known(record_kinds().begin(), record_kinds().end());
    EXPECT_EQ(kinds, known) << "history takes every kind";
}

}  // namespace
}  // namespace rolloutd::daemon
