// Optional values: what is known to be absent is nothing, what could not be seen stays an error.

#include "cel_support.h"

namespace rolloutd::policies::cel::test {

TEST(optionals, are_nothing_for_what_is_known_to_be_absent) {
    for (const char* text :
         {"labels.?zone", "labels[?'zone']", "sizes[?2]", "sizes[?-1]", "count.?lost",
          "optional.of(labels).zone", "optional.of(sizes)[9]", "labels.?a.b.c"}) {
        const value made = unchecked(text);
        ASSERT_EQ(made.kind(), value_kind::optional) << text << " " << made.text();
        EXPECT_EQ(made.as_optional(), nullptr) << text;
    }
}

TEST(optionals, hold_what_is_there) {
    EXPECT_EQ(evaluated("labels.?tier.value()").as_string(), "prod");
    EXPECT_EQ(evaluated("sizes[?1].value() + count.?abnormal.orValue(0)").as_integer(), 10);
    EXPECT_TRUE(evaluated("has(optional.of(labels).tier)").as_boolean());
    EXPECT_FALSE(evaluated("has(optional.of(labels).x)").as_boolean());
}

TEST(optionals, do_not_take_the_unseen_for_absent) {
    EXPECT_EQ(evaluated("count.?stuck.orValue(0) == 0").as_error().code, "not_seen");
    EXPECT_EQ(evaluated("[?count.?stuck] == [0]").as_error().code, "not_seen");
    EXPECT_EQ(unchecked("labels.zone.?x").as_error().code, "no_such_key");
    EXPECT_EQ(unchecked("labels[?1 / 0]").as_error().code, "division_by_zero");
    EXPECT_EQ(unchecked("1.?x").as_error().code, "no_overload");
}

TEST(optionals, need_their_alternative_only_when_they_hold_nothing) {
    EXPECT_EQ(evaluated("labels.?tier.orValue(string(1 / 0))").as_string(), "prod");
    EXPECT_EQ(evaluated("labels.?tier.or(labels.?zone).value()").as_string(), "prod");
    EXPECT_EQ(evaluated("labels.?x.orValue(string(1 / 0))").as_error().code, "division_by_zero");
    EXPECT_EQ(evaluated("labels.?x.or(labels.?team).orValue('')").as_string(), "pay");
    EXPECT_EQ(unchecked("1.orValue(2)").as_error().code, "no_overload");
    EXPECT_EQ(unchecked("optional.none().or(1)").as_error().code, "no_overload");
    EXPECT_EQ(evaluated("optional.none().value() == 1").as_error().code, "no_value");
}

TEST(optionals, leave_out_of_lists_and_maps_what_is_not_there) {
    EXPECT_EQ(evaluated("[?labels.?x, ?labels.?tier, 'a']").text(), "[\"prod\", \"a\"]");
    EXPECT_EQ(evaluated("{?'x': labels.?x, ?'t': labels.?tier}").text(), "{\"t\": \"prod\"}");
    EXPECT_EQ(evaluated("optional.unwrap([labels.?x, labels.?team])").text(), "[\"pay\"]");
    EXPECT_EQ(evaluated("[sizes.first(), sizes.last(), [].first()].unwrapOpt()").text(), "[4, 7]");
    EXPECT_EQ(unchecked("[?1]").as_error().code, "no_overload");
    EXPECT_EQ(unchecked("{?'a': 1}").as_error().code, "no_overload");
}

TEST(optionals, are_mapped_when_they_hold_something) {
    EXPECT_EQ(evaluated("labels.?tier.optMap(t, t + '!').value()").as_string(), "prod!");
    EXPECT_FALSE(evaluated("labels.?x.optMap(t, t + '!').hasValue()").as_boolean());
    EXPECT_EQ(evaluated("labels.?tier.optFlatMap(t, labels[?t]).orValue('-')").as_string(), "-");
    EXPECT_FALSE(evaluated("optional.ofNonZeroValue(duration('0s')).hasValue()").as_boolean());
}

TEST(optionals, are_typed) {
    EXPECT_EQ(compiled("labels.?tier").result().text(), "optional_type(string)");
    EXPECT_EQ(compiled("optional.of(labels).tier").result().text(), "optional_type(string)");
    EXPECT_EQ(compiled("sizes[?0].optMap(s, s > 1)").result().text(), "optional_type(bool)");
    EXPECT_EQ(compiled("count.?abnormal.orValue(1)").result().text(), "int");
    for (const char* text : {"labels.?tier == 'prod'", "labels.?tier.orValue(1) == 1", "[?1]",
                             "count.?abnormall.orValue(1) > 1", "sizes.optMap(s, s)", "has(a.?b)",
                             "sizes[?0].optFlatMap(s, s)", "labels.?tier > 'a'"}) {
        EXPECT_EQ(problems_of(text).size(), 1U) << text;
    }
}

TEST(optionals, say_which_facts_are_read_and_what_they_gave) {
    const expression condition = compiled("labels.?tier.orValue('-') == 'prod'");
    EXPECT_EQ(condition.names(), std::vector<std::string>{"labels.tier"});
    trace recorded;
    EXPECT_TRUE(condition.evaluate(facts(), {}, &recorded).as_boolean());
    ASSERT_EQ(recorded.used.size(), 1U);
    EXPECT_EQ(recorded.used[0].name, "labels.?tier");
    EXPECT_EQ(recorded.used[0].what.text(), "optional(\"prod\")");
}

}  // namespace rolloutd::policies::cel::test
