// The catalog for `journalctl -x` explains every kind of record, and nothing else.

#include "daemon/journal/message_ids.h"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <set>
#include <string>

namespace rolloutd::daemon {
namespace {

// Id to subject, of each entry in systemd/rolloutd.catalog.
std::map<std::string, std::string> catalog() {
    std::ifstream file(ROLLOUTD_SOURCE_DIR "/systemd/rolloutd.catalog");
    std::map<std::string, std::string> found;
    std::string id;
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("-- ")) id = line.substr(3);
        if (line.starts_with("Subject: ")) found[id] = line.substr(9);
    }
    return found;
}

TEST(message_ids, every_kind_of_record_has_one) {
    for (const std::string_view kind :
         {"start",   "stop",    "reload",     "policy",   "watch",    "unwatch", "observe",
          "seen",    "blind",   "verdict",    "decision", "proposal", "intent",  "result",
          "effect",  "foreign", "operator",   "hold",     "release",  "freeze",  "thaw",
          "breaker", "notify",  "checkpoint", "repair"})
        EXPECT_EQ(message_id_of(kind).size(), 32U) << kind;
    EXPECT_EQ(message_id_of("nonsense"), "");
    EXPECT_EQ(message_id_of(""), "");
}

TEST(message_ids, none_is_given_twice) {
    std::set<std::string_view> seen;
    for (const message_id& each : message_ids())
        EXPECT_TRUE(seen.insert(each.id).second) << each.kind;
}

TEST(message_ids, the_catalog_explains_each_of_them_and_no_other) {
    const auto explained = catalog();
    EXPECT_EQ(explained.size(), message_ids().size());
    for (const message_id& each : message_ids()) {
        const auto found = explained.find(std::string(each.id));
        ASSERT_NE(found, explained.end()) << each.kind;
        EXPECT_FALSE(found->second.empty()) << each.kind;
    }
}

}  // namespace
}  // namespace rolloutd::daemon
