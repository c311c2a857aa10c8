#include "policies/discovery_match.h"

#include <gtest/gtest.h>

#include "policies/facts.h"

namespace rolloutd::policies {
namespace {

using namespace std::chrono_literals;

cel::expression match_of(const std::string& text) {
    cel::compile_result made = cel::compile(text, match_environment(), cel::type_kind::boolean);
    EXPECT_TRUE(std::holds_alternative<cel::expression>(made)) << text;
    return std::get<cel::expression>(made);
}

struct discovering : ::testing::Test {
    ticket_info known;
    timestamp now = *parse_timestamp("2026-11-21T10:00:00.000Z");
    discovering() {
        known.id = "SCT1";
        known.order_name = "deploy-web";
        known.creator = "ops";
        known.status = "PROCESSING";
        known.created = now - 1h;
    }
    std::optional<bool> picked(const std::string& text) {
        return picks(match_of(text), known, now);
    }
};

TEST_F(discovering, a_condition_over_the_row_picks_without_another_call) {
    const std::string text =
        "ticket.order_name.startsWith('deploy-') && ticket.creator == 'ops' && "
        "ticket.age < duration('2h') && ticket.created > timestamp('2026-01-01T00:00:00Z') && "
        "ticket.status != 'READY' && "
        "ticket.id != ''";
    EXPECT_EQ(teller_of(match_of(text)), told_by::row);
    EXPECT_EQ(picked(text), true);
    known.order_name = "backup";
    EXPECT_EQ(picked(text), false);
}

TEST_F(discovering, what_only_the_ticket_itself_tells_is_known_to_be_so) {
    for (const std::string text :
         {"ticket.name == 'x'", "ticket.params['env'] == 'prod'", "ticket.params.env == 'prod'",
          "ticket.success_rate > 90.0 && ticket.order_name == 'x'", "has(ticket.params.env)",
          "ticket.timeout > duration('1m')", "ticket.current_batch == 1",
          "ticket.script_uuid == 'S'", "ticket.script_version == '1'"}) {
        EXPECT_EQ(teller_of(match_of(text)), told_by::info) << text;
    }
}

TEST_F(discovering, what_nobody_tells_before_the_ticket_is_watched_is_known_to_be_so) {
    for (const std::string text :
         {"ticket.labels.tier == 'prod'", "ticket.unseen_for > duration('1m')",
          "ticket.paused_by == ''", "ticket.pause_cause == 'policy'", "ticket.batches > 1",
          "ticket.running_for > duration('1m')", "ticket.paused_for > duration('1m')",
          "ticket.unchanged_for > duration('1m')"}) {
        EXPECT_EQ(teller_of(match_of(text)), told_by::nobody) << text;
    }
}

TEST_F(discovering, every_fact_of_a_ticket_is_told_by_somebody_or_nobody_on_purpose) {
    int of_nobody = 0;
    for (const fact_entry& each : all_facts()) {
        if (!each.name.starts_with("ticket.")) continue;
        of_nobody += teller_of(each.name) == told_by::nobody ? 1 : 0;
    }
    EXPECT_EQ(of_nobody, 8) << "a new fact has to be placed";
}

TEST_F(discovering, no_condition_picks_all) {
    EXPECT_EQ(picks({}, known, now), true);
    EXPECT_EQ(teller_of(cel::expression{}), told_by::row);
}

TEST_F(discovering, a_condition_that_fails_picks_nothing_and_says_so) {
    EXPECT_EQ(picked("ticket.params.env == 'prod'"), std::nullopt);
    known.params["env"] = "prod";
    EXPECT_EQ(picked("ticket.params.env == 'prod'"), true);
}

}  // namespace
}  // namespace rolloutd::policies
