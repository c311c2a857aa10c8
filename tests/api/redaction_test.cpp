#include "api/redaction.h"

#include <gtest/gtest.h>

namespace rolloutd::api {
namespace {

TEST(redaction, every_occurrence_of_every_secret_is_taken_out) {
    EXPECT_EQ(without_secrets("a=one|b=two|c=one", {"one", "two"}), "a=***|b=***|c=***");
    EXPECT_EQ(without_secrets("oneone", {"one"}), "******");
    EXPECT_EQ(without_secrets("nothing in here", {"one"}), "nothing in here");
    EXPECT_EQ(without_secrets("one", {}), "one");
}

TEST(redaction, ends_for_secrets_that_look_like_what_replaces_them) {
    EXPECT_EQ(without_secrets("a*b", {"*"}), "a***b");
    EXPECT_EQ(without_secrets("**", {"**"}), "***");
    EXPECT_EQ(without_secrets("a*****b", {"***"}), "a*****b");
    EXPECT_EQ(without_secrets("ab", {""}), "ab");
}

}  // namespace
}  // namespace rolloutd::api
