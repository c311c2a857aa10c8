// The words of the journal.

#include "policies/event.h"

#include <gtest/gtest.h>

namespace rolloutd::tests {

using namespace policies;

namespace {

template <class Enum, class Parse>
void expect_words(int count, Parse parse) {
    for (int i = 0; i < count; ++i) {
        const auto what = static_cast<Enum>(i);
        EXPECT_EQ(parse(to_text(what)), what) << to_text(what);
    }
    EXPECT_TRUE(to_text(static_cast<Enum>(count)).empty()) << "the table is complete";
    EXPECT_FALSE(parse("no such word"));
}

}  // namespace

TEST(event, every_word_is_read_back) {
    expect_words<verdict>(3, parse_verdict);
    expect_words<decision_outcome>(4, parse_decision_outcome);
    expect_words<suppression>(16, parse_suppression);
    expect_words<answer_kind>(4, parse_answer_kind);
    expect_words<effect_kind>(7, parse_effect_kind);
    expect_words<pause_origin>(5, parse_pause_origin);
}

TEST(event, each_kind_has_the_word_of_the_journal) {
    EXPECT_EQ(kind_of(watched{}), "watch");
    EXPECT_EQ(kind_of(unwatched{}), "unwatch");
    EXPECT_EQ(kind_of(observed{}), "observe");
    EXPECT_EQ(kind_of(blinded{}), "blind");
    EXPECT_EQ(kind_of(verdict_changed{}), "verdict");
    EXPECT_EQ(kind_of(decided{}), "decision");
    EXPECT_EQ(kind_of(intended{}), "intent");
    EXPECT_EQ(kind_of(answered{}), "result");
    EXPECT_EQ(kind_of(effected{}), "effect");
    EXPECT_EQ(kind_of(notified{}), "notify");
    EXPECT_EQ(kind_of(foreign{}), "foreign");
    EXPECT_EQ(kind_of(restarted{}), "start");
}

}  // namespace rolloutd::tests
