#include "policies/cel/operands.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rolloutd::policies::cel::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(operands, are_what_the_logical_operators_join) {
    EXPECT_THAT(operands_of("a > 1 && b || !(c == 2)"), ElementsAre("a > 1", "b", "c == 2"));
    EXPECT_THAT(operands_of("a ? b : c && d"), ElementsAre("a", "b", "c", "d"));
    EXPECT_THAT(operands_of("a && a && b"), ElementsAre("a", "b"));
    EXPECT_THAT(operands_of("a > 1"), ElementsAre("a > 1"));
    EXPECT_THAT(operands_of("((a > 1)) || (a) + (b) > 1"), ElementsAre("a > 1", "(a) + (b) > 1"));
}

TEST(operands, a_macro_and_a_call_stay_whole) {
    EXPECT_THAT(operands_of("xs.exists(x, x > 1 && x < 3) && f(a || b)"),
                ElementsAre("xs.exists(x, x > 1 && x < 3)", "f(a || b)"));
}

TEST(operands, of_what_cannot_be_parsed_there_are_none) {
    EXPECT_THAT(operands_of(""), IsEmpty());
    EXPECT_THAT(operands_of("a &&"), IsEmpty());
    EXPECT_THAT(operands_of(std::string(100'000, '(')), IsEmpty());
}

}  // namespace
}  // namespace rolloutd::policies::cel::test
