// JSON without white space, and RFC 7396 merge patches.

#include "daemon/journal/json_text.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <random>

namespace rolloutd::daemon {
namespace {

namespace json = boost::json;

json::object object(std::string_view text) { return json::parse(text).as_object(); }

TEST(json_text, has_no_white_space_and_keeps_kinds_of_numbers) {
    const json::value what = {{"a", 1}, {"b", 2.0}, {"c", 12.5}, {"d", {true, nullptr}}};
    EXPECT_EQ(json_text(what), R"({"a":1,"b":2.0,"c":12.5,"d":[true,null]})");
    EXPECT_EQ(json_text(json::object()), "{}");
    EXPECT_EQ(json_text(json::array()), "[]");
}

TEST(json_text, is_utf8_whatever_comes_in) {
    EXPECT_EQ(json_text("\x01\n\"\\ ü 中 \xf0\x9f\x9a\x80"),
              "\"\\u0001\\n\\\"\\\\ ü 中 \xf0\x9f\x9a\x80\"");
    for (const std::string bad :
         {"\xff", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe4\xb8"}) {
        const std::string text = json_text(json::value(bad));
        EXPECT_NE(text.find("\xEF\xBF\xBD"), std::string::npos);
        EXPECT_TRUE(parse_json(text)) << text;
    }
}

TEST(json_text, sees_spaces_outside_strings_only) {
    EXPECT_FALSE(has_spaces(R"({"a b":"c \" d"})"));
    EXPECT_TRUE(has_spaces(R"({"a":"\\" })"));
}

TEST(merge_patch, removes_with_null_and_replaces_lists_whole) {
    const json::object before = object(R"({"a":1,"b":{"x":1,"y":2},"c":[1,2]})");
    const json::object after = object(R"({"a":1,"b":{"y":3},"c":[1],"d":{}})");
    const json::object patch = merge_diff(before, after);
    EXPECT_EQ(patch, object(R"({"b":{"x":null,"y":3},"c":[1],"d":{}})"));
    EXPECT_EQ(merge_apply(before, patch), after);
}

TEST(merge_patch, replaces_what_was_no_object) {
    EXPECT_EQ(merge_apply(object(R"({"a":[1]})"), object(R"({"a":{"b":1,"c":null}})")),
              object(R"({"a":{"b":1}})"));
}

json::object any_object(std::mt19937& random, int depth) {
    json::object out;
    for (unsigned n = random() % 4; n > 0; --n) {
        const std::string key(1, static_cast<char>('a' + random() % 4));
        switch (random() % (depth > 0 ? 4 : 3)) {
            case 0: out[key] = random() % 3; break;
            case 1: out[key] = "text"; break;
            case 2: out[key] = json::array{random() % 2}; break;
            default: out[key] = any_object(random, depth - 1);
        }
    }
    return out;
}

TEST(merge_patch, of_any_two_objects_leads_from_one_to_the_other) {
    std::mt19937 random(7);
    for (int n = 0; n < 5000; ++n) {
        const json::object before = any_object(random, 3);
        const json::object after = any_object(random, 3);
        ASSERT_EQ(merge_apply(before, merge_diff(before, after)), after)
            << json_text(before) << " " << json_text(after);
    }
}

}  // namespace
}  // namespace rolloutd::daemon
