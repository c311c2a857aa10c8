// What a decision will show as its evidence, and what a policy needs to be read.

#include "cel_support.h"

namespace rolloutd::policies::cel::test {

TEST(trace, records_the_facts_that_were_used_each_once_in_order) {
    trace recorded;
    const expression condition = compiled(
        "count.abnormal > 2 && labels.tier == 'prod' && count.abnormal < 5 && share > 0.1");
    EXPECT_TRUE(condition.evaluate(facts(), {}, &recorded).as_boolean());
    ASSERT_EQ(recorded.used.size(), 3U);
    EXPECT_EQ(recorded.used[0].name, "count.abnormal");
    EXPECT_EQ(recorded.used[0].what.as_integer(), 3);
    EXPECT_EQ(recorded.used[1].name, "labels.tier");
    EXPECT_EQ(recorded.used[2].name, "share");
}

TEST(trace, leaves_out_what_was_not_reached) {
    trace recorded;
    EXPECT_FALSE(compiled("share > 1.0 && count.abnormal > 2")
                     .evaluate(facts(), {}, &recorded)
                     .as_boolean());
    ASSERT_EQ(recorded.used.size(), 1U);
    EXPECT_EQ(recorded.used[0].name, "share");
}

TEST(trace, shows_calls_with_their_arguments_where_the_function_asks_for_it) {
    environment with_half = names();
    function half{"half",
                  {{.receiver = false,
                    .parameters = {type_kind::integer},
                    .result = type_kind::integer,
                    .body =
                        [](std::span<const value> given) {
                            return value::integer(given[0].as_integer() / 2);
                        }}},
                  true};
    with_half.declare(half);
    const auto made = compile("half(count.finished) == 10", with_half);
    trace recorded;
    EXPECT_TRUE(std::get<expression>(made).evaluate(facts(), {}, &recorded).as_boolean());
    ASSERT_EQ(recorded.used.size(), 2U);
    EXPECT_EQ(recorded.used[1].name, "half(count.finished)");
    EXPECT_EQ(recorded.used[1].what.as_integer(), 10);
    ASSERT_EQ(recorded.used[1].arguments.size(), 1U);
    EXPECT_EQ(recorded.used[1].arguments[0].as_integer(), 21);

    // In a comprehension it has another value in each round; one of them would mislead.
    trace rounds;
    const auto each = compile("sizes.exists(s, half(s) == 3) && half(sizes[0]) == 2", with_half);
    EXPECT_TRUE(std::get<expression>(each).evaluate(facts(), {}, &rounds).as_boolean());
    ASSERT_EQ(rounds.used.size(), 2U);
    EXPECT_EQ(rounds.used[0].name, "sizes");
    EXPECT_EQ(rounds.used[1].name, "half(sizes[0])");
}

TEST(trace, keeps_what_has_gave_apart_from_the_value) {
    trace recorded;
    const expression condition = compiled("has(labels.tier) && labels.tier == 'prod'");
    EXPECT_TRUE(condition.evaluate(facts(), {}, &recorded).as_boolean());
    ASSERT_EQ(recorded.used.size(), 2U);
    EXPECT_EQ(recorded.used[0].name, "has(labels.tier)");
    EXPECT_TRUE(recorded.used[0].what.as_boolean());
    EXPECT_EQ(recorded.used[1].name, "labels.tier");
    EXPECT_EQ(recorded.used[1].what.as_string(), "prod");
    EXPECT_EQ(condition.names(), std::vector<std::string>{"labels.tier"});
}

TEST(trace, names_what_an_expression_may_need_whether_it_is_reached_or_not) {
    EXPECT_EQ(
        compiled("false && count.stuck > 1 || sizes.exists(s, s > count.abnormal) || has(labels.x)")
            .names(),
        (std::vector<std::string>{"count.abnormal", "count.stuck", "labels.x", "sizes"}));
}

}  // namespace rolloutd::policies::cel::test
