#include <cmath>

#include "cel_support.h"
#include "policies/cel/compare.h"

namespace rolloutd::policies::cel::test {

TEST(value, compares_numbers_across_their_types) {
    EXPECT_TRUE(equal(value::integer(1), value::real(1.0)));
    EXPECT_TRUE(equal(value::integer(1), value::unsigned_integer(1)));
    EXPECT_FALSE(equal(value::integer(-1), value::unsigned_integer(UINT64_MAX)));
    EXPECT_FALSE(equal(value::integer(1), value::string("1")));
    EXPECT_EQ(order(value::integer(-1), value::unsigned_integer(0)), -1);
    EXPECT_FALSE(order(value::real(NAN), value::real(1)).has_value());
    EXPECT_FALSE(order(value::string("a"), value::integer(1)).has_value());
}

TEST(value, finds_map_keys_by_their_number_not_their_type) {
    const value made = value::map(
        {{value::integer(1), value::string("one")}, {value::string("1"), value::string("text")}});
    EXPECT_EQ(find_key(made, value::unsigned_integer(1))->as_string(), "one");
    EXPECT_EQ(find_key(made, value::real(1.0))->as_string(), "one");
    EXPECT_FALSE(find_key(made, value::real(1.5)).has_value());
    EXPECT_EQ(find_key(made, value::string("1"))->as_string(), "text");
}

TEST(value, refuses_repeated_and_unfit_keys) {
    EXPECT_TRUE(value::map({{value::integer(0), value()}, {value::unsigned_integer(0), value()}})
                    .is_error());
    EXPECT_TRUE(value::map({{value::real(0.5), value()}}).is_error());
    EXPECT_TRUE(value::map({{value(), value()}}).is_error());
}

TEST(value, is_written_as_a_person_would) {
    EXPECT_EQ(value::real(12.5).text(), "12.5");
    EXPECT_EQ(value::real(10).text(), "10.0");
    EXPECT_EQ(value::duration(std::chrono::seconds{90}).text(), "1m30s");
    EXPECT_EQ(value::string("a\"b").text(), "\"a\\\"b\"");
    EXPECT_EQ(value::list({value::integer(1), value::boolean(true)}).text(), "[1, true]");
    EXPECT_LE(value::string(std::string(5'000, 'x')).text().size(), 200U);
    EXPECT_EQ(value::timestamp(instant{0, 500'000'000}).text(), "1970-01-01T00:00:00.5Z");
}

TEST(value, can_be_copied_moved_and_assigned_to_itself) {
    value made = value::list({value::string("a")});
    const value copy = made;
    value& same = made;
    made = same;
    EXPECT_EQ(made.element(0).as_string(), "a");
    const value moved = std::move(made);
    EXPECT_EQ(moved.size(), 1U);
    EXPECT_EQ(copy.element(0).as_string(), "a");
}

}  // namespace rolloutd::policies::cel::test
