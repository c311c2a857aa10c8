// DESIGN §6 Sending: hold, freeze and the age of the reading, immediately before the write.

#include "policies/last_look.h"

#include <gtest/gtest.h>

namespace rolloutd::tests {

using namespace policies;
using namespace std::chrono_literals;

TEST(refuse_write, finds_nothing_against_an_operation_upon_a_young_reading) {
    intended skip;
    skip.what.what = action::skip_batch;
    last_look found;
    found.reading_age = reading_lasts;
    EXPECT_EQ(refuse_write(skip, found), "");
    found.reading_age = reading_lasts + 1ms;
    EXPECT_EQ(refuse_write(skip, found), "late");
    skip.by = "ana";
    EXPECT_EQ(refuse_write(skip, found), "late") << "what a person asked for rests on it too";
    skip.what.what = action::pause;
    EXPECT_EQ(refuse_write(skip, found), "") << "stopping is right whatever has changed since";
}

TEST(refuse_write, tells_what_weighs_most) {
    intended pause;
    pause.what.what = action::pause;
    last_look found;
    found.held = true;
    EXPECT_EQ(refuse_write(pause, found), "hold");
    found.frozen = true;
    EXPECT_EQ(refuse_write(pause, found), "freeze");
    pause.by = "ana";
    EXPECT_EQ(refuse_write(pause, found), "") << "a person's passes both";
    found.removed = true;
    EXPECT_EQ(refuse_write(pause, found), "removed");
    found.unrecorded = true;
    EXPECT_EQ(refuse_write(pause, found), "journal");
    found.stopping = true;
    EXPECT_EQ(refuse_write(pause, found), "stop");
    found.abandoned = true;
    EXPECT_EQ(refuse_write(pause, found), "abandoned");
}

}  // namespace rolloutd::tests
