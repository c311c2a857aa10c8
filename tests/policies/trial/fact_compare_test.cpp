#include "policies/trial/fact_compare.h"

#include <gtest/gtest.h>

namespace rolloutd::policies::trial {
namespace {

using cel::value;

TEST(fact_compare, numbers_are_compared_as_numbers) {
    EXPECT_TRUE(is_as_expected(value::integer(20), "20"));
    EXPECT_TRUE(is_as_expected(value::integer(20), "20.0"));
    EXPECT_TRUE(is_as_expected(value::real(20.0), "20"));
    EXPECT_TRUE(is_as_expected(value::real(100.0 / 3.0), "33.3333333333333"));
    EXPECT_FALSE(is_as_expected(value::real(100.0 / 3.0), "33.3"));
    EXPECT_FALSE(is_as_expected(value::integer(20), "21"));
    EXPECT_FALSE(is_as_expected(value::integer(20), "twenty"));
    EXPECT_FALSE(is_as_expected(value::integer(20), ""));
    EXPECT_FALSE(is_as_expected(value::integer(20), "20x"));
    EXPECT_FALSE(is_as_expected(value::real(1.0), "nan"));
}

TEST(fact_compare, texts_times_and_truths_stand_as_people_write_them) {
    EXPECT_TRUE(is_as_expected(value::string("PAUSED"), "PAUSED"));
    EXPECT_FALSE(is_as_expected(value::string("PAUSED"), "\"PAUSED\""));
    EXPECT_TRUE(is_as_expected(value::boolean(true), "true"));
    EXPECT_TRUE(is_as_expected(value::duration(std::chrono::seconds{90}), "1m30s"));
    EXPECT_TRUE(is_as_expected(value::duration(std::chrono::seconds{90}), "90s"));
    EXPECT_TRUE(is_as_expected(value::duration(-std::chrono::seconds{90}), "-90s"));
    EXPECT_FALSE(is_as_expected(value::duration(std::chrono::seconds{90}), "90"));
    EXPECT_TRUE(is_as_expected(value::list({value::integer(1), value::integer(2)}), "[1, 2]"));
}

TEST(fact_compare, an_error_is_undetermined_for_any_or_for_its_reason) {
    const value error = value::error("not_seen", "the ticket is not seen");
    EXPECT_TRUE(is_as_expected(error, "undetermined"));
    EXPECT_TRUE(is_as_expected(error, "undetermined(not_seen)"));
    EXPECT_FALSE(is_as_expected(error, "undetermined(needs)"));
    EXPECT_FALSE(is_as_expected(value::string("x"), "undetermined"));
}

}  // namespace
}  // namespace rolloutd::policies::trial
