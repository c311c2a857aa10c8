#include "policies/settings.h"

#include <gtest/gtest.h>

namespace rolloutd::tests {

using namespace policies;

TEST(settings, nothing_is_legal_after_the_end_or_in_a_status_that_is_not_known) {
    for (const auto& [what, statuses] : default_legal_table()) {
        for (const status_word status : statuses) {
            EXPECT_FALSE(is_terminal(status)) << to_text(what);
            EXPECT_NE(status, status_word::unknown) << to_text(what);
        }
    }
    EXPECT_FALSE(default_legal_table().contains(action::notify));
}

TEST(settings, observe_is_where_everybody_begins) { EXPECT_EQ(settings{}.ceiling, mode::observe); }

}  // namespace rolloutd::tests
