#include "policies/policy.h"

#include <gtest/gtest.h>

namespace rolloutd::tests {

using namespace policies;

TEST(mode, has_a_word_for_each_and_the_order_of_what_may_be_done) {
    for (const mode each : {mode::observe, mode::propose, mode::enforce}) {
        EXPECT_EQ(parse_mode(to_text(each)), each);
    }
    EXPECT_FALSE(parse_mode("Enforce"));
    EXPECT_LT(mode::observe, mode::propose);
    EXPECT_LT(mode::propose, mode::enforce);
}

}  // namespace rolloutd::tests
