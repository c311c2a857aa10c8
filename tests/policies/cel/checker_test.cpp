// One mistake gives one message, at the right place, with what to write instead.

#include <ostream>

#include "cel_support.h"

namespace rolloutd::policies::cel::test {

struct mistake {
    const char* text;
    const char* marked;  // the part of the text that the message points at
    const char* code;
    const char* hint;  // part of the hint
};

// ctest names a test by its parameter: the bytes of pointers would be another name in each run.
void PrintTo(const mistake& given, std::ostream* out) { *out << given.text; }

class mistakes : public testing::TestWithParam<mistake> {};

TEST_P(mistakes, are_told_once_where_they_are_and_how_to_mend_them) {
    const mistake& given = GetParam();
    const auto problems = problems_of(given.text, type_kind::boolean, policy_dialect);
    ASSERT_EQ(problems.size(), 1U) << given.text;
    const problem& told = problems.front();
    EXPECT_EQ(told.code, given.code) << told.message;
    EXPECT_EQ(std::string(given.text).substr(told.where.begin, told.where.end - told.where.begin),
              given.marked)
        << told.message;
    EXPECT_NE(told.hint.find(given.hint), std::string::npos) << told.hint;
}

INSTANTIATE_TEST_SUITE_P(
    checker, mistakes,
    testing::Values(
        mistake{"count.abnormal = 2", "=", "syntax", "=="},
        mistake{"share > 0.1 and share < 0.2", "and", "syntax", "&&"},
        mistake{"share > 0.1 & share < 0.2", "&", "syntax", "&&"},
        mistake{"share > 0.1 | share < 0.2", "|", "syntax", "||"},
        mistake{"share > 1 - share", "-", "no-overload", "1.0"},
        mistake{"share * 100 > 5.0", "*", "no-overload", "100.0"},
        mistake{"count.abnormal + share > 1.0", "+", "no-overload", "double(count.abnormal)"},
        mistake{"age > 15", ">", "no-overload", "duration(\"15m\")"},
        mistake{"age > '15m'", ">", "no-overload", "duration(\"15m\")"},
        mistake{"age > duration(15)", "duration", "no-overload", "duration(\"15m\")"},
        mistake{"age > duration('1d')", "'1d'", "bad-literal", "24h"},
        mistake{"age > duration('15 minutes')", "'15 minutes'", "bad-literal", "units"},
        mistake{"count.abnormal > '2'", ">", "no-overload", "without quotes"},
        mistake{"count.abnormall > 2", "abnormall", "no-field", ""},
        mistake{"coun.abnormal > 2", "coun", "undeclared", ""},
        mistake{"labels.tier == prod", "prod", "undeclared", "\"prod\""},
        mistake{"sizes.any(s, s > 3)", "any", "undeclared", "exists"},
        mistake{"labels.tier.starts_with('p')", "starts_with", "undeclared", "startsWith"},
        mistake{"labels.tier.matches('(')", "'('", "bad-literal", "RE2"},
        mistake{"count.abnormal", "count.abnormal", "wrong-result", "> 0"},
        mistake{"share", "share", "wrong-result", "> 0"},
        mistake{"count.abnormal / count.finished > 0.5", "count.abnormal / count.finished > 0.5",
                "integer-division", "percent("},
        mistake{"count.abnrmal / count.finished > 0.5", "abnrmal", "no-field", "abnormal"},
        mistake{"(1 + count.abnormal / 10) * 2 < share", "(1 + count.abnormal / 10) * 2 < share",
                "integer-division", "percent("},
        mistake{"3 in [1, 'a']", "'a'", "mixed-literal", "one type"},
        mistake{"share > ", "", "syntax", ""}, mistake{"(share > 0.1", "", "syntax", ")"},
        mistake{"share ? true : false", "share", "no-overload", "> 0"},
        mistake{"labels.tier == 'prod", "'prod", "syntax", "close it"},
        mistake{"not (share > 0.1)", "not", "syntax", "write !"},
        mistake{"not share > 0.1", "not", "syntax", "write !"},
        mistake{"labels.tier not in ['a']", "not", "syntax", "!(a in b)"},
        mistake{"count.abnormal is 2", "is", "syntax", "write =="},
        mistake{"labels.tier is not null", "is not", "syntax", "write !="},
        mistake{"count.abnormal <> 2", "<>", "syntax", "write !="},
        mistake{"count.abnormal => 2", "=>", "syntax", "write >="},
        mistake{"count.abnormal === 2", "===", "syntax", "write =="},
        mistake{"share > 5%", "5%", "syntax", "write 5.0"},
        mistake{"age > 15m", "15m", "syntax", "duration(\"15m\")"},
        mistake{"age > 2d", "2d", "syntax", "duration(\"48h\")"},
        mistake{"labels.tier == pay-api", "pay-api", "undeclared", "\"pay-api\""},
        mistake{"labels.tier == web-fleet-2", "web-fleet-2", "undeclared", "\"web-fleet-2\""},
        mistake{"true == True", "True", "undeclared", "write true"},
        mistake{"sizes.exists(s > 3)", "exists", "no-overload", ".exists(i, i > 2)"},
        mistake{"sizes.size > 3", "size", "no-field", ".size()"},
        mistake{"count.abnormal / count.finished == 0.5", "count.abnormal / count.finished == 0.5",
                "integer-division", "percent("},
        mistake{"count.abnormal / count.finished * 100.0 > 5.0",
                "count.abnormal / count.finished * 100.0", "integer-division", "percent("},
        mistake{"double(count.abnormal / count.finished) > 0.5",
                "double(count.abnormal / count.finished)", "integer-division", "percent("},
        mistake{"math.foo(1) > 2", "foo", "undeclared", ""},
        mistake{"math.flor(1.5) > 2.0", "flor", "undeclared", "'floor'"},
        mistake{"maths.abs(1) > 2", "maths", "undeclared", "'math'"},
        mistake{"coun.abs() > 2", "coun", "undeclared", "'count'"},
        mistake{"sizes.any(s > 3)", "any", "undeclared", "exists"},
        mistake{"sizes.count(s, s > 3) > 2", "count", "undeclared", ".filter(i, ...).size()"},
        mistake{"labels.tier.alll('a')", "alll", "undeclared", ""},
        mistake{"labels.tier.containz('a')", "containz", "undeclared", "'contains'"},
        mistake{"count.abnormal / 0 > 1", "0", "division-by-zero", ""},
        mistake{"count.abnormal % 0 == 1", "0", "division-by-zero", ""},
        mistake{"share / 0.0 > 1.0", "0.0", "division-by-zero", ""},
        mistake{"labels.tier == '%d of %d'.format([1])", "[1]", "bad-literal", "%s"},
        mistake{"labels.tier == '%d'.format([1, 2])", "[1, 2]", "bad-literal", "%s"},
        mistake{"labels.tier == '%d'.format([labels.tier])", "'%d'", "bad-literal", "%s"},
        mistake{"labels.tier == '%y'.format([1])", "'%y'", "bad-literal", "%s"},
        mistake{"int('three') > 2", "int('three')", "bad-literal", ""},
        mistake{"'abc'.charAt(7) == 'a'", "'abc'.charAt(7)", "bad-literal", ""},
        mistake{"9223372036854775807 + 1 > 2", "9223372036854775807 + 1", "bad-literal", ""},
        mistake{"timestamp('tomorrow') < timestamp('2026-11-21T10:15:30Z')", "'tomorrow'",
                "bad-literal", "2026"},
        mistake{"sizes.all(a, sizes.all(b, sizes.all(c, sizes.all(d, d == a))))", "all", "limit",
                "variables"},
        mistake{"share - count.abnormal / 10 > 0.5", "share - count.abnormal / 10",
                "integer-division", "percent("}));

TEST(checker, tries_the_zones_that_are_written_out) {
    class one_zone : public zone_source {
    public:
        std::optional<std::chrono::seconds> offset(std::string_view zone, instant) const override {
            if (zone != "Europe/Berlin") return std::nullopt;
            return std::chrono::hours{1};
        }
    };
    const one_zone known;
    const std::string at = "timestamp('2026-11-21T10:15:30Z').getHours(";
    EXPECT_TRUE(problems_of(at + "'Anywhere/Else')", type_kind::dyn, policy_dialect).empty())
        << "nobody told the zones";
    EXPECT_EQ(problems_of(at + "'+25:00')", type_kind::dyn, policy_dialect).at(0).code,
              "bad-literal");
    environment with_zones = names(policy_dialect);
    with_zones.set_zones(&known);
    const auto fits = [&](const std::string& zone) {
        return std::holds_alternative<expression>(compile(at + zone, with_zones));
    };
    EXPECT_TRUE(fits("'Europe/Berlin')"));
    EXPECT_TRUE(fits("'+02:00')"));
    EXPECT_TRUE(fits("labels.zone)"));
    EXPECT_FALSE(fits("'Europe/Berlinn')"));
}

TEST(checker, finds_several_mistakes_in_one_expression) {
    const auto problems = problems_of("coun.abnormal > 2 || count.abnormall > 2 || agee > 3");
    EXPECT_EQ(problems.size(), 3U);
}

TEST(checker, goes_on_behind_an_error_of_syntax) {
    for (const char* text :
         {"share > > 1.0 && count.abnormal 2 || (age + ) == age", "sizes.exists(s, s + ) || if",
          "[1 2, 3 4] == [] && sizes[ == 3 || while > 2 && true", "has(count) || (1 + * 2)"}) {
        EXPECT_GE(problems_of(text).size(), 2U) << text;
    }
    // What cannot be told apart is told once.
    for (const char* text : {"(share > 0.1 && (age", "share > 0.1) && true", "f(1, 2] && true",
                             "if share > 0.1", "sizes.exists(s, s > 3", "share > 'a && b c"}) {
        EXPECT_EQ(problems_of(text).size(), 1U) << text;
    }
}

TEST(checker, judges_the_rest_of_an_expression_whose_operators_it_could_mend) {
    const auto problems =
        problems_of("coun.abnormal = 2 and count.abnormall > 2 & agee > 3", type_kind::boolean);
    ASSERT_EQ(problems.size(), 6U);
    EXPECT_EQ(problems[0].where, (text_range{0, 4}));
    EXPECT_EQ(problems[1].where, (text_range{14, 15}));
    EXPECT_EQ(problems[5].where, (text_range{44, 48}));
}

TEST(checker, lets_the_words_of_other_languages_be_fields_and_variables_of_macros) {
    for (const char* text :
         {"{'and': 1}.and == 1", "sizes.exists(is, is > 4)", "sizes.all(not, not > 1)",
          "{'or': {'not': 2}}.or.not == 2", "sizes.exists(s, s % -4 == 3 || s %(2) == 1)",
          "count.abnormal%count.finished == 3", "sizes.all(and, and > 1 && 1 < and)"}) {
        EXPECT_TRUE(problems_of(text).empty()) << text;
    }
}

TEST(checker, lets_numbers_of_different_types_be_ordered_but_not_added) {
    EXPECT_TRUE(problems_of("share > 0 && count.finished >= 10.0", type_kind::boolean).empty());
    EXPECT_FALSE(problems_of("count.finished + 0.5 > 1.0", type_kind::boolean).empty());
}

TEST(checker, lets_integer_division_stand_among_integers) {
    EXPECT_TRUE(problems_of("count.finished / 10 > 1", type_kind::boolean, policy_dialect).empty());
}

TEST(checker, names_the_deduced_type) {
    EXPECT_EQ(compiled("sizes.map(s, s * 2)").result().text(), "list(int)");
    EXPECT_EQ(compiled("{'a': [1.5]}").result().text(), "map(string, list(double))");
    EXPECT_EQ(compiled("age").result().text(), "duration");
}

TEST(checker, widens_what_a_type_variable_stands_for) {
    EXPECT_EQ(compiled("[1] + [dyn(2)]").result().text(), "list(dyn)");
    EXPECT_EQ(compiled("[[1]] + [[dyn('a')]]").result().text(), "list(list(dyn))");
    EXPECT_EQ(compiled("([1] + [2, 'a'])[0]").result().text(), "dyn");
    EXPECT_EQ(compiled("[1] + dyn([2])").result().text(), "list(int)");
    EXPECT_EQ(compiled("[] + [1]").result().text(), "list(int)");
    EXPECT_FALSE(problems_of("[] + [1] + ['a']").empty());
}

}  // namespace rolloutd::policies::cel::test
