// What conditions give, above all where something is missing or out of range.

#include "cel_support.h"

namespace rolloutd::policies::cel::test {

TEST(evaluator, absorbs_errors_where_the_other_side_decides) {
    for (const char* text :
         {"count.stuck > 1 || true", "true || count.stuck > 1", "!(count.stuck > 1 && false)",
          "!(false && count.stuck > 1)", "[1, 2].exists(i, i / 0 == 1 || i == 2)",
          "![1, 0].all(i, 1 / i == 2)"}) {
        const value made = evaluated(text);
        ASSERT_FALSE(made.is_error()) << text << ": " << made.text();
        EXPECT_TRUE(made.as_boolean()) << text;
    }
}

TEST(evaluator, keeps_an_error_that_nothing_decides) {
    for (const char* text :
         {"count.stuck > 1", "count.stuck > 1 || false", "count.stuck > 1 && true",
          "count.stuck > 1 ? true : true", "has(labels.x) || count.stuck > 1",
          "[1, 0].exists_one(i, 1 / i == 1)"}) {
        EXPECT_TRUE(evaluated(text).is_error()) << text;
    }
    EXPECT_EQ(evaluated("count.stuck > 1").as_error().code, "not_seen");
}

TEST(evaluator, makes_an_error_of_every_overflow) {
    for (const char* text :
         {"9223372036854775807 + 1", "-9223372036854775808 - 1", "9223372036854775807 * 2",
          "-9223372036854775808 / -1", "-9223372036854775808 % -1", "-(-9223372036854775808)",
          "0u - 1u", "int(1e99)", "int(9223372036854775808.0)", "uint(-1)",
          "timestamp('9999-12-31T23:59:59Z') + duration('1s')",
          "timestamp('9999-01-01T00:00:00Z') - timestamp('0001-01-01T00:00:00Z')"}) {
        EXPECT_TRUE(evaluated(text).is_error()) << text;
    }
    EXPECT_EQ(evaluated("count.abnormal / 0").as_error().code, "division_by_zero");
}

TEST(evaluator, says_which_key_is_missing) {
    const value made = evaluated("labels.zone == 'b'");
    ASSERT_TRUE(made.is_error());
    EXPECT_EQ(made.as_error().code, "no_such_key");
    EXPECT_NE(made.as_error().message.find("zone"), std::string::npos);
    EXPECT_FALSE(evaluated("has(labels.zone) && labels.zone == 'b'").as_boolean());
}

TEST(evaluator, does_not_take_what_it_could_not_see_for_absent) {
    EXPECT_EQ(evaluated("!has(count.stuck)").as_error().code, "not_seen");
    EXPECT_EQ(unchecked("!has(count.stuck)").as_error().code, "not_seen");
    EXPECT_FALSE(evaluated("has(count.lost)").as_boolean());
    EXPECT_TRUE(evaluated("has(count.abnormal)").as_boolean());
}

TEST(evaluator, asks_an_object_by_name_when_it_is_not_the_one_that_was_checked) {
    static const object_type other("other", {{"finished", type_kind::integer}});
    class others : public object {
    public:
        const object_type& declared() const override { return other; }
        value field(int slot) const override { return value::integer(100 + slot); }
    };
    class swapped : public scope {
    public:
        value variable(int) const override { return value::object(there_); }

    private:
        others there_;
    };
    EXPECT_EQ(compiled("count.finished").evaluate(swapped(), {}).as_integer(), 100);
    EXPECT_TRUE(compiled("count.abnormal").evaluate(swapped(), {}).is_error());
}

TEST(evaluator, reads_numbers_as_they_are_written) {
    for (const char* text : {"int('+-1')", "double('+-1')", "uint('-1')", "double('1e400')",
                             "int('')", "int('+')", "double('0x10')"}) {
        EXPECT_TRUE(evaluated(text).is_error()) << text;
    }
    EXPECT_EQ(evaluated("int('+7')").as_integer(), 7);
    EXPECT_EQ(evaluated("double('+1.5')").as_real(), 1.5);
    EXPECT_EQ(evaluated("double('1e-400')").as_real(), 0.0);
    EXPECT_EQ(evaluated("0." + std::string(400, '0') + "1").as_real(), 0.0);
    EXPECT_EQ(evaluated("1" + std::string(400, '0') + "e-400").as_real(), 1.0);
    EXPECT_FALSE(problems_of("1" + std::string(400, '0') + ".5").empty());
}

TEST(evaluator, writes_doubles_with_an_exponent_only_where_they_are_large_or_tiny) {
    EXPECT_EQ(evaluated("string(100000.0)").as_string(), "100000");
    EXPECT_EQ(evaluated("string(999999.5)").as_string(), "999999.5");
    EXPECT_EQ(evaluated("string(-1234567.0)").as_string(), "-1.234567e+06");
    EXPECT_EQ(evaluated("string(0.0001)").as_string(), "0.0001");
    EXPECT_EQ(evaluated("string(0.00001)").as_string(), "1e-05");
    EXPECT_EQ(evaluated("string(-0.0)").as_string(), "-0");
}

TEST(evaluator, orders_numbers_with_nan_but_with_nothing_else) {
    for (const char* text : {"1.5 < 0.0 / 0.0", "0.0 / 0.0 >= 1", "1u > 0.0 / 0.0"}) {
        EXPECT_FALSE(unchecked(text).as_boolean()) << text;
    }
    for (const char* text : {"1.5 < null", "[1] >= 2.5", "'a' > 0.0 / 0.0", "1.5 <= int",
                             "0.0 / 0.0 < true", "null < null"}) {
        EXPECT_EQ(unchecked(text).as_error().code, "no_overload") << text;
    }
}

TEST(evaluator, reads_durations_up_to_both_ends_of_their_range) {
    using std::chrono::nanoseconds;
    EXPECT_EQ(evaluated("duration('9223372036854775807ns')").as_duration(), nanoseconds::max());
    EXPECT_EQ(evaluated("duration('-9223372036854775808ns')").as_duration(), nanoseconds::min());
    EXPECT_TRUE(evaluated("duration('9223372036854775808ns')").is_error());
    EXPECT_TRUE(evaluated("duration('-9223372036854775809ns')").is_error());
    EXPECT_EQ(evaluated("duration('3\xCE\xBCs')").as_duration(), nanoseconds{3'000});
    EXPECT_EQ(evaluated("-duration('-9223372036854775808ns')").as_error().code, "overflow");
}

TEST(evaluator, needs_no_checker_before_it) {
    EXPECT_TRUE(unchecked("nobody_declared_this > 2").is_error());
    EXPECT_TRUE(unchecked("1 + 'a'").is_error());
    EXPECT_TRUE(unchecked("!3").is_error());
    EXPECT_TRUE(unchecked("count.nothing").is_error());
    EXPECT_TRUE(unchecked("no_function(1)").is_error());
    EXPECT_FALSE(unchecked("false && 32").as_boolean());
    EXPECT_TRUE(unchecked("true && 32").is_error());
}

TEST(evaluator, stops_at_its_budget_even_where_an_error_would_be_absorbed) {
    const std::string nested =
        "[1,2,3,4,5,6,7,8,9].map(a, [1,2,3,4,5,6,7,8,9].map(b, [1,2,3,4,5,6,7,8,9].map(c, "
        "[1,2,3,4,5,6,7,8,9].map(d, [1,2,3,4,5,6,7,8,9].map(e, a*b*c*d*e))))).size() > 0 || true";
    const value made = evaluated(nested);
    ASSERT_TRUE(made.is_error());
    EXPECT_EQ(made.as_error().code, "budget");
}

TEST(evaluator, bounds_what_texts_and_lists_can_grow_to) {
    budget tight;
    tight.string_bytes = 64;
    tight.list_elements = 8;
    const char* doubled = "labels.tier + labels.tier + labels.tier + labels.tier";
    EXPECT_FALSE(evaluated(doubled, tight).is_error());
    tight.string_bytes = 15;
    EXPECT_EQ(evaluated(doubled, tight).as_error().code, "budget");
    EXPECT_EQ(evaluated("[1,2,3,4,5] + [1,2,3,4,5]", tight).as_error().code, "budget");
}

TEST(evaluator, knows_the_time_functions_and_their_zones) {
    const char* at = "timestamp('2026-11-21T10:15:30.123Z')";
    EXPECT_EQ(evaluated(std::string(at) + ".getDayOfWeek()").as_integer(), 6);
    EXPECT_EQ(evaluated(std::string(at) + ".getHours('+02:00')").as_integer(), 12);
    EXPECT_EQ(evaluated(std::string(at) + ".getHours('Nowhere/Else')").as_error().code,
              "unknown_zone");
    EXPECT_EQ(evaluated("age.getMinutes()").as_integer(), 20);
}

}  // namespace rolloutd::policies::cel::test
