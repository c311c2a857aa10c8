#include "daemon/zones.h"

#include <gtest/gtest.h>

namespace rolloutd::daemon {
namespace {

using namespace std::chrono_literals;

TEST(zones, offsets_are_east_of_utc_and_follow_daylight_saving) {
    const auto zones = system_zones();
    const policies::cel::instant january{1'768'478'400, 0};  // 2026-01-15T12:00:00Z
    const policies::cel::instant july{1'784'116'800, 0};     // 2026-07-15T12:00:00Z
    EXPECT_EQ(zones->offset("Asia/Shanghai", january), 8h);
    EXPECT_EQ(zones->offset("Europe/Berlin", january), 1h);
    EXPECT_EQ(zones->offset("Europe/Berlin", july), 2h);
    EXPECT_EQ(zones->offset("UTC", july), 0s);
}

TEST(zones, a_zone_that_does_not_exist_has_none) {
    const auto zones = system_zones();
    for (const char* const name : {"", "Mars/Olympus", "../../etc/passwd", "Europe/"}) {
        EXPECT_EQ(zones->offset(name, {}), std::nullopt) << name;
    }
}

TEST(zones, the_version_is_told) { EXPECT_NE(system_zones_version(), ""); }

}  // namespace
}  // namespace rolloutd::daemon
