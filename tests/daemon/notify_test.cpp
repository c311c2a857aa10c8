#include "daemon/notify.h"

#include <gtest/gtest.h>

namespace rolloutd::daemon {
namespace {

TEST(notify, the_status_counts_what_a_person_wants_to_know) {
    EXPECT_EQ(status_text(214, 3, "enforce"),
              "watching 214 tickets, 3 paused by policy, mode enforce");
    EXPECT_EQ(status_text(1, 0, "observe"), "watching 1 ticket, mode observe");
}

TEST(notify, a_reload_is_told_with_the_monotonic_time) {
    EXPECT_EQ(reloading_line(12345), "RELOADING=1\nMONOTONIC_USEC=12345");
    EXPECT_EQ(ready_line("well"), "READY=1\nSTATUS=well");
}

}  // namespace
}  // namespace rolloutd::daemon
