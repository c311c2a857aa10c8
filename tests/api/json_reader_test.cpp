#include "api/json_reader.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace rolloutd::api {
namespace {

class json_reader : public testing::Test {
protected:
    json_node root(std::string_view body) {
        document_ = json_document::parse(body);
        return {*document_, problem};
    }
    std::string complaint() const { return problem.met() ? problem.as_failure().detail : ""; }

    json_problem problem;

private:
    result<json_document> document_ = json_document();
};

TEST_F(json_reader, of_two_members_of_one_name_the_last_is_taken) {
    EXPECT_EQ(root(R"({"a":1,"b":{"a":7},"a":2})").member("a").integer(), 2);
}

TEST_F(json_reader, what_is_not_there_is_nothing_all_the_way_down) {
    const json_node there = root(R"({"a":{"b":null},"c":[1]})");
    for (const json_node& none :
         {there.member("x"), there.member("x").member("a"), there.member("a").member("b"),
          there.member("c").member("a"), there.member("a").member("b").member("b")}) {
        EXPECT_TRUE(none.is_null());
        EXPECT_EQ(none.size(), 0u);
        EXPECT_FALSE(none.text() || none.integer() || none.number() || none.spelt_as_text());
    }
}

TEST_F(json_reader, lists_and_objects_are_gone_through_in_their_order) {
    const json_node there = root(R"({"rows":[1,[2,2],{"x":3},4],"none":[],"last":5})");
    std::vector<std::string> seen;
    for (const json_node each : there.member("rows").elements())
        seen.push_back(each.text().value_or("-"));
    EXPECT_EQ(seen, (std::vector<std::string>{"1", "-", "-", "4"}));
    seen.clear();
    for (const json_node each : there.members())
        seen.push_back(each.text().value_or("-"));
    EXPECT_EQ(seen, (std::vector<std::string>{"-", "-", "5"}));
    for (const json_node each : there.member("none").elements())
        each.report("is there");
    for (const json_node each : there.elements())
        each.report("is no element");
    for (const json_node each : there.member("rows").members())
        each.report("is no member");
    EXPECT_EQ(complaint(), "");
}

TEST_F(json_reader, a_problem_is_told_with_the_way_to_it) {
    const json_node there = root(R"({"data":{"rows":[{"id":1},{"id":[0,"x"]}]}})");
    for (const json_node row : there.member("data").member("rows").elements())
        for (const json_node each : row.member("id").elements())
            each.need_integer(0, 9);
    EXPECT_EQ(complaint(), "data.rows[1].id[1] is not an integer");
}

TEST_F(json_reader, of_what_is_missing_the_outermost_is_named) {
    root(R"({"data":{}})").member("data").member("rows").member("id").need_text();
    EXPECT_EQ(complaint(), "data.rows is missing");
}

TEST_F(json_reader, numbers_are_told_as_they_are_spelt) {
    EXPECT_EQ(root("1.50").text(), "1.50");
    EXPECT_EQ(root("18446744073709551615").text(), "18446744073709551615");
    EXPECT_FALSE(root("18446744073709551615").integer());
    EXPECT_EQ(root("true").text(), "true");
    EXPECT_FALSE(root("1" + std::string(100, '0')).text()) << "nobody's id or status";
}

}  // namespace
}  // namespace rolloutd::api
