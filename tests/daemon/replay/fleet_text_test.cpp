#include "daemon/replay/fleet_text.h"

#include <gtest/gtest.h>

#include "daemon/journal/json_text.h"

namespace rolloutd::daemon {
namespace {

TEST(fleet_text, is_read_back_as_it_was_written) {
    policies::fleet_view view;
    view.frozen = true;
    view.thawed_at = policies::parse_timestamp("2026-11-21T10:15:30.123Z");
    view.watched = 12;
    view.unseen = 3;
    view.operations = 4;
    view.tickets = 5;
    view.acted_on = true;
    view.pauses = 6;
    const auto read = fleet_from(*parse_json(fleet_text(view)));
    ASSERT_TRUE(read);
    EXPECT_EQ(fleet_text(*read), fleet_text(view));
    EXPECT_EQ(read->thawed_at, view.thawed_at);
    EXPECT_FALSE(read->sighted_at);
    EXPECT_EQ(read->unseen, 3);
}

TEST(fleet_text, refuses_what_is_none) {
    EXPECT_FALSE(fleet_from(*parse_json("{}")));
    EXPECT_FALSE(fleet_from(*parse_json("[1]")));
    EXPECT_FALSE(fleet_from(*parse_json("{\"frozen\":\"yes\"}")));
}

}  // namespace
}  // namespace rolloutd::daemon
