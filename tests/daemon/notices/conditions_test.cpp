#include "daemon/notices/conditions.h"

#include <gmock/gmock.h>

namespace rolloutd::daemon {
namespace {

using ::testing::HasSubstr;

TEST(conditions, a_daemon_that_is_well_has_none) { EXPECT_TRUE(conditions_of({}).empty()); }

TEST(conditions, each_trouble_is_one_with_its_level_its_reason_and_what_to_do) {
    daemon_health bad;
    bad.journal_failure = "no space left";
    bad.journal_damage = "segment 1";
    bad.journal_damage_seq = 7;
    bad.journal_unverified = "it cannot be read";
    bad.overrun = "too many tickets";
    bad.overrun_seq = 9;
    bad.credentials = "no such file";
    bad.discovery = "the list is refused";
    bad.breaker = "operations_per_minute";
    bad.certificates = "ca.pem cannot be read";
    bad.last_reload_well = false;
    bad.fleet_blind = true;
    bad.watched = 10;
    bad.unseen = 4;
    std::map<std::string, condition> by_event;
    for (const condition& each : conditions_of(bad))
        EXPECT_TRUE(by_event.emplace(each.event, each).second) << each.event;
    ASSERT_EQ(by_event.size(), 10U);
    EXPECT_EQ(by_event["journal_not_writable"].level, notice_level::critical);
    EXPECT_THAT(by_event["journal_not_writable"].text, HasSubstr("no space left; no operation"));
    EXPECT_EQ(by_event["journal_damaged"].seq, 7U);
    EXPECT_EQ(by_event["readings_overrun"].level, notice_level::warning);
    EXPECT_EQ(by_event["readings_overrun"].seq, 9U);
    EXPECT_THAT(by_event["credentials_unusable"].text, HasSubstr("no such file"));
    EXPECT_THAT(by_event["breaker_open"].text, HasSubstr("rolloutctl breaker close"));
    EXPECT_EQ(by_event["fleet_blind"].text, "4 of 10 watched tickets cannot be read");
    EXPECT_TRUE(by_event.contains("journal_unverified"));
    EXPECT_TRUE(by_event.contains("discovery_failing"));
    EXPECT_TRUE(by_event.contains("reload_refused"));
    EXPECT_THAT(by_event["certificates_not_read"].text, HasSubstr("ca.pem cannot be read"));
}

TEST(conditions, certificates_that_cannot_be_read_are_no_refused_reload) {
    daemon_health bad;
    bad.certificates = "ca.pem cannot be read";
    const auto all = conditions_of(bad);
    ASSERT_EQ(all.size(), 1U);
    EXPECT_EQ(all[0].event, "certificates_not_read");
}

}  // namespace
}  // namespace rolloutd::daemon
