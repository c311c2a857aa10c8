// The extensions for texts, numbers, base64, two-variable macros and cel.bind, at their edges. What
// they do in general is the conformance suite's to show.

#include "cel_support.h"

namespace rolloutd::policies::cel::test {

std::string text_of(std::string_view expression) {
    const value made = evaluated(expression);
    if (made.kind() == value_kind::string) return made.as_string();
    return made.is_error() ? made.as_error().code : made.text();
}

TEST(text_functions, count_code_points_not_bytes) {
    EXPECT_EQ(text_of("'aé😀z'.charAt(2)"), "😀");
    EXPECT_EQ(text_of("'aé😀z'.charAt(4)"), "");
    EXPECT_EQ(text_of("'aé😀z'.substring(1, 3)"), "é😀");
    EXPECT_EQ(text_of("'aé😀z'.reverse()"), "z😀éa");
    EXPECT_EQ(evaluated("'aé😀z'.indexOf('z')").as_integer(), 3);
    EXPECT_EQ(evaluated("'zé😀z'.lastIndexOf('z')").as_integer(), 3);
    EXPECT_EQ(evaluated("'zé😀z'.lastIndexOf('z', 2)").as_integer(), 0);
    EXPECT_EQ(evaluated("'é😀'.split('')").size(), 2U);
}

TEST(text_functions, find_a_text_in_itself) {
    EXPECT_EQ(evaluated("'abc'.lastIndexOf('abc', 0)").as_integer(), 0);
    EXPECT_EQ(evaluated("'abc'.lastIndexOf('abcd')").as_integer(), -1);
    EXPECT_EQ(evaluated("'abc'.lastIndexOf('', 2)").as_integer(), 2);
    EXPECT_EQ(evaluated("''.lastIndexOf('')").as_integer(), 0);
    EXPECT_EQ(evaluated("'abc'.indexOf('', 3)").as_integer(), 3);
    EXPECT_EQ(evaluated("'aaa'.lastIndexOf('aa')").as_integer(), 1);
}

TEST(text_functions, refuse_places_outside_of_the_text) {
    for (const char* text :
         {"'abc'.charAt(-1)", "'abc'.charAt(4)", "'abc'.substring(4)", "'abc'.substring(2, 1)",
          "'abc'.substring(0, 4)", "'abc'.substring(-1, 2)", "'abc'.indexOf('a', 4)",
          "'abc'.indexOf('a', -1)", "'abc'.lastIndexOf('a', 4)"}) {
        EXPECT_EQ(text_of(text), "index_out_of_bounds") << text;
    }
}

TEST(text_functions, replace_and_split_as_often_as_they_are_told) {
    EXPECT_EQ(text_of("'aaa'.replace('a', 'b', 2)"), "bba");
    EXPECT_EQ(text_of("'aaa'.replace('a', 'b', 0)"), "aaa");
    EXPECT_EQ(text_of("'aaa'.replace('a', 'b', -5)"), "bbb");
    EXPECT_EQ(text_of("'éb'.replace('', '-')"), "-é-b-");
    EXPECT_EQ(text_of("'éb'.replace('', '-', 2)"), "-é-b");
    EXPECT_EQ(text_of("''.replace('', '-')"), "-");
    EXPECT_EQ(text_of("'a,b,c'.split(',', 2).join('|')"), "a|b,c");
    EXPECT_EQ(text_of("'abc'.split('', 2).join('|')"), "a|bc");
    EXPECT_EQ(evaluated("''.split(',')").size(), 1U);
    EXPECT_EQ(evaluated("''.split('')").size(), 0U);
    EXPECT_EQ(evaluated("',a,'.split(',')").size(), 3U);
}

TEST(text_functions, join_only_texts) {
    EXPECT_EQ(unchecked("['a', 1].join()").as_error().code, "no_overload");
    EXPECT_EQ(text_of("['a'].join('-')"), "a");
}

TEST(format, writes_numbers_in_every_base) {
    EXPECT_EQ(text_of("'%b %o %x %X'.format([-5, -9, -255, 255u])"), "-101 -11 -ff FF");
    EXPECT_EQ(text_of("'%d %s'.format([3.25, 1e21])"), "3.25 1000000000000000000000");
    EXPECT_EQ(text_of("'%s %s %s'.format([0.001, -0.5, 100.0])"), "0.001 -0.5 100");
    EXPECT_EQ(text_of("'%.0f %.2e %f'.format([2.5, -3.14, 1u])"), "2 -3.14e+00 1.000000");
    EXPECT_EQ(text_of("'%e %f'.format([-1.0 / 0.0, 1.0 / 0.0])"), "-Infinity Infinity");
    EXPECT_EQ(text_of("'%s %s'.format([9223372036854775807, -9223372036854775808])"),
              "9223372036854775807 -9223372036854775808");
}

TEST(format, writes_whatever_has_a_text) {
    EXPECT_EQ(text_of("'%s'.format([type([1])])"), "list");
    EXPECT_EQ(text_of("'%s'.format([type(age)])"), "google.protobuf.Duration");
    EXPECT_EQ(text_of("'%s'.format([{'b': [1], 'a': {}}])"), "{a: {}, b: [1]}");
    EXPECT_EQ(text_of("'%s'.format([b'a\\xff\\xfeb'])"),
              "a\xEF\xBF\xBD"
              "b");
    EXPECT_EQ(text_of("'%s'.format([duration('90m1ms')])"), "5400.001s");
}

TEST(format, refuses_a_clause_that_is_no_letter_in_words_that_are_utf8) {
    const value made = unchecked("'%\xC3\xA9'.format([1])");
    ASSERT_TRUE(made.is_error());
    EXPECT_EQ(made.as_error().message, "a clause of the format has no letter");
}

TEST(format, refuses_what_it_cannot_write) {
    for (const char* text :
         {"'%'.format([1])", "'%.'.format([1])", "'%.2'.format([1.0])", "'%.f'.format([1.0])",
          "'%.9999f'.format([1.0])", "'%q'.format([1])", "'%d'.format([])", "'%x'.format([1.5])",
          "'%b'.format(['a'])", "'%s'.format([optional.of(1)])", "'%5d'.format([1])"}) {
        EXPECT_EQ(text_of(text), "bad_argument") << text;
    }
    EXPECT_EQ(text_of("'%s %s'.format([count.abnormal, count.stuck])"), "not_seen");
}

TEST(format, takes_values_of_several_types_even_where_lists_may_not_hold_them) {
    const dialect strict = policy_dialect;
    EXPECT_TRUE(problems_of("'%s %d'.format(['a', 3]) == ''", type_kind::boolean, strict).empty());
    EXPECT_TRUE(problems_of("math.greatest(1, 2.0, 3u) > 1", type_kind::boolean, strict).empty());
    EXPECT_FALSE(problems_of("[1, 'a'] == []", type_kind::boolean, strict).empty());
    EXPECT_FALSE(problems_of("'%s'.format([[1, 'a']]) == ''", type_kind::boolean, strict).empty());
}

TEST(quote, makes_a_text_safe_to_print) {
    EXPECT_EQ(text_of(R"(strings.quote('a\a\b\f\n\r\t\v\\"'))"), R"("a\a\b\f\n\r\t\v\\\"")");
}

TEST(math, keeps_what_it_is_given_and_refuses_what_does_not_fit) {
    EXPECT_EQ(text_of("math.greatest([])"), "no_overload");
    EXPECT_EQ(unchecked("math.greatest([1, 'a'])").as_error().code, "no_overload");
    EXPECT_EQ(unchecked("math.least('a', 1)").as_error().code, "no_overload");
    EXPECT_EQ(evaluated("math.greatest(count.abnormal, 2, 1)").as_integer(), 3);
    EXPECT_EQ(text_of("math.abs(-9223372036854775808)"), "overflow");
    EXPECT_EQ(text_of("math.round(-2.5)"), "-3.0");
    EXPECT_EQ(text_of("math.sqrt(-1.0)"), "NaN");
    EXPECT_EQ(text_of("math.sqrt(16)"), "4.0");
    EXPECT_EQ(text_of("math.sign(-0.0 / 1.0)"), "-0.0");
    EXPECT_EQ(evaluated("math.bitShiftLeft(1, 63)").as_integer(), INT64_MIN);
    EXPECT_EQ(evaluated("math.bitShiftRight(-1, 63)").as_integer(), 1);
    EXPECT_EQ(text_of("math.bitShiftRight(1, -1)"), "bad_argument");
    EXPECT_FALSE(problems_of("math.greatest()").empty());
    EXPECT_FALSE(problems_of("math.greatest('a')").empty());
}

TEST(base64, is_read_with_and_without_padding) {
    EXPECT_EQ(text_of("string(base64.decode('YQ=='))"), "a");
    EXPECT_EQ(text_of("string(base64.decode('YWI'))"), "ab");
    EXPECT_EQ(text_of("base64.encode(b'')"), "");
    EXPECT_EQ(text_of("base64.encode(b'\\xff\\xfe')"), "//4=");
    for (const char* text : {"base64.decode('Y')", "base64.decode('YQ=a')", "base64.decode('*')",
                             "base64.decode('====')", "base64.decode('YWI==')"}) {
        EXPECT_EQ(text_of(text), "conversion") << text;
    }
}

TEST(two_variables, are_index_and_element_or_key_and_value) {
    EXPECT_EQ(text_of("sizes.transformList(i, s, i * 10 + s)"), "[4, 17]");
    EXPECT_EQ(text_of("{'a': 1, 'b': 2}.transformMap(k, v, v > 1, k + '!')"), "{\"b\": \"b!\"}");
    EXPECT_EQ(text_of("{'a': 1}.transformMapEntry(k, v, {v: k})"), "{1: \"a\"}");
    EXPECT_EQ(text_of("[1, 1].transformMapEntry(i, v, {v: i})"), "repeated_key");
    EXPECT_EQ(text_of("sizes.all(i, s, s > i && sizes.exists(j, t, t == s && i == j))"), "true");
    EXPECT_EQ(text_of("labels.existsOne(k, v, k == 'tier' && v == 'prod')"), "true");
    EXPECT_FALSE(problems_of("sizes.all(i, i, true)").empty());
    EXPECT_FALSE(problems_of("sizes.transformMapEntry(i, s, s)").empty());
    EXPECT_EQ(compiled("sizes.transformMap(i, s, s > 4)").result().text(), "map(int, bool)");
}

TEST(bind, gives_a_sub_expression_a_name) {
    EXPECT_EQ(evaluated("cel.bind(x, count.abnormal * 2, x + x)").as_integer(), 12);
    EXPECT_EQ(text_of("cel.bind(x, 1 / 0, true)"), "true") << "an error matters where it is used";
    EXPECT_EQ(text_of("cel.bind(x, 1 / 0, x > 1)"), "division_by_zero");
    EXPECT_EQ(text_of("cel.bind(a, 1, sizes.map(a, cel.bind(b, a, a * b)))"), "[16, 49]");
    EXPECT_FALSE(problems_of("cel.bind('x', 1, 2)").empty());
    EXPECT_EQ(compiled("cel.bind(d, share * 2.0, d > 0.5)").result().text(), "bool");
}

}  // namespace rolloutd::policies::cel::test
