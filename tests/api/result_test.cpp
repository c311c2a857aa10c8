#include "api/result.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace rolloutd::api {
namespace {

TEST(failed_reading, carries_the_words_of_the_journal) {
    const failure gone(origin::service, "COC.00040709", "order not found");
    const policies::failed_reading look = to_failed_reading(gone);
    EXPECT_EQ(look.origin, "service");
    EXPECT_EQ(look.code, "COC.00040709");
    EXPECT_EQ(look.detail, "order not found");
    EXPECT_TRUE(look.not_found);
    EXPECT_FALSE(to_failed_reading(failure(origin::network, "timeout", "")).not_found);
}

TEST(origin, has_the_four_words_of_the_journal) {
    EXPECT_EQ(to_text(origin::network), "network");
    EXPECT_EQ(to_text(origin::gateway), "gateway");
    EXPECT_EQ(to_text(origin::service), "service");
    EXPECT_EQ(to_text(origin::content), "content");
}

TEST(result, a_failure_taken_for_a_value_says_what_it_was) {
    const result<int> failed = failure(origin::network, "timeout", "no answer");
    try {
        const int never = failed.value();
        FAIL() << never;
    } catch (const std::logic_error& error) {
        EXPECT_NE(std::string(error.what()).find("timeout: no answer"), std::string::npos);
    }
}

}  // namespace
}  // namespace rolloutd::api
