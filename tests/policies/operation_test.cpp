#include "policies/operation.h"

#include <gtest/gtest.h>

namespace rolloutd::policies {
namespace {

TEST(action, its_words_are_read_back) {
    for (const std::string_view word :
         {"cancel", "pause", "skip_batch", "cancel_instance", "continue", "notify"}) {
        const std::optional<action> what = parse_action(word);
        ASSERT_TRUE(what.has_value()) << word;
        EXPECT_EQ(to_text(*what), word);
    }
    for (const std::string_view odd : {"", "Pause", "pause ", "resume", "PAUSE_ORDER"})
        EXPECT_EQ(parse_action(odd), std::nullopt) << odd;
}

TEST(action, the_order_is_that_of_precedence) {
    EXPECT_LT(action::cancel, action::pause);
    EXPECT_LT(action::pause, action::skip_batch);
    EXPECT_LT(action::skip_batch, action::cancel_instance);
    EXPECT_LT(action::cancel_instance, action::continue_ticket);
}

TEST(subject, has_one_spelling_each_way) {
    for (const std::string text :
         {"ticket", "batch:1", "batch:20", "instance:510450000", "instance:9223372036854775807"}) {
        const std::optional<subject> who = parse_subject(text);
        ASSERT_TRUE(who.has_value()) << text;
        EXPECT_EQ(to_text(*who), text);
    }
    for (const std::string_view odd :
         {"", "ticket:1", "batch", "batch:", "batch:0", "batch:01", "batch:-1", "batch:+1",
          "batch:1 ", "batch:x", "instance:9223372036854775808", "host:1"})
        EXPECT_EQ(parse_subject(odd), std::nullopt) << odd;
}

}  // namespace
}  // namespace rolloutd::policies
