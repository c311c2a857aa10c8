#include "tests/sim/errands.h"

#include <gtest/gtest.h>

#include <set>

namespace rolloutd::sim {
namespace {

using namespace std::chrono_literals;

const timestamp midnight = *policies::parse_timestamp("2026-11-21T00:00:00.000Z");

std::vector<beginning> forty_tickets() {
    std::vector<beginning> all;
    for (int n = 0; n < 40; ++n)
        all.push_back({"SCT" + std::to_string(n), midnight + n * 10min});
    return all;
}

TEST(errands, are_over_in_time_and_come_in_order) {
    const timestamp until = midnight + 4h;
    const auto all = make_errands(dice(1), until, 20min, forty_tickets());
    timestamp last = midnight;
    for (const errand& each : all) {
        EXPECT_GE(each.from, last);
        EXPECT_LT(each.from, each.until);
        EXPECT_LT(each.until, until);
        EXPECT_LE(each.until - each.from, 20min);
        last = each.from;
    }
    EXPECT_GT(all.size(), 10U);
}

TEST(errands, freeze_once_at_a_time_and_hold_a_ticket_once) {
    timestamp thawed = midnight - 1h;
    std::set<std::string> held;
    int freezes = 0;
    for (const errand& each : make_errands(dice(2), midnight + 20h, 20min, forty_tickets())) {
        if (!each.ticket.empty()) {
            EXPECT_TRUE(held.insert(each.ticket).second) << each.ticket;
            continue;
        }
        EXPECT_GT(each.from, thawed);
        thawed = each.until;
        ++freezes;
    }
    EXPECT_GT(freezes, 3);
    EXPECT_GT(held.size(), 5U);
}

}  // namespace
}  // namespace rolloutd::sim
