#include "policies/told_words.h"

#include <gtest/gtest.h>

#include "tests/support/scenes.h"

namespace rolloutd::tests {
namespace {

using policies::moment_said;
using policies::suppression;
using policies::withheld_by;

TEST(told_words, a_moment_has_its_zone_and_its_date_when_it_is_far) {
    EXPECT_EQ(moment_said(noon + 15s, noon), "12:00:15Z");
    EXPECT_EQ(moment_said(noon - 11h, noon), "01:00:00Z");
    EXPECT_EQ(moment_said(noon + 12h, noon), "2026-11-22 00:00:00Z");
    EXPECT_EQ(moment_said(noon - 13h, noon), "2026-11-20 23:00:00Z");
}

TEST(told_words, a_moment_is_never_told_too_early) {
    EXPECT_EQ(moment_said(noon + 1ms, noon), "12:00:01Z");
}

TEST(told_words, a_reason_has_its_word_and_its_detail) {
    EXPECT_EQ(withheld_by(suppression::freeze, ""), "all automation is frozen [freeze]");
    EXPECT_EQ(withheld_by(suppression::hold, "by ana"), "the ticket is held [hold]: by ana");
    EXPECT_EQ(policies::action_said(policies::action::skip_batch), "skip batch");
}

}  // namespace
}  // namespace rolloutd::tests
