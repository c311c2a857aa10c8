#include "policies/check.h"

#include <gtest/gtest.h>

TEST(check, ends_the_process_and_names_what_was_broken) {
    EXPECT_DEATH(ROLLOUTD_CHECK(1 + 1 == 3), "broken invariant: 1 \\+ 1 == 3 .*check_test.cpp");
}

TEST(check, lets_a_sound_process_go_on) {
    int asked = 0;
    ROLLOUTD_CHECK(++asked == 1);
    EXPECT_EQ(asked, 1);
}
